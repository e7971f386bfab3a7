import { createHmac } from 'node:crypto'

/** A user id as Django's reset links carry it: the decimal digits in base64url without padding (urlsafe_base64_encode). */
export function encodeUid(userId: number): string {
  return Buffer.from(String(userId)).toString('base64url')
}

/** @returns the user id, or undefined when `uid` is not one */
export function decodeUid(uid: string): number | undefined {
  const digits = Buffer.from(uid, 'base64url').toString('latin1')
  const userId = Number(digits)
  return /^[1-9]\d{0,15}$/.test(digits) && encodeUid(userId) === uid ? userId : undefined
}

/**
 * A made-up user id for an email that nobody has: the same at each request, and of the size that ids here have.
 * @param key makes the choice unguessable; the same on all replicas
 */
export function decoyUserId(email: string, greatestUserId: number, key: string): number {
  // Up to the next power of two, so that a growing table seldom changes the answer.
  const range = 2 ** Math.ceil(Math.log2(greatestUserId + 1))
  const digest = createHmac('sha256', key).update(email.toLowerCase()).digest()
  return (digest.readUIntBE(0, 6) % Math.max(range - 1, 1)) + 1
}
