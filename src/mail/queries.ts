import { sql } from 'kysely'
import type { Connection } from '../database/connection.ts'

export interface QueuedMail {
  readonly id: number
  readonly content: Buffer
  /** How often it was taken to be sent, this time included. */
  readonly attempts: number
  readonly expired: boolean
}

/** @param ttl seconds until it is out of date */
export async function insertMail(transaction: Connection, content: Buffer, ttl: number): Promise<void> {
  await transaction
    .insertInto('queued_mail')
    .values({ content, expires_at: sql<Date>`now() + make_interval(secs => ${ttl})` })
    .execute()
}

/**
 * Takes at most `limit` mails whose time has come, for `lease` seconds: no other replica gets them meanwhile, and any one
 * afterwards, should this one not have said by then what became of them.
 */
export async function claimMails(database: Connection, limit: number, lease: number): Promise<QueuedMail[]> {
  const { rows } = await sql<QueuedMail>`
    update queued_mail set attempts = attempts + 1, next_attempt_at = now() + make_interval(secs => ${lease})
    where id in (
      select id from queued_mail where next_attempt_at <= now() order by next_attempt_at limit ${limit} for update skip locked
    )
    returning id, content, attempts, expires_at <= now() as expired`.execute(database)
  return rows
}

/** Seconds until the next mail's time has come; undefined when none waits. */
export async function nextMailIn(database: Connection): Promise<number | undefined> {
  const { rows } = await sql<{ wait: number | null }>`
    select extract(epoch from min(next_attempt_at) - now())::float8 as wait from queued_mail`.execute(database)
  return rows[0]?.wait ?? undefined
}

export async function deleteMail(database: Connection, mailId: number): Promise<void> {
  await database.deleteFrom('queued_mail').where('id', '=', mailId).execute()
}

/** Lets a mail be taken again in `wait` seconds. */
export async function retryMail(database: Connection, mailId: number, wait: number): Promise<void> {
  await database
    .updateTable('queued_mail')
    .set({ next_attempt_at: sql<Date>`now() + make_interval(secs => ${wait})` })
    .where('id', '=', mailId)
    .execute()
}

export interface MailQueue {
  readonly length: number
  /** Seconds for which the oldest one has waited; 0 when none does. */
  readonly oldest: number
}

export async function measureMailQueue(database: Connection): Promise<MailQueue> {
  const { rows } = await sql<MailQueue>`
    select count(*) as length, coalesce(extract(epoch from now() - min(queued_at)), 0)::float8 as oldest from queued_mail`.execute(
    database
  )
  return rows[0] as MailQueue
}
