import { sql } from 'kysely'
import type { Connection } from '../database/connection.ts'

/** Seconds for which an answer is kept. */
const keep = 24 * 60 * 60
/** Seconds after which a request that never finished, since its process was killed, may be tried again. */
const abandoned = 60

export interface KeptAnswer {
  readonly request: Buffer
  /** Null while the request is under way. */
  readonly status: number | null
  readonly body: unknown
}

/**
 * Takes `key` for a request, once: of many at the same time one gets it.
 * @returns undefined to the one that got it; to all others what is known of the request that has it
 */
export async function claimKey(database: Connection, key: Buffer, request: Buffer): Promise<KeptAnswer | undefined> {
  const { rows } = await sql<KeptAnswer & { claimed: boolean }>`
    with swept as (
      delete from idempotency_key where key in (
        select key from idempotency_key
        where claimed_at < now() - make_interval(secs => ${keep}) and key <> ${key}
        limit 100 for update skip locked
      )
    ), claim as (
      insert into idempotency_key (key, request) values (${key}, ${request})
      on conflict (key) do update set request = excluded.request, claimed_at = now(), status = null, body = null
      where idempotency_key.claimed_at < now() - make_interval(secs => ${keep})
        or (idempotency_key.status is null and idempotency_key.claimed_at < now() - make_interval(secs => ${abandoned}))
      returning key
    )
    select true as claimed, null::bytea as request, null::integer as status, null::jsonb as body from claim
    union all
    select false, request, status, body from idempotency_key where key = ${key} and not exists (select from claim)`.execute(
    database
  )
  const row = rows[0]
  // Nothing at all: the other's row came after this statement began, so it is under way.
  if (!row) return { request, status: null, body: null }
  return row.claimed ? undefined : row
}

export async function keepAnswer(database: Connection, key: Buffer, status: number, body: unknown): Promise<void> {
  await database
    .updateTable('idempotency_key')
    .set({ status, body: JSON.stringify(body) })
    .where('key', '=', key)
    .execute()
}

/** Gives `key` back after a request that changed nothing. */
export async function releaseKey(database: Connection, key: Buffer): Promise<void> {
  await database.deleteFrom('idempotency_key').where('key', '=', key).execute()
}
