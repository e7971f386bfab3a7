import { sql } from 'kysely'
import { type Connection, id } from '../database/connection.ts'

/** What a confirmed email is for. */
export type ConfirmationPurpose = 'change' | 'registration'

export interface NewConfirmation {
  readonly userId: number
  readonly email: string
  readonly purpose: ConfirmationPurpose
  readonly tokenHash: Buffer
}

/** Seconds for which a link to confirm an email works, and for which a registration keeps its names without. */
const confirmationTtl = 24 * 60 * 60

/** Of a user with a confirmation: nobody has let the account in yet, by link or otherwise. */
const isUnconfirmed = sql<boolean>`(purpose = 'registration' and not auth_user.is_active and auth_user.last_login is null)`
/** Another link does not hold the names for longer: else whoever asks for one every day would keep them for good. */
const isExpired = sql<boolean>`(${isUnconfirmed} and auth_user.date_joined < now() - make_interval(secs => ${confirmationTtl}))`

/**
 * Notes an email that waits to be confirmed, in the place of an earlier one. A registration that waits goes on being
 * one: the new address is then what it is confirmed by.
 */
export async function issueConfirmation(transaction: Connection, confirmation: NewConfirmation): Promise<void> {
  await sql`
    insert into email_confirmation (user_id, token_hash, email, purpose, expires_at)
    values (
      ${confirmation.userId}, ${confirmation.tokenHash}, ${confirmation.email}, ${confirmation.purpose},
      now() + make_interval(secs => ${confirmationTtl})
    )
    on conflict (user_id) do update set
      token_hash = excluded.token_hash,
      email = excluded.email,
      purpose = case
        when email_confirmation.purpose = 'registration'
          and not (select is_active from auth_user where id = excluded.user_id) then 'registration'
        else excluded.purpose end,
      created_at = now(),
      expires_at = excluded.expires_at`.execute(transaction)
}

export interface Registrant {
  readonly id: number
  readonly username: string
  /** Where the link goes. */
  readonly email: string
}

/**
 * Gives a registration that waits to be confirmed by `email` a new token, unless it got one less than `pause` seconds ago.
 * @returns whose it is; undefined where there is none, or it has to wait
 */
export async function reissueConfirmation(
  transaction: Connection,
  { email, tokenHash, pause }: { readonly email: string; readonly tokenHash: Buffer; readonly pause: number }
): Promise<Registrant | undefined> {
  const { rows } = await sql<Registrant>`
    update email_confirmation
    set token_hash = ${tokenHash}, created_at = now(), expires_at = now() + make_interval(secs => ${confirmationTtl})
    from auth_user
    where auth_user.id = email_confirmation.user_id
      -- One, should an administrator have corrected another registration's email to this one.
      and user_id = (
        select user_id from email_confirmation where lower(email) = lower(${email}) and purpose = 'registration'
        order by user_id limit 1
      )
      and ${isUnconfirmed}
      and email_confirmation.created_at < now() - make_interval(secs => ${pause})
    returning auth_user.id, auth_user.username, email_confirmation.email`.execute(transaction)
  return rows[0]
}

/** Users who registered with any of `names` as username or email a day ago or more, and never confirmed it. */
export async function findExpiredRegistrations(database: Connection, names: readonly string[]): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select auth_user.id
    from auth_user join email_confirmation on email_confirmation.user_id = auth_user.id
    where (lower(username) = any(select lower(name) from unnest(${names}::text[]) as name)
        or lower(auth_user.email) = any(select lower(name) from unnest(${names}::text[]) as name))
      and ${isExpired}`.execute(database)
  return rows.map((row) => row.id)
}

/** Locks a user who is still what `findExpiredRegistrations` found. @returns whether it is */
export async function lockExpiredRegistration(transaction: Connection, userId: number): Promise<boolean> {
  const { rows } = await sql`
    select from auth_user join email_confirmation on email_confirmation.user_id = auth_user.id
    where auth_user.id = ${id(userId)} and ${isExpired}
    for update`.execute(transaction)
  return rows.length === 1
}

/** Whether a link was sent to an address less than `pause` seconds ago, for whomever. */
export async function wasSentLink(database: Connection, email: string, pause: number): Promise<boolean> {
  const { rows } = await sql`
    select from email_confirmation
    where lower(email) = lower(${email}) and created_at > now() - make_interval(secs => ${pause}) limit 1`.execute(database)
  return rows.length > 0
}

/** Drops what waits to be confirmed for a user: of one purpose, or whatever it is for. */
export async function dropConfirmation(transaction: Connection, userId: number, purpose?: ConfirmationPurpose): Promise<void> {
  let query = transaction.deleteFrom('email_confirmation').where('user_id', '=', id(userId))
  if (purpose !== undefined) query = query.where('purpose', '=', purpose)
  await query.execute()
}

export interface Confirmation {
  readonly email: string
  readonly purpose: ConfirmationPurpose
}

/** Uses a confirmation up: of many at the same moment one gets it. */
export async function takeConfirmation(
  transaction: Connection,
  userId: number,
  tokenHash: Buffer
): Promise<Confirmation | undefined> {
  const row = await transaction
    .deleteFrom('email_confirmation')
    .where('user_id', '=', id(userId))
    .where('token_hash', '=', tokenHash)
    .where('expires_at', '>', sql<Date>`now()`)
    .returning(['email', sql<ConfirmationPurpose>`purpose`.as('purpose')])
    .executeTakeFirst()
  return row
}
