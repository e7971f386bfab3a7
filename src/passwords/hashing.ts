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
  /** How many passwords wait, and how many are worked on. */
  figures(): { readonly waiting: number; readonly running: number }
  close(): Promise<void>
}

/** More hash work waits than can be done in reasonable time. */
export class HashingOverloaded extends Error {
  override readonly name = 'HashingOverloaded'
}

/** The thread that did the work died, and so did the next one. */
export class HashingDied extends Error {
  override readonly name = 'HashingDied'
}

/** What Piscina says of work whose thread ended. */
const threadDied = /worker exited with code|ERR_WORKER_OUT_OF_MEMORY|Worker terminated due to/

/**
 * Hashing in worker threads, so that a login of a quarter of a second holds up no other request.
 * @param cost log2 of bcrypt's rounds
 * @param queue how many tasks may wait; one more is refused with HashingOverloaded instead of piling up
 * @param onRefused told of each one that is
 */
export function startHashing(cost: number, threads: number, queue = 1000, onRefused = () => {}): PasswordHashing {
  const worker = new URL(`./hashing-worker${extname(import.meta.url)}`, import.meta.url)
  const pool = new Piscina({
    filename: fileURLToPath(worker),
    minThreads: 1,
    maxThreads: threads,
    maxQueue: queue,
    idleTimeout: 60_000
  })
  let [closing, underWay] = [false, 0]
  async function run<Result>(task: HashTask | VerifyTask | number, name: string, again = true): Promise<Result> {
    underWay += 1
    const done = pool.run(task, { name }).finally(() => {
      underWay -= 1
    })
    return done.catch((error: Error) => {
      if (/queue is at limit|No task queue available/i.test(error.message)) {
        onRefused()
        throw new HashingOverloaded(error.message)
      }
      if (closing || !threadDied.test(error.message)) throw error
      // Nothing is changed by a hash, so that it may be reckoned again, once: it may be what its thread died of.
      if (again) return run<Result>(task, name, false)
      throw new HashingDied(error.message, { cause: error })
    })
  }

  let decoy: Promise<string> | undefined
  /** Made once; should its thread have died twice, the next one who needs it makes it anew. */
  function makeDecoy(): Promise<string> {
    decoy ??= run<string>(cost, 'decoy').catch((error: unknown) => {
      decoy = undefined
      throw error
    })
    return decoy
  }
  // Begun before the first login: one for an unknown user then costs what one for a known user does. Should it fail, the
  // login that needs it tells.
  makeDecoy().catch(() => {})

  return {
    hash: (password) => run({ password, cost }, 'hash'),
    async verify(password, encoded) {
      const task: VerifyTask = { password, encoded: encoded ?? (await makeDecoy()) }
      const matches = await run<boolean | undefined>(task, 'verify')
      // A hash that can't be verified must not be told apart from a wrong password by its time.
      if (matches === undefined) await run({ password, encoded: await makeDecoy() }, 'verify')
      return matches === true && encoded !== undefined
    },
    needsUpgrade: (encoded) => Number(/^bcrypt_sha256\$\$2[aby]\$(\d\d)\$/.exec(encoded)?.[1] ?? 0) < cost,
    figures: () => ({ waiting: pool.queueSize, running: underWay - pool.queueSize }),
    close() {
      closing = true
      return pool.destroy()
    }
  }
}
