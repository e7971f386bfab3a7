import { type Expression, type RawBuilder, sql } from 'kysely'
import type { Principal } from '../contract/handlers.ts'
import { type Connection, id } from '../database/connection.ts'
import { prepared } from '../database/prepared.ts'
import { hasPermission, permissionNames, roleNames } from '../roles/queries.ts'
import type { LegacyToken } from './legacy-tokens.ts'
import type { TokenSubject } from './tokens.ts'

/** Why a session ended before its time. */
export type RevocationCause =
  | 'logout'
  | 'refresh_replay'
  | 'ended_by_administrator'
  | 'password_changed'
  | 'password_reset'
  | 'deactivated'

function selectPrincipal(database: Connection, sid: string, userId: number, permission?: string) {
  return database
    .selectFrom('user_session')
    .innerJoin('auth_user', 'auth_user.id', 'user_session.user_id')
    .select(['auth_user.id', 'auth_user.username', 'auth_user.is_superuser', 'user_session.expires_at'])
    .select((eb) => [
      roleNames(eb.ref('auth_user.id')).as('roles'),
      hasPermission(eb.ref('auth_user.id'), permission).as('permitted')
    ])
    .where('user_session.id', '=', sid)
    .where('user_session.user_id', '=', id(userId))
    .where('user_session.revoked_at', 'is', null)
    .where('user_session.expires_at', '>', sql<Date>`now()`)
    .where('auth_user.is_active', '=', true)
}

const principalOfSession = prepared((database, sid: string, userId: number) => selectPrincipal(database, sid, userId))

export interface FoundPrincipal {
  readonly principal: Principal
  /** When the session ends, if it is not used until then. */
  readonly expiresAt: Date
}

/**
 * Whom a session speaks for now: its user is active, the session is neither over nor revoked. And whether that user has
 * `permission` (`app_label.codename`), where one is asked for.
 */
