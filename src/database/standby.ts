import type { FastifyBaseLogger } from 'fastify'
import pg from 'pg'
import { within } from '../operations/deadline.ts'
import { type Connection, connect, type Database, isDatabaseUnavailable, isPooler } from './connection.ts'

/**
 * Runs a read of a list, on whichever server may answer it; a second time on the primary where a standby fails in the
 * middle of it, so `work` must do nothing but read.
 */
export type Read = <Result>(work: (connection: Connection) => Promise<Result>) => Promise<Result>

export interface StandbyMetrics {
  setInUse(inUse: boolean): void
  setLag(seconds: number): void
  countRead(server: 'standby' | 'primary'): void
}

export interface Standby {
  readonly read: Read
  close(): Promise<void>
}

export interface StandbyOptions {
  readonly primary: Database
  readonly primaryUrl: string
  readonly standbyUrl: string
  /** Seconds. */
  readonly maxLag: number
  readonly poolSize: number
  readonly preparedStatements: boolean
  readonly appLabel: string
  readonly searchPath?: string | undefined
  /** Seconds. */
  readonly statementTimeout: number
  /** Seconds. */
  readonly lockTimeout: number
  readonly metrics: StandbyMetrics
  readonly log: FastifyBaseLogger
}

/** Milliseconds between two looks at a standby. */
const beat = 1000
/** Milliseconds that a server has to say where it is; beyond, it is gone. */
const patience = 2500
/** Milliseconds between two questions to a standby that is waited for. */
const pollEvery = 5

/** The standby does not answer, or is no standby of this primary. */
class StandbyGone extends Error {}
/** The standby answers, but has not replayed what the primary has. */
class StandbyBehind extends Error {}

// The end of the log as it is written on the primary, and as it is replayed on a standby (null on anything else), in bytes.
// With it goes whose copy it is: another cluster, or another of its databases, would answer as readily.
const copyOf = `(select system_identifier from pg_control_system()) || '/' || current_database() as copy_of`
const writtenTo = `select (pg_current_wal_lsn() - '0/0')::bigint as position, ${copyOf}`
const replayedTo = `select case when pg_is_in_recovery() then (pg_last_wal_replay_lsn() - '0/0')::bigint end as position, ${copyOf}`

/**
 * Reads lists from a streaming standby, so that what is read there is what the primary would have answered: the primary
 * says how far its log goes, and the standby answers once it has replayed up to there. A list therefore shows all that was
 * committed before it was asked for, by anybody and through any replica of this service, the caller's own writes among it.
 *
 * A standby that needs longer than `maxLag`, that is gone, or that was promoted is left out until it keeps up again; it is
 * looked at in the background, and the log says so once each way. It never keeps a list from being answered.
 * https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-RECOVERY-CONTROL
 */
