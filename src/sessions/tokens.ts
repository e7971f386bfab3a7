import { randomUUID } from 'node:crypto'
import fastifyJwt, { type FastifyJWTOptions, type JWT, type Secret } from '@fastify/jwt'
import Fastify, { type FastifyInstance } from 'fastify'
import { type Clock, verifiedAt } from '../clock.ts'
import type { Config } from '../config.ts'
import type { KeyRing, SigningKey } from './keys.ts'

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
  /** Each as app_label.codename; left out where there are more than TOKEN_PERMISSIONS. */
  readonly permissions?: readonly string[]
}

export interface RefreshClaims extends CommonClaims {
  readonly token_type: 'refresh'
}

export interface TokenSubject {
  readonly id: number
  readonly username: string
  readonly email: string
  readonly roles: readonly string[]
  /** Null or absent where tokens are not to carry them. */
  readonly permissions?: readonly string[] | null | undefined
}

export interface SessionTokens {
  readonly sessionId: string
  readonly refreshJti: string
  /** When the session, and so its refresh token, ends. */
  readonly expiresAt: Date
}

export interface Tokens {
  /** The pair that a client gets for a session. */
  issue(subject: TokenSubject, session: SessionTokens): Promise<{ access: string; refresh: string }>
  /** The claims of a token that we signed and that is in its time; undefined for anything else. */
  read(token: string): Promise<AccessClaims | RefreshClaims | undefined>
  readAccess(token: string): Promise<AccessClaims | undefined>
  readRefresh(token: string): Promise<RefreshClaims | undefined>
}

/** How many verified tokens are remembered, so that their signature is not checked again at every request. */
const remembered = 10_000

/** Options for @fastify/jwt; which key signs and which verifies is said with each token. */
export function jwtOptions(keyRing: KeyRing): FastifyJWTOptions {
  return { secret: keyRing.signing().material as string }
}

/** Signs with the ring's signing key, and verifies with the key that a token names, by that key's own algorithm. */
export function createTokens({ jwt }: FastifyInstance, keyRing: KeyRing, { tokens }: Config, clock: Clock): Tokens {
  const { issuer, audience, permissionLimit } = tokens
  const verified = new Map<string, { readonly claims: AccessClaims | RefreshClaims; readonly kid: string | undefined }>()

  const instances = new WeakMap<SigningKey, Promise<JWT>>()

  /** An instance of the plugin for a key: given with each token, the key would be parsed each time, which costs most of it. */
  async function instanceOf(key: SigningKey): Promise<JWT> {
    const { algorithm, kid, material } = key
    const app = Fastify()
    await app.register(fastifyJwt, {
      secret: material as Secret,
      sign: { algorithm, iss: issuer, ...(audience !== undefined && { aud: audience }), ...(kid !== undefined && { kid }) },
      verify: {
        algorithms: [algorithm],
        allowedIss: issuer,
        ...(audience !== undefined && { allowedAud: audience }),
        requiredClaims: ['iss', 'exp', 'iat', 'jti', 'sub', 'sid', ...(audience !== undefined ? ['aud'] : [])]
      }
    })
    await app.ready()
    return app.jwt
  }

  function withKey(key: SigningKey): Promise<JWT> {
    const instance = instances.get(key) ?? instanceOf(key)
    instances.set(key, instance)
    return instance
  }

  async function issue(subject: TokenSubject, session: SessionTokens): Promise<{ access: string; refresh: string }> {
    const { sign } = await withKey(keyRing.signing())
    const iat = Math.floor(clock() / 1000)
    const end = Math.floor(session.expiresAt.getTime() / 1000)
    const common = { user_id: subject.id, sub: String(subject.id), sid: session.sessionId, iat }
    const { permissions } = subject
    return {
      access: sign({
        ...common,
        token_type: 'access',
        username: subject.username,
        email: subject.email,
        roles: subject.roles,
        ...(permissions && permissions.length <= permissionLimit && { permissions }),
        jti: randomUUID(),
        // Never past the session itself.
        exp: Math.min(iat + Math.round(tokens.accessTtl), end)
      }),
      refresh: sign({ ...common, token_type: 'refresh', jti: session.refreshJti, exp: end })
    }
  }

  async function verify(token: string): Promise<{ claims: AccessClaims | RefreshClaims; kid: string | undefined } | undefined> {
    try {
      const { header } = jwt.decode<{ header: { kid?: unknown } }>(token, { complete: true }) as { header: { kid?: unknown } }
      const kid = typeof header.kid === 'string' ? header.kid : undefined
      const key = await keyRing.find(kid)
      if (!key) return undefined
      const claims = (await withKey(key)).verify<AccessClaims | RefreshClaims>(token, verifiedAt(clock))
      return isTokenType(claims.token_type) && Number.isSafeInteger(claims.user_id) ? { claims, kid } : undefined
    } catch {
      return undefined
    }
  }

  async function read(token: string): Promise<AccessClaims | RefreshClaims | undefined> {
    const known = verified.get(token)
    if (known) {
      // Remembered no longer than it lasts, nor than its key does.
      if (known.claims.exp * 1000 > clock() && (await keyRing.find(known.kid))) return known.claims
      verified.delete(token)
      return undefined
    }
    const fresh = await verify(token)
    if (fresh) {
      // The oldest goes; a Map keeps its entries in the order they came.
      if (verified.size >= remembered) verified.delete(verified.keys().next().value as string)
      verified.set(token, fresh)
    }
    return fresh?.claims
  }

  return {
    issue,
    read,
    async readAccess(token) {
      const claims = await read(token)
      return claims?.token_type === 'access' ? claims : undefined
    },
    async readRefresh(token) {
      const claims = await read(token)
      return claims?.token_type === 'refresh' ? claims : undefined
    }
  }
}

function isTokenType(type: unknown): type is 'access' | 'refresh' {
  return type === 'access' || type === 'refresh'
}