export async function findPrincipal(
  database: Connection,
  session: { readonly sid: string; readonly user_id: number },
  permission?: string
): Promise<FoundPrincipal | undefined> {
  const { sid, user_id: userId } = session
  const row =
    permission === undefined
      ? await principalOfSession.first(database, sid, userId)
      : await selectPrincipal(database, sid, userId, permission).executeTakeFirst()
  return (
    row && {
      principal: {
        userId: row.id,
        username: row.username,
        sessionId: session.sid,
        isSuperuser: row.is_superuser,
        roles: row.roles,
        permitted: row.permitted
      },
      expiresAt: row.expires_at
    }
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
  /** What the user may do, each as `app_label.codename`; undefined where it was not asked for. */
  readonly permissions: string[] | undefined
}

/** Which of the two names a login may be. */
export type LoginField = 'username' | 'email'

/** Several accounts that a name fits equally well, as Django's database may have them. */
export interface AmbiguousLogin {
  readonly ambiguous: readonly Pick<LoginAccount, 'id' | 'password'>[]
}

/**
 * The account that `login` names, without regard to case. An email comes before another account's username that was
 * chosen to look like it; of names that differ in case the one that was typed, then that of an active account.
 * @param withPermissions whether the tokens are to carry them
 */
export async function findUserByLogin(
  database: Connection,
  login: string,
  fields: readonly LoginField[],
  withPermissions: boolean
): Promise<LoginAccount | AmbiguousLogin | undefined> {
  const typed = login.normalize('NFKC')
  const name = sql<string>`lower(${typed})`
  const byEmail = sql<boolean>`(lower(email) = ${name} and email <> '')`
  // 0 to 7: by the email, as it was typed, active.
  const rank = sql<number>`(case when ${byEmail} then 4 else 0 end
    + case when ${typed} = case when ${byEmail} then email else username end then 2 else 0 end
    + case when is_active then 1 else 0 end)`
  const rows = await database
    .selectFrom('auth_user')
    .select(['id', 'username', 'email', 'first_name', 'last_name', 'password', 'is_active', 'is_staff', 'is_superuser'])
    .select((eb) => [
      rank.as('rank'),
      roleNames(eb.ref('auth_user.id')).as('roles'),
      tokenPermissions(eb.ref('auth_user.id'), withPermissions).as('permissions')
    ])
    .where((eb) =>
      eb.or([
        ...(fields.includes('username') ? [eb(sql<string>`lower(username)`, '=', name)] : []),
        ...(fields.includes('email') ? [byEmail] : [])
      ])
    )
    .orderBy('rank', 'desc')
    .orderBy('id')
    .limit(2)
    .execute()
  const [first, second] = rows
  return first && first.rank === second?.rank ? { ambiguous: [first, second] } : first
}

function tokenPermissions(userId: Expression<unknown> | RawBuilder<unknown>, wanted: boolean): RawBuilder<string[] | undefined> {
  return wanted ? permissionNames(userId) : sql<undefined>`null`
}

/** Whether the user has opened a session from this address before. */
export async function knowsAddress(database: Connection, userId: number, address: string): Promise<boolean> {
  const row = await database
    .selectFrom('user_session')
    .select('id')
    .where('user_id', '=', id(userId))
    .where(sql<boolean>`address = ${address}::inet`)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
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
  database: Connection,
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

/**
 * Opens the session of a token that Django signed, at its first use: once, and not where all sessions of the user were
 * ended after the token was issued. Whoever ends them at the same moment waits for this, or this for them, by the row of
 * `legacy_cutoff`.
 * @returns whether it was opened
 */
export async function openLegacySession(
  database: Connection,
  token: LegacyToken,
  client: { readonly userAgent?: string | undefined; readonly address?: string | undefined } = {}
): Promise<boolean> {
  const { rows } = await sql<{ id: string }>`
    with swept as (
      delete from legacy_token where id in (
        select id from legacy_token where expires_at < now() and id <> ${token.sid} limit 10 for update skip locked
      )
    ), account as (
      select id from auth_user
      where id = ${id(token.user_id)} and is_active and not exists (select from legacy_token where id = ${token.sid})
    ), cutoff as (
      insert into legacy_cutoff (user_id, issued_after) select id, '-infinity' from account
      on conflict (user_id) do update set issued_after = legacy_cutoff.issued_after
      returning user_id, issued_after
    ), taken as (
      insert into legacy_token (id, user_id, expires_at)
      select ${token.sid}, user_id, to_timestamp(${token.exp}) from cutoff where to_timestamp(${token.iat}) > issued_after
      on conflict (id) do nothing
      returning id, user_id, expires_at
    )
    insert into user_session (id, user_id, refresh_jti, expires_at, user_agent, address)
    select id, user_id, ${token.jti}, expires_at, ${client.userAgent?.slice(0, 500) ?? null}, ${client.address ?? null}::inet
    from taken
    returning id`.execute(database)
  return rows.length === 1
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
  /** Whether the tokens are to carry the user's permissions. */
  readonly withPermissions: boolean
}

export interface RotatedSession {
  readonly refreshJti: string
  readonly expiresAt: Date
  readonly user: TokenSubject
  /** Set where the token was sent before. */
  readonly replay: { readonly cause: ReplayCause; readonly first: boolean } | undefined
}

/** What a replayed refresh token looks like. */
export type ReplayCause = 'parallel_tab' | 'lost_response' | 'never_stored'

/** Seconds within which two uses of one token are two tabs, not a client that lost or threw away the answer. */
const parallelWindow = 10

/**
 * Takes a refresh token for the next one of its session, decided by one UPDATE: of two that send the same token at once
 * the first makes the successor and the second, like any replay of the parent of a token that was never used, gets that
 * same successor again. Nothing is changed when the token is neither the newest nor (leniently) its parent.
 *
 * Replays are counted by cause: within seconds of the rotation it is another tab; later, the first time, an answer that
 * got lost; again after that, a client that never stores the new token.
 */
export async function rotateRefreshToken(database: Connection, rotation: Rotation): Promise<RotatedSession | undefined> {
  const newest = sql<boolean>`refresh_jti = ${rotation.jti}`
  const parallel = sql<boolean>`rotated_at > now() - make_interval(secs => ${parallelWindow})`
  const { rows } = await sql<RotatedRow>`
    update user_session set
      parent_jti = case when ${newest} then refresh_jti else parent_jti end,
      rotated_at = case when ${newest} then now() else rotated_at end,
      expires_at = case when ${newest} then now() + make_interval(secs => ${rotation.ttl}) else expires_at end,
      refresh_jti = case when ${newest} then ${rotation.newJti}::uuid else refresh_jti end,
      parent_replays = case when ${newest} then 0 when ${parallel} then parent_replays else parent_replays + 1 end,
      replays_parallel_tab = replays_parallel_tab + case when not ${newest} and ${parallel} then 1 else 0 end,
      replays_lost_response = replays_lost_response
        + case when not ${newest} and not ${parallel} and parent_replays = 0 then 1 else 0 end,
      replays_never_stored = replays_never_stored
        + case when not ${newest} and not ${parallel} and parent_replays > 0 then 1 else 0 end,
      last_used_at = now()
    from auth_user
    where user_session.id = ${rotation.sid}
      and user_session.user_id = ${id(rotation.user_id)}
      and revoked_at is null
      and expires_at > now()
      and (${newest} or (${rotation.lenient} and parent_jti = ${rotation.jti}))
      and auth_user.id = user_session.user_id
      and auth_user.is_active
    returning refresh_jti, expires_at, auth_user.id, auth_user.username, auth_user.email,
      ${roleNames(sql.ref('auth_user.id'))} as roles,
      ${tokenPermissions(sql.ref('auth_user.id'), rotation.withPermissions)} as permissions,
      case when refresh_jti = ${rotation.newJti} then null
        when ${parallel} then 'parallel_tab'
        when parent_replays > 1 then 'never_stored'
        else 'lost_response' end as replay_cause,
      replays_parallel_tab as parallel_tab,
      replays_lost_response as lost_response,
      replays_never_stored as never_stored`.execute(database)
  const row = rows[0]
  if (!row) return undefined
  const {
    refresh_jti: refreshJti,
    expires_at: expiresAt,
    replay_cause: cause,
    id: userId,
    username,
    email,
    roles,
    permissions
  } = row
  return {
    refreshJti,
    expiresAt,
    user: { id: userId, username, email, roles, permissions: permissions ?? undefined },
    replay: cause === null ? undefined : { cause, first: row[cause] === 1 }
  }
}

interface RotatedRow extends Record<ReplayCause, number> {
  readonly refresh_jti: string
  readonly expires_at: Date
  readonly id: number
  readonly username: string
  readonly email: string
  readonly roles: string[]
  readonly permissions: string[] | null
  readonly replay_cause: ReplayCause | null
}

export interface SessionRow extends Record<`replays_${ReplayCause}`, number> {
  readonly id: string
  readonly user_agent: string | null
  readonly address: string | null
  readonly created_at: Date
  readonly last_used_at: Date
  readonly expires_at: Date
}

/** A user's open sessions, the last used first. */
export function listSessionsOf(database: Connection, userId: number): Promise<SessionRow[]> {
  return database
    .selectFrom('user_session')
    .select(['id', 'user_agent', 'created_at', 'last_used_at', 'expires_at'])
    .select(['replays_parallel_tab', 'replays_lost_response', 'replays_never_stored'])
    .select(sql<string | null>`host(address)`.as('address'))
    .where('user_id', '=', id(userId))
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', sql<Date>`now()`)
    .orderBy('last_used_at', 'desc')
    .orderBy('id')
    .execute()
}

/** Which sessions to end. */
export interface SessionSelection {
  readonly userId?: number
  readonly sid?: string
  readonly exceptSid?: string
}

/**
 * Ends the open ones of the selected sessions; where that is not a single one, tokens that Django signed until now open no
 * session any more either.
 * @returns how many that were
 */
export async function revokeSessions(
  database: Connection,
  { userId, sid, exceptSid }: SessionSelection,
  cause: RevocationCause
): Promise<number> {
  if (userId !== undefined && sid === undefined) {
    // Before the sessions, so that one which such a token is just opening is seen.
    await sql`
      insert into legacy_cutoff (user_id, issued_after)
      select id, clock_timestamp() from auth_user where id = ${id(userId)}
      on conflict (user_id) do update set issued_after = greatest(legacy_cutoff.issued_after, excluded.issued_after)`.execute(
      database
    )
  }
  let query = database
    .updateTable('user_session')
    .set({ revoked_at: sql`now()`, revoked_because: cause })
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', sql<Date>`now()`)
  if (userId !== undefined) query = query.where('user_id', '=', id(userId))
  if (sid !== undefined) query = query.where('id', '=', sid)
  if (exceptSid !== undefined) query = query.where('id', '<>', exceptSid)
  const { numUpdatedRows } = await query.executeTakeFirst()
  return Number(numUpdatedRows)
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
