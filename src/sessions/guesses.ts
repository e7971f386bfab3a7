import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { Connection } from '../database/connection.ts'
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

function keys({ name, address }: Guess): { pair: Buffer; all: Buffer } {
  const login = name.normalize('NFKC').toLowerCase()
  const digest = (...parts: string[]) => createHash('sha256').update(JSON.stringify(parts)).digest()
  return { pair: digest('pair', login, addressBlock(address)), all: digest('all', login) }
}

/**
 * Counts a guess before it is checked, so that many at the same moment do not all pass.
 * @returns seconds to wait before the next guess from this address, and from any; 0 where this one may be checked
 */
export async function takeGuess(database: Connection, guess: Guess): Promise<{ fromAddress: number; fromAnywhere: number }> {
  const { pair, all } = keys(guess)
  const wait = await take(database, pair, fromAddress)
  return { fromAddress: wait, fromAnywhere: wait > 0 ? 0 : await take(database, all, fromAnywhere) }
}

async function take(database: Connection, key: Buffer, { free, longest }: Threshold): Promise<number> {
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
export async function forgetGuesses(database: Connection, guess: Guess): Promise<void> {
  const { pair, all } = keys(guess)
  await sql`
    with forgotten as (delete from login_guess where key = ${pair})
    update login_guess set failures = greatest(failures - 1, 0) where key = ${all}`.execute(database)
}
