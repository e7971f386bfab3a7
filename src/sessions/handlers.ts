import { randomUUID } from 'node:crypto'
import { recordEvent } from '../audit/queries.ts'
import type { Call, HandledOperation, HandlersOf } from '../contract/handlers.ts'
import { Problem, tooManyRequests } from '../contract/problems.ts'
import type { Services } from '../services.ts'
import { requireAuthority } from '../users/authority.ts'
import { auditTarget, findAccount } from '../users/queries.ts'
import type { Wait } from './guesses.ts'
import type { LegacyToken } from './legacy-tokens.ts'
import {
  type AmbiguousLogin,
  findUserByLogin,
  isTokenLive,
  knowsAddress,
  type LoginAccount,
  type LoginField,
  listSessionsOf,
  openLegacySession,
  openSession,
  revokeSessions,
  rotateRefreshToken,
  type SessionRow,
  type SessionSelection
} from './queries.ts'

type SessionOperation =
  | 'obtainToken'
  | 'login'
  | 'refreshToken'
  | 'verifyToken'
  | 'logout'
  | 'listSessions'
  | 'endSession'
  | 'listUserSessions'
  | 'endUserSessions'
  | 'verifyAccess'

export function sessionHandlers(services: Services): HandlersOf<SessionOperation> {
  const { database, guesses, hashing, tokens, legacyTokens, metrics, config, clock } = services
  const { refreshTtl, refreshReuse } = config.tokens
  const lenient = refreshReuse === 'lenient'
  const withPermissions = config.tokens.permissionLimit > 0

  /**
   * Proves a password and opens a session. Unknown name, wrong password and inactive account cost the same time and can't
   * be told apart.
   */
  async function logIn(
    login: string,
    fields: readonly LoginField[],
    password: string,
    { origin, userAgent, log }: Pick<Call<HandledOperation>, 'origin' | 'userAgent' | 'log'>
  ): Promise<{ account: LoginAccount; access: string; refresh: string } | undefined> {
    return guesses.attempt({ kind: 'login', name: login, address: origin.address }, async (wait) => {
      const found = await findUserByLogin(database, login, fields, withPermissions)
      const ambiguous = found && 'ambiguous' in found ? found.ambiguous : undefined
      const account = found && !('ambiguous' in found) ? found : undefined
      await refuseWhileDelayed(wait, account, origin)
      if (ambiguous) return refuseAmbiguous(ambiguous, password, { origin, log })
      const proven = await hashing.verify(password, account?.password)
      const session = proven && account ? await open(account, password, { origin, userAgent }) : undefined
      metrics.countLogin(session ? 'success' : 'failure')
      if (session && account) return { account, ...(await tokens.issue(account, session)) }
      // Who is not there is not named: what was typed for a name is at times a password.
      await recordEvent(database, origin, { action: 'login.failed', target: account && auditTarget(account) })
      return undefined
    })
  }

  /** Nobody is let in by a name that several accounts have; only who knows the password of one is told why. */
  async function refuseAmbiguous(
    accounts: AmbiguousLogin['ambiguous'],
    password: string,
    { origin, log }: Pick<Call<HandledOperation>, 'origin' | 'log'>
  ): Promise<undefined> {
    metrics.countLogin('ambiguous')
    log.warn({ user_ids: accounts.map(({ id }) => id) }, 'A login was refused: several users have the name that was typed')
    await recordEvent(database, origin, { action: 'login.failed' })
    for (const account of accounts) {
      if (await hashing.verify(password, account.password)) {
        throw new Problem('invalid_credentials', 'Several accounts have this name. Log in with the username, spelled as it is.')
      }
    }
    return undefined
  }

  /** The same for a name that nobody has; a wrong guess from elsewhere does not keep out who was here before. */
  async function refuseWhileDelayed(
    wait: Wait,
    account: LoginAccount | undefined,
    { address }: Call<HandledOperation>['origin']
  ): Promise<void> {
    const delayed =
      wait.fromAddress > 0 || (wait.fromAnywhere > 0 && !(account && (await knowsAddress(database, account.id, address))))
    if (!delayed) return
    metrics.countLogin('delayed')
    metrics.countLimit('guesses')
    throw tooManyRequests('Too many wrong passwords for this name.', Math.max(wait.fromAddress, wait.fromAnywhere))
  }

  async function open(
    account: LoginAccount,
    password: string,
    { origin, userAgent }: Pick<Call<HandledOperation>, 'origin' | 'userAgent'>
  ) {
    const upgraded = hashing.needsUpgrade(account.password) ? await hashing.hash(password) : undefined
    const [sessionId, refreshJti] = [randomUUID(), randomUUID()]
    const session = { id: sessionId, userId: account.id, refreshJti, ttl: refreshTtl, userAgent, address: origin.address }
    return database.transaction().execute(async (transaction) => {
      const expiresAt = await openSession(transaction, session, { proven: account.password, upgraded })
      if (!expiresAt) return undefined
      const actor = { actorId: account.id, actorName: account.username }
      const after = { session: sessionId, user_agent: userAgent ?? null }
      await recordEvent(transaction, { ...origin, ...actor }, { action: 'session.opened', target: auditTarget(account), after })
      return { sessionId, refreshJti, expiresAt }
    })
  }

  /** Ends sessions of a user, and says so in the audit log if there were any. @returns how many */
  async function end(
    selection: SessionSelection & { readonly userId: number },
    cause: 'logout' | 'ended_by_administrator',
    origin: Call<HandledOperation>['origin']
  ): Promise<number> {
    return database.transaction().execute(async (transaction) => {
      const ended = await revokeSessions(transaction, selection, cause)
      if (ended > 0) {
        const account = await findAccount(transaction, selection.userId)
        const after = { sessions: ended, cause, ...(selection.sid !== undefined && { session: selection.sid }) }
        const actor = { actorId: origin.actorId ?? account?.id, actorName: origin.actorName ?? account?.username }
        const target = account && auditTarget(account)
        await recordEvent(transaction, { ...origin, ...actor }, { action: 'session.ended', target, after })
      }
      return ended
    })
  }

  /**
   * A token that Django signed, with its session open: it opens one here at its first use, and from then on is that session's
   * first refresh token, or an access token of it.
   */
  async function readLegacy(
    token: string,
    { origin, userAgent }: Pick<Call<HandledOperation>, 'origin' | 'userAgent'>
  ): Promise<LegacyToken | undefined> {
    const legacy = legacyTokens?.read(token)
    if (!legacy) return undefined
    await database.transaction().execute(async (transaction) => {
      if (!(await openLegacySession(transaction, legacy, { userAgent, address: origin.address }))) return
      const account = await findAccount(transaction, legacy.user_id)
      const after = { session: legacy.sid, user_agent: userAgent ?? null, by: `legacy_${legacy.token_type}_token` }
      await recordEvent(transaction, origin, { action: 'session.opened', target: account && auditTarget(account), after })
    })
    return legacy
  }

  /** A refresh token of ours or of Django's; from then on it is all the same. */
  async function readRefresh(token: string, call: Pick<Call<HandledOperation>, 'origin' | 'userAgent'>) {
    const claims = (await tokens.readRefresh(token)) ?? (await readLegacy(token, call))
    return claims?.token_type === 'refresh' ? claims : undefined
  }

  const wrongCredentials = 'No active account has this name and password.'

  return {
    async obtainToken(call) {
      const { body, refuse } = call
      const result = await logIn(body.username, ['username', 'email'], body.password, call)
      if (!result) throw refuse('invalid_credentials', wrongCredentials)
      return { status: 200, body: { access: result.access, refresh: result.refresh } }
    },

    async login(call) {
      const { body, refuse } = call
      const { username, email, password } = body
      const name = username ?? email
      if (name === undefined) {
        throw refuse('invalid_input', 'Give a username or an email.', { username: ['Give a username or an email.'] })
      }
      const result = await logIn(name, username === undefined ? ['email'] : ['username', 'email'], password, call)
      if (!result) throw refuse('invalid_credentials', wrongCredentials)
      const { account, access, refresh } = result
      const { id, roles, first_name, last_name, is_staff, is_superuser } = account
      return {
        status: 200,
        body: {
          message: 'Logged in.',
          user: {
            user_id: id,
            username: account.username,
            email: account.email,
            first_name,
            last_name,
            is_staff,
            is_superuser,
            groups: roles
          },
          access,
          refresh
        }
      }
    },

    async refreshToken({ body, origin, userAgent, log, refuse }) {
      const claims = await readRefresh(body.refresh, { origin, userAgent })
      if (!claims) throw refuse('invalid_token', 'The refresh token is not valid or has expired.')
      const { sid, user_id, jti } = claims
      const rotated = await rotateRefreshToken(database, {
        sid,
        user_id,
        jti,
        newJti: randomUUID(),
        // Not before the token itself: a client that never stores the new one goes on with one of Django's.
        ttl: Math.max(refreshTtl, claims.exp - clock() / 1000),
        lenient,
        withPermissions
      })
      if (!rotated) {
        // A good token that does not fit its session's state was used before: by a thief, or by the owner after one.
        const revoked = await database.transaction().execute(async (transaction) => {
          const count = await revokeSessions(transaction, { sid, userId: user_id }, 'refresh_replay')
          const account = count > 0 ? await findAccount(transaction, user_id) : undefined
          const after = { session: sid, cause: 'refresh_replay', user_agent: userAgent ?? null }
          if (account) await recordEvent(transaction, origin, { action: 'session.revoked', target: auditTarget(account), after })
          return count > 0
        })
        if (revoked) {
          metrics.countReplay('stale')
          log.warn({ sid, user_id }, 'A refresh token was replayed; its session is revoked')
        }
        throw refuse('invalid_token', 'The refresh token was used before, or its session has ended.')
      }
      const { refreshJti, expiresAt, user, replay } = rotated
      if (replay) {
        metrics.countReplay(replay.cause)
        // Once a session and cause: a client that never stores its token replays it every few minutes.
        const after = { session: sid, cause: replay.cause, user_agent: userAgent ?? null }
        const target = auditTarget(user)
        if (replay.first) await recordEvent(database, origin, { action: 'session.refresh_replayed', target, after })
      }
      return { status: 200, body: await tokens.issue(user, { sessionId: sid, refreshJti, expiresAt }) }
    },

    async verifyToken({ body, origin, userAgent, refuse }) {
      const claims = (await tokens.read(body.token)) ?? (await readLegacy(body.token, { origin, userAgent }))
      const refreshJti = claims?.token_type === 'refresh' ? claims.jti : undefined
      if (!claims || !(await isTokenLive(database, { sid: claims.sid, user_id: claims.user_id, refreshJti, lenient }))) {
        throw refuse('invalid_token', 'The token is not valid, has expired, or its session has ended.')
      }
      return { status: 200, body: {} }
    },

    async logout({ body, query, principal, origin, userAgent }) {
      const refresh = body?.refresh ?? body?.refresh_token
      const claims = refresh === undefined ? undefined : await readRefresh(refresh, { origin, userAgent })
      const session = claims
        ? { userId: claims.user_id, sid: claims.sid }
        : refresh === undefined && principal && { userId: principal.userId, sid: principal.sessionId }
      if (session) {
        const { userId, sid } = session
        const live = await isTokenLive(database, { sid, user_id: userId, refreshJti: undefined, lenient })
        const selections = { session: { userId, sid }, others: { userId, exceptSid: sid }, all: { userId } }
        // A token of a session that has ended ends no others.
        if (live) await end(selections[query.scope ?? 'session'], 'logout', origin)
      }
      return { status: 200, body: { message: 'Logged out.' } }
    },

    async verifyAccess({ principal }) {
      // The access hook has checked what the query asks for.
      const headers = {
        'x-auth-user': headerText(principal.username),
        'x-auth-user-id': principal.userId,
        'x-auth-roles': principal.roles.map(headerText).join(',')
      }
      return { status: 200, body: {}, headers }
    },

    async listSessions({ principal }) {
      const sessions = await listSessionsOf(database, principal.userId)
      return { status: 200, body: sessions.map((session) => toSession(session, principal.sessionId)) }
    },

    async endSession({ params: { id }, principal, origin, refuse }) {
      const ended = await end({ userId: principal.userId, sid: id }, 'logout', origin)
      if (ended === 0) throw refuse('not_found', `You have no open session with the id ${id}.`)
      return { status: 204 }
    },

    async listUserSessions({ params: { id }, principal, refuse }) {
      if (!(await findAccount(database, id))) throw refuse('not_found', `There is no user with the id ${id}.`)
      const sessions = await listSessionsOf(database, id)
      return { status: 200, body: sessions.map((session) => toSession(session, principal?.sessionId)) }
    },

    async endUserSessions({ params: { id }, principal, origin, refuse }) {
      const account = await findAccount(database, id)
      if (!account) throw refuse('not_found', `There is no user with the id ${id}.`)
      requireAuthority(principal, account)
      await end({ userId: id }, 'ended_by_administrator', origin)
      return { status: 204 }
    }
  }
}

/** Text as a header can carry it and a comma-separated list can hold it: percent-encoded where it is not plain. */
function headerText(text: string): string {
  return text.replaceAll(/[^\x21-\x24\x26-\x2b\x2d-\x7e]/gu, encodeURIComponent)
}

function toSession(session: SessionRow, current: string | undefined) {
  return {
    id: session.id,
    user_agent: session.user_agent,
    address: session.address,
    created_at: session.created_at.toISOString(),
    last_used_at: session.last_used_at.toISOString(),
    expires_at: session.expires_at.toISOString(),
    current: session.id === current,
    refresh_replays: {
      parallel_tab: session.replays_parallel_tab,
      lost_response: session.replays_lost_response,
      never_stored: session.replays_never_stored
    }
  }
}
