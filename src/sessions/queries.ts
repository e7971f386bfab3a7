import { sql } from 'kysely'
import type { Principal } from '../contract/handlers.ts'
import { type Connection, type Database, id } from '../database/connection.ts'
import { roleNames } from '../roles/queries.ts'

/** Why a session ended before its time. */
export type RevocationCause = 'logout' | 'refresh_replay' | 'password_changed' | 'password_reset' | 'deactivated'

/** Whom a session speaks for now: its user is active, the session is neither over nor revoked. */
export async function findPrincipal(
  database: Connection,
  session: { readonly sid: string; readonly user_id: number }
): Promise<Principal | undefined> {
  const row = await database
    .selectFrom('user_session')
    .innerJoin('auth_user', 'auth_user.id', 'user_session.user_id')
    .select(['auth_user.id', 'auth_user.username', 'auth_user.is_superuser'])
    .select((eb) => roleNames(eb.ref('auth_user.id')).as('roles'))
    .where('user_session.id', '=', session.sid)
    .where('user_session.user_id', '=', id(session.user_id))
    .where('user_session.revoked_at', 'is', null)
    .where('user_session.expires_at', '>', sql<Date>`now()`)
    .where('auth_user.is_active', '=', true)
    .executeTakeFirst()
  return (
    row && { userId: row.id, username: row.username, sessionId: session.sid, isSuperuser: row.is_superuser, roles: row.roles }
  )
}

export interface LoginAccount {
  readonly id: number
  readonly username: string
  readonly email: string
  readonly first_name: string
  readonly last_name: string
  readonly password: string
  readonly is_active: boolean
  readonly is_staff: boolean
  readonly is_superuser: boolean
  /** Names of the user's roles. */
  readonly roles: string[]
}

/** Which of the two names a login may be. */
export type LoginField = 'username' | 'email'

/**
 * The account that `login` names, without regard to case. An email comes before another account's username that was
 * chosen to look like it.
 */
export function findUserByLogin(
  database: Connection,
  login: string,
  fields: readonly LoginField[]
): Promise<LoginAccount | undefined> {
  const name = sql<string>`lower(${login.normalize('NFKC')})`
  const byEmail = sql<boolean>`(lower(email) = ${name} and email <> '')`
  return database
    .selectFrom('auth_user')
    .select(['id', 'username', 'email', 'first_name', 'last_name', 'password', 'is_active', 'is_staff', 'is_superuser'])
    .select((eb) => roleNames(eb.ref('auth_user.id')).as('roles'))
    .where((eb) =>
      eb.or([
        ...(fields.includes('username') ? [eb(sql<string>`lower(username)`, '=', name)] : []),
        ...(fields.includes('email') ? [byEmail] : [])
      ])
    )
    .orderBy(byEmail, 'desc')
    .limit(1)
    .executeTakeFirst()
}

export interface NewSession {
  readonly id: string
  readonly userId: number
  readonly refreshJti: string
  /** Seconds. */
  readonly ttl: number
  readonly userAgent: string | undefined
  readonly address: string
}

/**
 * Opens a session for a user who just proved a password, notes the login (Django's `last_login`), keeps the upgraded
 * hash if there is one, and drops the user's sessions that are over.
 * @returns when the session ends; undefined when the password is another one by now or the user is not active any more
 */
export async function openSession(
  database: Database,
  session: NewSession,
  password: { readonly proven: string; readonly upgraded: string | undefined }
): Promise<Date | undefined> {
  const { rows } = await sql<{ expires_at: Date }>`
    with account as (
      update auth_user
      set last_login = now(), password = ${password.upgraded ?? password.proven}
      where id = ${id(session.userId)} and is_active and password = ${password.proven}
      returning id
    ), swept as (
      delete from user_session using account where user_id = account.id and expires_at < now()
    )
    insert into user_session (id, user_id, refresh_jti, expires_at, user_agent, address)
    select ${session.id}, account.id, ${session.refreshJti}, now() + make_interval(secs => ${session.ttl}),
      ${session.userAgent?.slice(0, 500) ?? null}, ${session.address}
    from account
    returning expires_at`.execute(database)
  return rows[0]?.expires_at
}

