import { sql } from 'kysely'
import type { Clock } from '../clock.ts'
import type { Connection, Database } from '../database/connection.ts'

/** A clock that goes on from where it is set. */
export interface SettableClock {
  readonly clock: Clock
  /** Milliseconds by which it is ahead of the machine's. */
  readonly ahead: number
  /** Sets it in Postgres and here. All sessions are looked up anew: those that are remembered may have ended. */
  set(database: Database, ahead: number): Promise<void>
}

export function createSettableClock(): SettableClock {
  let ahead = 0
  return {
    clock: () => Date.now() + ahead,
    get ahead() {
      return ahead
    },
    async set(database, next) {
      await database.transaction().execute((transaction) => setDatabaseClock(transaction, next))
      ahead = next
    }
  }
}

async function setDatabaseClock(transaction: Connection, ahead: number): Promise<void> {
  const seconds = ahead / 1000
  await sql`update user_management_sandbox.clock set ahead = make_interval(secs => ${seconds}::double precision)`.execute(
    transaction
  )
  await forgetPrincipals(transaction)
}

/** Has every process look principals up anew; see `sessions/principals.ts`. */
export async function forgetPrincipals(transaction: Connection): Promise<void> {
  await sql`select pg_notify('user_management_principals', '*')`.execute(transaction)
}
