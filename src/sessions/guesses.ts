import { type RawBuilder, sql } from 'kysely'
import { Problem } from '../contract/problems.ts'
import type { Connection, Database } from '../database/connection.ts'
import { addressBlock } from '../operations/rate-limit.ts'

/**
 * Guesses at a password, counted in Postgres and so over all replicas. Each wrong one after a few doubles the time until
 * the next is taken, first for the name from that address, and at a much higher count for the name from anywhere, which
 * ends by itself within a minute and does not hold for addresses the user has logged in from before. So guessing gets
 * slow, and the owner is never locked out for good.
 *
 * Names are kept as hashes of what was typed, whether there is such an account or not: the answer tells nothing.
 */
interface Threshold {
  /** Wrong guesses without a delay. */
  readonly free: number
  /** The longest delay, in seconds. */
  readonly longest: number
}

const fromAddress: Threshold = { free: 5, longest: 15 * 60 }
const fromAnywhere: Threshold = { free: 50, longest: 60 }
/** Seconds after the last wrong guess at which the count begins anew. */
const memory = 60 * 60
export interface Guess {
  readonly name: string
  readonly address: string
}

/** In Postgres, whose lower() finds the account: two spellings that find the same one are the same guess. */
function keys({ name, address }: Guess): { pair: RawBuilder<Buffer>; all: RawBuilder<Buffer> } {
  const digest = (of: string) =>
    sql<Buffer>`sha256(convert_to(${of}::text || ' ' || lower(${name.normalize('NFKC')}::text), 'UTF8'))`
  return { pair: digest(addressBlock(address)), all: digest('all') }
}

/** Seconds to wait before the next guess from this address, and from any; 0 where this one may be checked. */
export interface Wait {
  readonly fromAddress: number
  readonly fromAnywhere: number
}

export interface Guesses {
  /**
   * Counts a guess before it is checked, so that many at the same moment do not all pass; forgets it and those before it
   * where it was right, or where it could not be checked. One that would have to wait only because of others that are
   * being checked waits for these: a client's pages that log in at the same moment are no guessing.
   * @param check refuses a guess that has to wait by a Problem; its result is undefined for a wrong one
   */
  attempt<Result>(guess: Guess, check: (wait: Wait) => Promise<Result | undefined>): Promise<Result | undefined>
}

export function createGuesses(database: Database): Guesses {
  /** Checks under way, by name and address. */
  const underWay = new Map<string, Set<Promise<unknown>>>()

  async function carryOut<Result>(guess: Guess, check: (wait: Wait) => Promise<Result | undefined>) {
    const wait = { fromAddress: 0, fromAnywhere: await take(database, keys(guess).all, fromAnywhere) }
    const result = await check(wait).catch(async (error: unknown) => {
      if (!(error instanceof Problem)) await forgetGuesses(database, guess)
      throw error
    })
    if (result !== undefined) await forgetGuesses(database, guess)
    return result
  }

  return {
    async attempt(guess, check) {
      const key = JSON.stringify([guess.name, guess.address])
      const { pair } = keys(guess)
      let wait = await take(database, pair, fromAddress)
      for (let others = underWay.get(key); wait > 0 && others; others = underWay.get(key)) {
        await Promise.race(others)
        wait = await take(database, pair, fromAddress)
      }
      if (wait > 0) return check({ fromAddress: wait, fromAnywhere: 0 })
      const checking = carryOut(guess, check)
      const settled = checking.catch(() => {})
      const others = underWay.get(key) ?? new Set()
      underWay.set(key, others.add(settled))
      return checking.finally(() => {
        others.delete(settled)
        if (others.size === 0) underWay.delete(key)
      })
    }
  }
}

async function take(database: Connection, key: RawBuilder<Buffer>, { free, longest }: Threshold): Promise<number> {
  // A count that began anew, else one more; refused, with nothing changed, while the delay lasts.
  const failures = sql`case when login_guess.updated_at < now() - make_interval(secs => ${memory}) then 1 else login_guess.failures + 1 end`
  const { rows } = await sql<{ taken: boolean; wait: number | null }>`
    with swept as (
      delete from login_guess where key in (
        select key from login_guess
        where updated_at < now() - make_interval(secs => ${memory}) and key <> ${key}
        limit 10 for update skip locked
      )
    ), taken as (
      insert into login_guess (key, failures, blocked_until) values (${key}, 1, now())
      on conflict (key) do update set
        failures = ${failures},
        updated_at = now(),
        blocked_until = case when ${failures} < ${free} then now()
          else now() + make_interval(secs => least(power(2, least(${failures} - ${free}, 20)), ${longest}::double precision)) end
      where login_guess.blocked_until <= now()
      returning key
    )
    select exists (select from taken) as taken,
      (select extract(epoch from blocked_until - now())::double precision from login_guess where key = ${key}) as wait`.execute(
    database
  )
  const [row] = rows
  // The wait is as it was when the statement began; one that another guess has just set is at least a second.
  return row?.taken ? 0 : Math.max(1, row?.wait ?? 1)
}

/** Forgets the wrong guesses before a right one from the same address. */
async function forgetGuesses(database: Connection, guess: Guess): Promise<void> {
  const { pair, all } = keys(guess)
  await sql`
    with forgotten as (delete from login_guess where key = ${pair})
    update login_guess set failures = greatest(failures - 1, 0) where key = ${all}`.execute(database)
}
