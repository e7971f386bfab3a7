import { randomUUID } from 'node:crypto'
import type { FastifyJWTOptions } from '@fastify/jwt'
import type { FastifyInstance } from 'fastify'
import type { Config } from '../config.ts'
import type { SigningKey } from './keys.ts'

/** What every token of ours says (RFC 7519, 4.1); `user_id` and `token_type` as simplejwt writes them. */
interface CommonClaims {
  readonly token_type: 'access' | 'refresh'
  readonly user_id: number
  /** Id of the session. */
  readonly sid: string
  readonly jti: string
  readonly iat: number
  readonly exp: number
  readonly iss: string
  readonly sub: string
}

export interface AccessClaims extends CommonClaims {
  readonly token_type: 'access'
  readonly username: string
  readonly email: string
  /** Names of the user's roles. */
  readonly roles: readonly string[]
}

export interface RefreshClaims extends CommonClaims {
  readonly token_type: 'refresh'
}

export interface TokenSubject {
  readonly id: number
  readonly username: string
  readonly email: string
  readonly roles: readonly string[]
}

export interface SessionTokens {
  readonly sessionId: string
  readonly refreshJti: string
  /** When the session, and so its refresh token, ends. */
  readonly expiresAt: Date
}

export interface Tokens {
  /** The pair that a client gets for a session. */
  issue(subject: TokenSubject, session: SessionTokens): { access: string; refresh: string }
  /** The claims of a token that we signed and that is in its time; undefined for anything else. */
  read(token: string): AccessClaims | RefreshClaims | undefined
  readAccess(token: string): AccessClaims | undefined
  readRefresh(token: string): RefreshClaims | undefined
}

/** Options for @fastify/jwt: one algorithm, the key's own, so that no token can choose another (RFC 8725, 3.1). */
export function jwtOptions({ algorithm, kid, material }: SigningKey, { tokens }: Config): FastifyJWTOptions {
  return {
    secret: material as string,
    sign: { algorithm, iss: tokens.issuer, ...(kid !== undefined && { kid }) },
    verify: { algorithms: [algorithm], allowedIss: tokens.issuer, requiredClaims: ['iss', 'exp', 'iat', 'jti', 'sub', 'sid'] }
  }
}

/** Signs and verifies with the key that `app` was given by `jwtOptions`. */
export function createTokens({ jwt }: FastifyInstance, { tokens }: Config): Tokens {
  const seconds = (date: number) => Math.floor(date / 1000)

  function issue(subject: TokenSubject, session: SessionTokens): { access: string; refresh: string } {
    const iat = seconds(Date.now())
    const end = seconds(session.expiresAt.getTime())
    const common = { user_id: subject.id, sub: String(subject.id), sid: session.sessionId, iat }
    return {
      access: jwt.sign({
        ...common,
        token_type: 'access',
        username: subject.username,
        email: subject.email,
        roles: subject.roles,
        jti: randomUUID(),
        // Never past the session itself.
        exp: Math.min(iat + Math.round(tokens.accessTtl), end)
      }),
      refresh: jwt.sign({ ...common, token_type: 'refresh', jti: session.refreshJti, exp: end })
    }
  }

  function read(token: string): AccessClaims | RefreshClaims | undefined {
    try {
      const claims = jwt.verify<AccessClaims | RefreshClaims>(token)
      return isTokenType(claims.token_type) && Number.isSafeInteger(claims.user_id) ? claims : undefined
    } catch {
      return undefined
    }
  }

  return {
    issue,
    read,
    readAccess(token) {
      const claims = read(token)
      return claims?.token_type === 'access' ? claims : undefined
    },
    readRefresh(token) {
      const claims = read(token)
      return claims?.token_type === 'refresh' ? claims : undefined
    }
  }
}

function isTokenType(type: unknown): type is 'access' | 'refresh' {
  return type === 'access' || type === 'refresh'
}