export function startStandby(options: StandbyOptions): Standby {
  const { primary, primaryUrl, standbyUrl, maxLag, metrics, log } = options
  /** Opened once it is known how: what leads to a pooler can't be told of timeouts. */
  let standby: Database | undefined
  const askPrimary = createProbe(primaryUrl, writtenTo)
  const askStandby = createProbe(standbyUrl, replayedTo)
  const underWay = new Set<(reason: Error) => void>()
  let [inUse, told, closed] = [false, false, false]
  /** Counts how often it was left out: a look that began before says nothing of it since. */
  let times = 0
  let timer: NodeJS.Timeout | undefined
  metrics.setInUse(false)

  function leaveOut(err: Error): void {
    if (inUse && !(err instanceof StandbyBehind)) {
      // A connection may hang for minutes before it breaks: reads under way go to the primary, and later ones get new ones.
      for (const giveUp of underWay) giveUp(err)
      const broken = standby
      standby = undefined
      void broken?.destroy().catch(() => {})
    }
    inUse = false
    times += 1
    metrics.setInUse(false)
    if (!told && !closed) log.warn({ err }, 'The standby is left out; the primary answers lists')
    told = true
  }

  function takeIn(pooled: boolean): void {
    const timeouts = { statement: options.statementTimeout, lock: options.lockTimeout, onServer: !pooled }
    standby ??= connect({ ...options, url: standbyUrl, timeouts, onError: () => {} })
    if (!inUse) log.info('The standby answers lists')
    inUse = true
    told = false
    metrics.setInUse(true)
  }

  /** Waits until the standby has what the primary has now. @returns its answer; @throws StandbyGone, StandbyBehind */
  async function caughtUp(): Promise<Answer> {
    const begun = performance.now()
    const target = await askPrimary.next()
    for (;;) {
      const replayed = await askStandby.next().catch((cause: Error) => {
        throw new StandbyGone(cause.message, { cause })
      })
      if (replayed.position === null) throw new StandbyGone('READ_DATABASE_URL leads to no standby (any more)')
      if (replayed.copyOf !== target.copyOf) throw new StandbyGone('READ_DATABASE_URL leads to a copy of another database')
      const waited = (performance.now() - begun) / 1000
      metrics.setLag(waited)
      if (replayed.position >= (target.position as number)) return replayed
      if (waited > maxLag) throw new StandbyBehind(`The standby is more than ${maxLag} s behind`)
      await new Promise((done) => setTimeout(done, pollEvery))
    }
  }

  async function readFromStandby<Result>(work: (connection: Connection) => Promise<Result>): Promise<Result> {
    await caughtUp()
    const database = standby
    if (!database) throw new StandbyGone('The standby was left out meanwhile')
    let giveUp: ((reason: Error) => void) | undefined
    const gone = new Promise<never>((_, fail) => {
      giveUp = (reason) => fail(new StandbyGone(reason.message, { cause: reason }))
      underWay.add(giveUp)
    })
    return Promise.race([work(database), gone]).finally(() => underWay.delete(giveUp as (reason: Error) => void))
  }

  async function tick(): Promise<void> {
    const before = times
    try {
      const { pooled } = await caughtUp()
      if (!closed && times === before) takeIn(pooled)
    } catch (error) {
      leaveOut(error as Error)
    }
    if (!closed) timer = setTimeout(tick, beat).unref()
  }
  void tick()

  return {
    async read(work) {
      if (inUse) {
        try {
          const result = await readFromStandby(work)
          metrics.countRead('standby')
          return result
        } catch (error) {
          const fault = faultOf(error)
          if (fault === 'request') throw error
          if (fault === 'standby') leaveOut(error as Error)
        }
      }
      metrics.countRead('primary')
      return work(primary)
    },
    async close() {
      closed = true
      clearTimeout(timer)
      await Promise.all([standby?.destroy(), askPrimary.close(), askStandby.close()])
    }
  }
}

/**
 * Whose fault an error on the way to an answer is: the request's, and then it is one on the primary too; that of a
 * statement which the replay of a change had to break off, and which no other need suffer from; or the standby's.
 */
function faultOf(error: unknown): 'request' | 'statement' | 'standby' {
  if (error instanceof StandbyGone || error instanceof StandbyBehind) return 'standby'
  const code = error instanceof pg.DatabaseError ? (error.code ?? '') : undefined
  if (code?.startsWith('40')) return 'statement'
  // One that took too long there would do so on the primary.
  return code !== '57014' && isDatabaseUnavailable(error) ? 'standby' : 'request'
}

interface Answer {
  readonly position: number | null
  readonly copyOf: string
  /** Whether the connection leads to a pooler. */
  readonly pooled: boolean
}

interface Probe {
  /** The answer to a question that is sent after this call; those who call at the same time share it. */
  next(): Promise<Answer>
  close(): Promise<void>
}

/**
 * Asks one question again and again, on a connection of its own: where a server is must be known while all other
 * connections are at work. The connection is made anew after any failure.
 */
function createProbe(url: string, question: string): Probe {
  let client: pg.Client | undefined
  let pooled = false
  let asking: Promise<unknown> = Promise.resolve()
  let next: Promise<Answer> | undefined
  let closed = false

  async function ask(): Promise<Answer> {
    if (closed) throw new Error('Closed')
    const fresh = client === undefined
    const asked = client ?? new pg.Client({ connectionString: url, application_name: 'user-management-position' })
    client = asked
    try {
      return await within(patience, answerOf(asked, fresh))
    } catch (error) {
      if (client === asked) client = undefined
      asked.end().catch(() => {})
      throw error
    }
  }

  async function answerOf(asked: pg.Client, fresh: boolean): Promise<Answer> {
    if (fresh) {
      asked.on('error', () => {})
      await asked.connect()
      pooled = await isPooler(asked)
    }
    const { rows } = await asked.query(question)
    const [{ position, copy_of: copyOf }] = rows as [{ position: string | null; copy_of: string }]
    return { position: position === null ? null : Number(position), copyOf, pooled }
  }

  return {
    next() {
      next ??= asking.then(() => {
        next = undefined
        const asked = ask()
        asking = asked.catch(() => {})
        return asked
      })
      return next
    },
    async close() {
      closed = true
      await asking
      await client?.end().catch(() => {})
    }
  }
}
