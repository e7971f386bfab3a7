import { createHash, pbkdf2Sync, randomBytes, scryptSync, timingSafeEqual } from 'node:crypto'
import bcrypt from 'bcryptjs'

// Runs in worker threads only (hashing.ts): everything here blocks for up to seconds.

export interface HashTask {
  readonly password: string
  /** log2 of bcrypt's rounds. */
  readonly cost: number
}

export interface VerifyTask {
  readonly password: string
  /** As it stands in auth_user.password. */
  readonly encoded: string
}

/** Bounds on what a stored hash may make us work; far above what Django writes (1,000,000 iterations in 5.2). */
const maxIterations = 20_000_000
/** log2 of bcrypt's rounds: some seconds. */
export const maxCost = 16
const maxMemory = 512 * 1024 * 1024

/** Django's BCryptSHA256PasswordHasher: bcrypt over the hex SHA-256, so that no byte beyond the 72nd is ignored. */
export function hash({ password, cost }: HashTask): string {
  return `bcrypt_sha256$${bcrypt.hashSync(sha256(password), bcrypt.genSaltSync(cost))}`
}

/** Whether `password` is the one that `encoded` was made of; undefined where that can't be told (unusable, unknown, absurd). */
export function verify({ password, encoded }: VerifyTask): boolean | undefined {
  const [algorithm = '', ...rest] = encoded.split('$')
  return verifiers.get(algorithm)?.(password, rest)
}

// The formats of django.contrib.auth.hashers. A Map: what is stored may also be a name that every object has.
const verifiers = new Map<string, (password: string, parts: string[]) => boolean | undefined>([
  ['bcrypt_sha256', (password, parts) => verifyBcrypt(sha256(password), parts)],
  ['bcrypt', (password, parts) => verifyBcrypt(password, parts)],
  ['pbkdf2_sha256', (password, parts) => verifyPbkdf2(password, parts, 'sha256')],
  ['pbkdf2_sha1', (password, parts) => verifyPbkdf2(password, parts, 'sha1')],
  ['scrypt', verifyScrypt]
])

function verifyBcrypt(password: string, parts: string[]): boolean | undefined {
  const encoded = parts.join('$')
  const cost = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/.exec(encoded)?.[1]
  return cost === undefined || Number(cost) > maxCost ? undefined : bcrypt.compareSync(password, encoded)
}

function verifyPbkdf2(password: string, [iterations, salt, expected]: string[], digest: string): boolean | undefined {
  const count = Number(iterations)
  if (!Number.isInteger(count) || count < 1 || count > maxIterations || salt === undefined || expected === undefined)
    return undefined
  const key = Buffer.from(expected, 'base64')
  return key.length > 0 ? timingSafeEqual(pbkdf2Sync(password, salt, count, key.length, digest), key) : undefined
}

function verifyScrypt(password: string, parts: string[]): boolean | undefined {
  const [n, salt, r, p, expected] = parts
  const [cost, blockSize, parallelization] = [Number(n), Number(r), Number(p)]
  if (salt === undefined || expected === undefined || !(cost * blockSize * 128 <= maxMemory) || !(parallelization <= 16))
    return undefined
  const key = Buffer.from(expected, 'base64')
  try {
    const options = { cost, blockSize, parallelization, maxmem: 2 * maxMemory }
    return key.length > 0 ? timingSafeEqual(scryptSync(password, salt, key.length, options), key) : undefined
  } catch {
    return undefined
  }
}

function sha256(password: string): string {
  return createHash('sha256').update(password).digest('hex')
}

/** A hash of a password that nobody knows, to verify against where there is no account. */
export function decoy(cost: number): string {
  return hash({ password: randomBytes(32).toString('hex'), cost })
}
