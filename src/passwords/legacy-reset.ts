import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

/** What a reset token of Django's is bound to: it dies once any of these is another one. */
export interface ResetState {
  readonly id: number
  readonly password: string
  readonly last_login: Date | null
  readonly email: string
}

/** Seconds: PASSWORD_RESET_TIMEOUT's default. */
const timeout = 3 * 24 * 60 * 60
/** Django counts in its own time zone, which is behind UTC by half a day at the most. */
const zoneAllowance = 12 * 60 * 60
const epoch = Date.UTC(2001, 0, 1)

/**
 * Whether Django (3.1 to 5.2) made this token for the user as it is now, with its SECRET_KEY, and not too long ago
 * (django.contrib.auth.tokens.PasswordResetTokenGenerator).
 */
export function isLegacyReset(token: string, user: ResetState, secret: string, now: Date): boolean {
  const [, timestamp, digest] = /^([0-9a-z]{1,13})-([0-9a-f]{32})$/.exec(token) ?? []
  if (timestamp === undefined || digest === undefined) return false
  const issued = Number.parseInt(timestamp, 36)
  // In UTC, without a fraction: datetime's str() of what Django reads.
  const lastLogin = user.last_login?.toISOString().slice(0, 19).replace('T', ' ') ?? ''
  const key = createHash('sha256').update(`django.contrib.auth.tokens.PasswordResetTokenGenerator${secret}`).digest()
  const value = `${user.id}${user.password}${lastLogin}${issued}${user.email}`
  const hex = createHmac('sha256', key).update(value).digest('hex')
  // Every second digit, to keep links short.
  const expected = [...hex].filter((_, index) => index % 2 === 0).join('')
  if (!timingSafeEqual(Buffer.from(expected), Buffer.from(digest))) return false
  return (now.getTime() - epoch) / 1000 - issued <= timeout + zoneAllowance
}
