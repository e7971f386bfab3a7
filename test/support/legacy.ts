import { createHash, createHmac, randomUUID } from 'node:crypto'

export const legacySecret = 'django-insecure-only-for-tests'

/** The settings under which what Django signed with `secret` is taken until tomorrow. */
export function legacySettings(secret = legacySecret): Record<string, string> {
  return { LEGACY_JWT_SECRET: secret, LEGACY_JWT_UNTIL: new Date(Date.now() + 86_400_000).toISOString() }
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A JWT by HMAC with SHA-256. */
export function hs256(payload: object, secret: string, header: object = { alg: 'HS256', typ: 'JWT' }): string {
  const text = `${encode(header)}.${encode(payload)}`
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
}

/** A token as simplejwt makes it, issued a minute ago. */
export function legacyToken(type: 'access' | 'refresh', userId: number, claims: object = {}, secret = legacySecret): string {
  const iat = Math.floor(Date.now() / 1000) - 60
  const jti = randomUUID().replaceAll('-', '')
  return hs256({ token_type: type, exp: iat + (type === 'access' ? 300 : 86_400), iat, jti, user_id: userId, ...claims }, secret)
}

/** A reset token as Django makes it; `test/passwords/legacy-reset.test.ts` holds ones that it did make. */
export function legacyReset(
  user: { id: number; password: string; last_login: Date | null; email: string },
  { age = 60, secret = legacySecret } = {}
): string {
  const issued = Math.floor((Date.now() - Date.UTC(2001, 0, 1)) / 1000) - age
  const lastLogin = user.last_login?.toISOString().slice(0, 19).replace('T', ' ') ?? ''
  const key = createHash('sha256').update(`django.contrib.auth.tokens.PasswordResetTokenGenerator${secret}`).digest()
  const digest = createHmac('sha256', key).update(`${user.id}${user.password}${lastLogin}${issued}${user.email}`).digest('hex')
  return `${issued.toString(36)}-${[...digest].filter((_, index) => index % 2 === 0).join('')}`
}
