import { type RawBuilder, sql } from 'kysely'
import type { Connection, Database } from '../database/connection.ts'
import { Limit } from '../operations/limit.ts'
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
  /** A name that was typed at a login, or the account that somebody who is logged in wants to prove. */
  readonly kind: 'login' | 'proof'
  readonly name: string
  readonly address: string
}

/** In Postgres, whose lower() finds the account: two spellings that find the same one are the same guess. */
function keys({ kind, name, address }: Guess): { pair: RawBuilder<Buffer>; all: RawBuilder<Buffer> } {
  const digest = (of: string) =>
    sql<Buffer>`sha256(convert_to(${`${kind} ${of}`}::text || ' ' || lower(${name.normalize('NFKC')}::text), 'UTF8'))`
  return { pair: digest(addressBlock(address)), all: digest('all') }
}

/** Seconds to wait before the next guess from this address, and from any; 0 where this one may be checked. */
export interface Wait {
  readonly fromAddress: number
  readonly fromAnywhere: number
}

export interface Guesses {
  /**
   * Counts a guess before it is checked, so that many at the same moment do not all pass; takes it back where it could
   * not be checked, and forgets those before it where it was right. So many of one name and address as are free are
   * checked at a time, the others wait for their turn: a client's pages that log in at the same moment are no guessing.
   * @param check refuses a guess that has to wait by a Problem; its result is undefined for a wrong one
   */
  attempt<Result>(guess: Guess, check: (wait: Wait) => Promise<Result | undefined>): Promise<Result | undefined>
}

export function createGuesses(database: Database): Guesses {
  /** Turns of what is checked in this process, by name and address. */
  const turns = new Map<string, { readonly limit: Limit; waiting: number }>()

  async function carryOut<Result>(guess: Guess, check: (wait: Wait) => Promise<Result | undefined>) {
    const { pair, all } = keys(guess)
    const fromPair = await take(database, pair, fromAddress)
    if (fromPair > 0) return check({ fromAddress: fromPair, fromAnywhere: 0 })
    const fromAll = await take(database, all, fromAnywhere)
    let result: Result | undefined
    try {
      result = await check({ fromAddress: 0, fromAnywhere: fromAll })
    } catch (error) {
      // Refused because of others' guesses, or not checked at all: this one was no wrong one, those before it were.
      await takeBack(database, pair, fromAddress)
      if (fromAll === 0) await takeBack(database, all, fromAnywhere)
      throw error
    }
    if (result !== undefined) await forget(database, pair, all)
    return result
  }

  return {
    async attempt(guess, check) {
      const key = JSON.stringify([guess.kind, guess.name.normalize('NFKC').toLowerCase(), addressBlock(guess.address)])
      const turn = turns.get(key) ?? { limit: new Limit(fromAddress.free), waiting: 0 }
      turns.set(key, turn)
      turn.waiting += 1
      try {
        return await turn.limit.run(1, () => carryOut(guess, check))
      } finally {
        turn.waiting -= 1
        if (turn.waiting === 0) turns.delete(key)
      }
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
      insert into login_guess (key, failures, blocked_until) values (${key}, 1, '-infinity')
      on conflict (key) do update set
        failures = ${failures},
        updated_at = now(),
        blocked_until = case when ${failures} < ${free} then '-infinity'
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

/** Takes back a guess that was counted and not checked; the delay that it began ends with it. */
async function takeBack(database: Connection, key: RawBuilder<Buffer>, { free }: Threshold): Promise<void> {
  await sql`
    update login_guess set
      failures = greatest(failures - 1, 0),
      blocked_until = case when failures <= ${free} then '-infinity' else blocked_until end
    where key = ${key}`.execute(database)
}

/** Forgets the wrong guesses before a right one from the same address. */
async function forget(database: Connection, pair: RawBuilder<Buffer>, all: RawBuilder<Buffer>): Promise<void> {
  await sql`
    with forgotten as (delete from login_guess where key = ${pair})
    update login_guess set failures = greatest(failures - 1, 0) where key = ${all}`.execute(database)
}