export interface Rotation {
  readonly sid: string
  readonly user_id: number
  /** Id of the refresh token that was sent. */
  readonly jti: string
  readonly newJti: string
  readonly ttl: number
  /** Whether the parent of an unused newest token is answered again. */
  readonly lenient: boolean
}

export interface RotatedSession {
  readonly refreshJti: string
  readonly expiresAt: Date
  readonly user: { readonly id: number; readonly username: string; readonly email: string; readonly roles: string[] }
}

/**
 * Takes a refresh token for the next one of its session, decided by one UPDATE: of two that send the same token at once
 * the first makes the successor and the second, like any replay of the parent of a token that was never used, gets that
 * same successor again. Nothing is changed when the token is neither the newest nor (leniently) its parent.
 */
export async function rotateRefreshToken(database: Database, rotation: Rotation): Promise<RotatedSession | undefined> {
  const { rows } = await sql<{
    refresh_jti: string
    expires_at: Date
    id: number
    username: string
    email: string
    roles: string[]
  }>`
    update user_session set
      parent_jti = case when refresh_jti = ${rotation.jti} then refresh_jti else parent_jti end,
      expires_at = case
        when refresh_jti = ${rotation.jti} then now() + make_interval(secs => ${rotation.ttl}) else expires_at end,
      refresh_jti = case when refresh_jti = ${rotation.jti} then ${rotation.newJti}::uuid else refresh_jti end,
      last_used_at = now()
    from auth_user
    where user_session.id = ${rotation.sid}
      and user_session.user_id = ${id(rotation.user_id)}
      and revoked_at is null
      and expires_at > now()
      and (refresh_jti = ${rotation.jti} or (${rotation.lenient} and parent_jti = ${rotation.jti}))
      and auth_user.id = user_session.user_id
      and auth_user.is_active
    returning refresh_jti, expires_at, auth_user.id, auth_user.username, auth_user.email,
      ${roleNames(sql.ref('auth_user.id'))} as roles`.execute(database)
  const row = rows[0]
  if (!row) return undefined
  const { refresh_jti: refreshJti, expires_at: expiresAt, ...user } = row
  return { refreshJti, expiresAt, user }
}

/** Ends one session. @returns whether it was still open */
export async function revokeSession(database: Connection, sid: string, cause: RevocationCause): Promise<boolean> {
  const result = await database
    .updateTable('user_session')
    .set({ revoked_at: sql`now()`, revoked_because: cause })
    .where('id', '=', sid)
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

/** Ends all open sessions of a user, but `except`. */
export async function revokeSessionsOf(
  database: Connection,
  userId: number,
  cause: RevocationCause,
  except: string | null = null
): Promise<void> {
  await database
    .updateTable('user_session')
    .set({ revoked_at: sql`now()`, revoked_because: cause })
    .where('user_id', '=', id(userId))
    .where('revoked_at', 'is', null)
    .where(sql<boolean>`id is distinct from ${except}::uuid`)
    .execute()
}

export interface TokenInSession {
  readonly sid: string
  readonly user_id: number
  /** Undefined for an access token. */
  readonly refreshJti: string | undefined
  /** As for a rotation. */
  readonly lenient: boolean
}

/** Whether the token's session is open and, for a refresh token, whether that token could still be used. */
export async function isTokenLive(database: Connection, token: TokenInSession): Promise<boolean> {
  const jti = sql`${token.refreshJti ?? null}::uuid`
  const row = await database
    .selectFrom('user_session')
    .innerJoin('auth_user', 'auth_user.id', 'user_session.user_id')
    .select('user_session.id')
    .where('user_session.id', '=', token.sid)
    .where('user_session.user_id', '=', id(token.user_id))
    .where('user_session.revoked_at', 'is', null)
    .where('user_session.expires_at', '>', sql<Date>`now()`)
    .where('auth_user.is_active', '=', true)
    .where(sql<boolean>`(${jti} is null or ${jti} = refresh_jti or (${token.lenient} and ${jti} = parent_jti))`)
    .executeTakeFirst()
  return row !== undefined
}
