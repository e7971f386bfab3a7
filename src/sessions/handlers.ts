import { randomUUID } from 'node:crypto'
import type { Call, HandledOperation, HandlersOf } from '../contract/handlers.ts'
import type { Services } from '../services.ts'
import {
  findUserByLogin,
  isTokenLive,
  type LoginAccount,
  type LoginField,
  openSession,
  revokeSession,
  rotateRefreshToken
} from './queries.ts'

type SessionOperation = 'obtainToken' | 'login' | 'refreshToken' | 'verifyToken' | 'logout'

export function sessionHandlers({ database, hashing, tokens, config }: Services): HandlersOf<SessionOperation> {
  const { refreshTtl, refreshReuse } = config.tokens
  const lenient = refreshReuse === 'lenient'

  /**
   * Proves a password and opens a session. Unknown name, wrong password and inactive account cost the same time and
   * can't be told apart.
   */
  async function logIn(
    login: string,
    fields: readonly LoginField[],
    password: string,
    client: Call<HandledOperation>['client']
  ): Promise<{ account: LoginAccount; access: string; refresh: string } | undefined> {
    const account = await findUserByLogin(database, login, fields)
    const proven = await hashing.verify(password, account?.password)
    if (!proven || !account?.is_active) return undefined
    const session = {
      id: randomUUID(),
      userId: account.id,
      refreshJti: randomUUID(),
      ttl: refreshTtl,
      userAgent: client.userAgent,
      address: client.address
    }
    const upgraded = hashing.needsUpgrade(account.password) ? await hashing.hash(password) : undefined
    const expiresAt = await openSession(database, session, { proven: account.password, upgraded })
    if (!expiresAt) return undefined
    const { id: sessionId, refreshJti } = session
    return { account, ...tokens.issue(account, { sessionId, refreshJti, expiresAt }) }
  }

  const wrongCredentials = 'No active account has this name and password.'

  return {
    async obtainToken({ body, client, refuse }) {
      const result = await logIn(body.username, ['username', 'email'], body.password, client)
      if (!result) throw refuse('invalid_credentials', wrongCredentials)
      return { status: 200, body: { access: result.access, refresh: result.refresh } }
    },

    async login({ body, client, refuse }) {
      const { username, email, password } = body
      const name = username ?? email
      if (name === undefined) {
        throw refuse('invalid_input', 'Give a username or an email.', { username: ['Give a username or an email.'] })
      }
      const result = await logIn(name, username === undefined ? ['email'] : ['username', 'email'], password, client)
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

    async refreshToken({ body, log, refuse }) {
      const claims = tokens.readRefresh(body.refresh)
      if (!claims) throw refuse('invalid_token', 'The refresh token is not valid or has expired.')
      const { sid, user_id, jti } = claims
      const session = await rotateRefreshToken(database, { sid, user_id, jti, newJti: randomUUID(), ttl: refreshTtl, lenient })
      if (!session) {
        // A good token that does not fit its session's state was used before: by a thief, or by the owner after one.
        if (await revokeSession(database, sid, 'refresh_replay')) {
          log.warn({ sid, user_id }, 'A refresh token was replayed; its session is revoked')
        }
        throw refuse('invalid_token', 'The refresh token was used before, or its session has ended.')
      }
      const { refreshJti, expiresAt, user } = session
      return { status: 200, body: tokens.issue(user, { sessionId: sid, refreshJti, expiresAt }) }
    },

    async verifyToken({ body, refuse }) {
      const claims = tokens.read(body.token)
      const refreshJti = claims?.token_type === 'refresh' ? claims.jti : undefined
      if (!claims || !(await isTokenLive(database, { sid: claims.sid, user_id: claims.user_id, refreshJti, lenient }))) {
        throw refuse('invalid_token', 'The token is not valid, has expired, or its session has ended.')
      }
      return { status: 200, body: {} }
    },

    async logout({ body, principal }) {
      const refresh = body?.refresh ?? body?.refresh_token
      const sid = refresh === undefined ? principal?.sessionId : tokens.readRefresh(refresh)?.sid
      if (sid !== undefined) await revokeSession(database, sid, 'logout')
      return { status: 200, body: { message: 'Logged out.' } }
    }
  }
}
