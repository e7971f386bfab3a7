import { sql } from 'kysely'
import { type Connection, id } from '../database/connection.ts'
import type { ResetState } from './legacy-reset.ts'
import type { PasswordOwner } from './policy.ts'

/**
 * What a reset token is bound to: it dies once the password or the email is another one, whoever changed it. A login
 * that upgrades the hash ends it too, as a login ends Django's tokens.
 */
const accountState = sql<Buffer>`sha256(convert_to(auth_user.password || ':' || auth_user.email, 'UTF8'))`

export interface PasswordAccount extends PasswordOwner {
  readonly id: number
  readonly password: string
}

const accountColumns = ['id', 'password', 'username', 'first_name', 'last_name', 'email'] as const

/** The active user with the id `userId`, with what password rules need to know. */
export function findPasswordAccount(database: Connection, userId: number): Promise<PasswordAccount | undefined> {
  return database
    .selectFrom('auth_user')
    .select(accountColumns)
    .where('id', '=', id(userId))
    .where('is_active', '=', true)
    .executeTakeFirst()
}

/** Whether a user, by the name that a statement has for the row, may be sent a reset. */
function mayReset(user: 'auth_user' | 'other') {
  const column = (name: string) => sql.ref(`${user}.${name}`)
  return sql<boolean>`(${column('email')} <> '' and ${column('is_active')} and ${column('password')} not like '!%')`
}

/** Whether a user is active, with an email and a usable password. */
export async function mayResetPassword(database: Connection, userId: number): Promise<boolean> {
  const row = await database
    .selectFrom('auth_user')
    .select('id')
    .where('id', '=', id(userId))
    .where(mayReset('auth_user'))
    .executeTakeFirst()
  return row !== undefined
}

export interface IssuedReset {
  /**
   * Undefined when no active user with a usable password has the email, or several have, and the row made then is good
   * for nothing; or when a reset was opened a moment ago, which goes on being good.
   */
  readonly account: { readonly id: number; readonly username: string; readonly email: string } | undefined
  /** The greatest user id there is, which a made-up id has to look like. */
  readonly greatestUserId: number
}

/**
 * Opens a password reset for the one user who can log in and has this email, in the place of an earlier one, in one statement that does the
 * same work whether there is such a user or not.
 */
export async function issuePasswordReset(
  database: Connection,
  reset: { readonly email: string; readonly tokenHash: Buffer; readonly ttl: number; readonly pause: number }
): Promise<IssuedReset> {
  const { rows } = await sql<{ id: number | null; username: string; email: string; greatest_user_id: number }>`
    with account as (
      select id, username, email, ${accountState} as state
      from auth_user
      where lower(email) = lower(${reset.email}) and ${mayReset('auth_user')}
        and not exists (
          select from auth_user other
          where lower(other.email) = lower(${reset.email}) and other.id <> auth_user.id and ${mayReset('other')}
        )
      for key share
    ), swept as (
      delete from password_reset
      where token_hash in (
        select token_hash from password_reset where expires_at < now() and user_id is null limit 100 for update skip locked
      )
    )
    insert into password_reset (token_hash, user_id, account_state, expires_at)
    values (
      ${reset.tokenHash},
      (select id from account),
      (select state from account),
      now() + make_interval(secs => ${reset.ttl})
    )
    on conflict (user_id) do update set
      token_hash = excluded.token_hash,
      account_state = excluded.account_state,
      created_at = now(),
      expires_at = excluded.expires_at
    where ${reset.pause} = 0 or password_reset.created_at < now() - make_interval(secs => ${reset.pause})
      or password_reset.expires_at < now() or password_reset.account_state <> excluded.account_state
    returning
      user_id as id,
      (select username from account),
      (select email from account),
      (select coalesce(max(id), 1) from auth_user) as greatest_user_id`.execute(database)
  const [row] = rows
  if (!row) return { account: undefined, greatestUserId: 1 }
  const { id: userId, username, email, greatest_user_id: greatestUserId } = row
  return { account: userId === null ? undefined : { id: userId, username, email }, greatestUserId }
}

export interface ResetKey {
  readonly userId: number
  readonly tokenHash: Buffer
}

/** The user whom a reset is open for, if it is still good. */
export function findPasswordReset(database: Connection, key: ResetKey): Promise<PasswordAccount | undefined> {
  return database
    .selectFrom('password_reset')
    .innerJoin('auth_user', 'auth_user.id', 'password_reset.user_id')
    .select(accountColumns.map((column) => `auth_user.${column}` as const))
    .where('password_reset.token_hash', '=', key.tokenHash)
    .where('password_reset.user_id', '=', id(key.userId))
    .where('password_reset.expires_at', '>', sql<Date>`now()`)
    .where('password_reset.account_state', '=', accountState)
    .where('auth_user.is_active', '=', true)
    .executeTakeFirst()
}

/**
 * Uses a reset up and sets the password. The row is deleted by whoever comes first; all others find none.
 * @returns false, with nothing changed, when the reset is not (or no longer) good
 */
export async function usePasswordReset(transaction: Connection, key: ResetKey, password: string): Promise<boolean> {
  const { rows } = await sql<{ id: number }>`
    with owner as materialized (
      -- The user first, as a deletion locks them.
      select id from auth_user where id = ${id(key.userId)} for no key update
    ), used as (
      delete from password_reset using owner
      where token_hash = ${key.tokenHash} and user_id = owner.id and expires_at > now()
      returning user_id, account_state
    )
    update auth_user set password = ${password}
    from used
    where auth_user.id = used.user_id and auth_user.is_active and ${accountState} = used.account_state
    returning auth_user.id`.execute(transaction)
  return rows.length === 1
}

/** As `findPasswordAccount`, with what Django's reset tokens are bound to. */
export function findResetState(database: Connection, userId: number): Promise<(PasswordAccount & ResetState) | undefined> {
  return database
    .selectFrom('auth_user')
    .select([...accountColumns, 'last_login'])
    .where('id', '=', id(userId))
    .where('is_active', '=', true)
    .executeTakeFirst()
}

/**
 * Sets a new password where the present one of an active user is still `current`, so that of two changes at once only one holds.
 * @returns whether it was set
 */
export async function replacePassword(
  database: Connection,
  userId: number,
  passwords: { readonly current: string; readonly next: string }
): Promise<boolean> {
  const result = await database
    .updateTable('auth_user')
    .set({ password: passwords.next })
    .where('id', '=', id(userId))
    .where('is_active', '=', true)
    .where('password', '=', passwords.current)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

/** Sets a password whatever the present one is. @returns whether there is such a user */
export async function setPassword(transaction: Connection, userId: number, password: string): Promise<boolean> {
  const result = await transaction.updateTable('auth_user').set({ password }).where('id', '=', id(userId)).executeTakeFirst()
  return result.numUpdatedRows === 1n
}
