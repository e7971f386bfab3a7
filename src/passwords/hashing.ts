import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Piscina } from 'piscina'
import type { HashTask, VerifyTask } from './hashing-worker.ts'

export interface PasswordHashing {
  /** @returns Django's `bcrypt_sha256$$2b$…` for `password` */
  hash(password: string): Promise<string>
  /** Whether `password` is the one `encoded` was made of; without `encoded` false, after the same work. */
  verify(password: string, encoded: string | undefined): Promise<boolean>
  /** Whether a password that just verified should be hashed anew, as Django's `must_update` says. */
  needsUpgrade(encoded: string): boolean
  close(): Promise<void>
}

/**
 * Hashing in worker threads, so that a login of a quarter of a second holds up no other request.
 * @param cost log2 of bcrypt's rounds
 */
export async function startHashing(cost: number, threads: number): Promise<PasswordHashing> {
  const worker = new URL(`./hashing-worker${extname(import.meta.url)}`, import.meta.url)
  const pool = new Piscina({
    filename: fileURLToPath(worker),
    minThreads: 1,
    maxThreads: threads,
    idleTimeout: 60_000
  })
  // Made once and lazily: a login for an unknown user then costs what one for a known user does.
  let decoy: Promise<string> | undefined

  return {
    hash: (password) => pool.run({ password, cost } satisfies HashTask, { name: 'hash' }),
    async verify(password, encoded) {
      decoy ??= pool.run(cost, { name: 'decoy' })
      const task: VerifyTask = { password, encoded: encoded ?? (await decoy) }
      const matches: boolean = await pool.run(task, { name: 'verify' })
      return matches && encoded !== undefined
    },
    needsUpgrade: (encoded) => Number(/^bcrypt_sha256\$\$2[aby]\$(\d\d)\$/.exec(encoded)?.[1] ?? 0) < cost,
    close: () => pool.destroy()
  }
}
