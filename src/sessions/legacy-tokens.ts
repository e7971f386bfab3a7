import { createHash } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { type Clock, verifiedAt } from '../clock.ts'
import type { LegacySettings } from '../config.ts'

/** A token that djangorestframework-simplejwt signed with Django's SECRET_KEY. */
export interface LegacyToken {
  readonly token_type: 'access' | 'refresh'
  readonly user_id: number
  /** Id of the session that it opens when it is first used. */
  readonly sid: string
  /** What the session takes its refresh token's id to be. */
  readonly jti: string
  /** In seconds, as RFC 7519 has it; `exp` not after LEGACY_JWT_UNTIL. */
  readonly iat: number
  readonly exp: number
}

export interface LegacyTokens {
  /** A token that Django signed and that is in its time; undefined for anything else, and once LEGACY_JWT_UNTIL is over. */
  read(token: string): LegacyToken | undefined
}

interface LegacyClaims {
  readonly token_type: unknown
  /** Text since simplejwt 5.5.1. */
  readonly user_id: unknown
  readonly jti: unknown
  readonly iat: number
  readonly exp: number
  readonly sid?: unknown
}

/** Algorithm and key are fixed, whatever a token says of itself. A token of ours is told by its `sid`, even under one secret. */
export function createLegacyTokens({ jwt }: FastifyInstance, { secret, until }: LegacySettings, clock: Clock): LegacyTokens {
  return {
    read(token) {
      if (clock() >= until.getTime()) return undefined
      let claims: LegacyClaims
      try {
        claims = jwt.verify<LegacyClaims>(token, {
          ...verifiedAt(clock),
          key: secret,
          algorithms: ['HS256'],
          requiredClaims: ['token_type', 'user_id', 'jti', 'iat', 'exp']
        })
      } catch {
        return undefined
      }
      const { token_type, jti, iat, exp } = claims
      const userId = readUserId(claims.user_id)
      if ((token_type !== 'access' && token_type !== 'refresh') || typeof jti !== 'string' || jti === '') return undefined
      if (userId === undefined || claims.sid !== undefined) return undefined
      const id = uuidOf(JSON.stringify([token_type, userId, jti]))
      return { token_type, user_id: userId, sid: id, jti: id, iat, exp: Math.min(exp, until.getTime() / 1000) }
    }
  }
}

function readUserId(claim: unknown): number | undefined {
  const decimal = typeof claim === 'number' || typeof claim === 'string' ? String(claim) : ''
  return /^[1-9]\d{0,14}$/.test(decimal) ? Number(decimal) : undefined
}

/** The same UUID for the same name: version 8 (RFC 9562, 5.8), of a SHA-256. */
function uuidOf(name: string): string {
  const bytes = createHash('sha256').update(`legacy token ${name}`).digest().subarray(0, 16)
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x80
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
