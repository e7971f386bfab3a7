import { createHash, pbkdf2Sync, randomBytes, scryptSync, timingSafeEqual } from 'node:crypto'
import bcrypt from 'bcryptjs'
import { argon2i, argon2id } from 'hash-wasm'

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
/** Argon2's passes over its memory, in KiB: twenty times Django's 2 over 100 MiB. */
const maxArgon2Work = 4 * 1024 * 1024

/** Django's BCryptSHA256PasswordHasher: bcrypt over the hex SHA-256, so that no byte beyond the 72nd is ignored. */
export function hash({ password, cost }: HashTask): string {
  return `bcrypt_sha256$${bcrypt.hashSync(sha256(password), bcrypt.genSaltSync(cost))}`
}

/** Whether `password` is the one that `encoded` was made of; undefined where that can't be told (unusable, unknown, absurd). */
export async function verify({ password, encoded }: VerifyTask): Promise<boolean | undefined> {
  const [algorithm = '', ...rest] = encoded.split('$')
  return verifiers.get(algorithm)?.(password, rest)
}

type Verifier = (password: string, parts: string[]) => boolean | undefined | Promise<boolean | undefined>

// The formats of django.contrib.auth.hashers. A Map: what is stored may also be a name that every object has.
const verifiers = new Map<string, Verifier>([
  ['bcrypt_sha256', (password, parts) => verifyBcrypt(sha256(password), parts)],
  ['bcrypt', (password, parts) => verifyBcrypt(password, parts)],
  ['pbkdf2_sha256', (password, parts) => verifyPbkdf2(password, parts, 'sha256')],
  ['pbkdf2_sha1', (password, parts) => verifyPbkdf2(password, parts, 'sha1')],
  ['scrypt', verifyScrypt],
  ['argon2', verifyArgon2]
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

/** Django writes argon2id, and argon2i before 3.1; both of version 1.3 (RFC 9106), the one there is since 2016. */
const argon2Types = new Map([
  ['argon2id', argon2id],
  ['argon2i', argon2i]
])

async function verifyArgon2(password: string, [type = '', version, costs = '', salt, expected]: string[]) {
  const compute = argon2Types.get(type)
  const [, m, t, p] = (/^m=(\d+),t=(\d+),p=(\d+)$/.exec(costs) ?? []).map(Number)
  if (!compute || version !== 'v=19' || !m || !t || !p || salt === undefined || expected === undefined) return undefined
  if (m * 1024 > maxMemory || m * t > maxArgon2Work || p > 16) return undefined
  const key = Buffer.from(expected, 'base64')
  try {
    const options = { salt: Buffer.from(salt, 'base64'), memorySize: m, iterations: t, parallelism: p, hashLength: key.length }
    return timingSafeEqual(await compute({ ...options, password, outputType: 'binary' }), key)
  } catch {
    // Salts and keys that are too short, and the empty password, which nobody may have.
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
