import type { FastifyBaseLogger } from 'fastify'
import pg from 'pg'
import { within } from '../operations/deadline.ts'
import { isPooler } from './connection.ts'

/** Milliseconds between two signs of life, and after which a connection that gives none counts as gone. */
const beat = 1000
const patience = 2500
/** Milliseconds between two tries to connect. */
const retry = 1000

export interface Listener {
  /** Whether every notification that was committed a moment ago has come, or will within milliseconds. */
  readonly live: boolean
  /** Waits until all notifications that were committed before have come. At once while the listener is not live. */
  caughtUp(): Promise<void>
  close(): Promise<void>
}

export interface ListenerOptions {
  /** Of Postgres itself: a pooler hands its connections around, and notifications get lost. */
  readonly url: string
  readonly channel: string
  /** @param payload undefined when notifications may have been missed */
  readonly onNotification: (payload: string | undefined) => void
  /** What is done instead while Postgres can't tell, for the log. */
  readonly otherwise: string
  readonly log: FastifyBaseLogger
}

/**
 * Listens on a connection of its own, and knows whether it can be relied on: the answer to a statement on the same
 * connection comes after all notifications that were committed before it (Postgres sends them when it is about to be
 * ready for the next one). Connects again by itself.
 */
export function startListener({ url, channel, onNotification, otherwise, log }: ListenerOptions): Listener {
  let client: pg.Client | undefined
  let [alive, closed, told] = [Number.NEGATIVE_INFINITY, false, false]
  let timer: NodeJS.Timeout | undefined
  /** The question under way, and the one that follows it, which answers all who ask meanwhile. */
  let asking: Promise<void> = Promise.resolve()
  let next: Promise<void> | undefined

  const isLive = () => client !== undefined && performance.now() - alive < patience

  function lose(err: unknown): void {
    const lost = client
    client = undefined
    // A question that hangs holds up none on the next connection.
    asking = Promise.resolve()
    next = undefined
    lost?.end().catch(() => {})
    onNotification(undefined)
    if (!closed && !told) log.warn({ err }, `Postgres can not tell of changes; ${otherwise}`)
    told = true
  }

  async function open(): Promise<void> {
    const opening = new pg.Client({
      connectionString: url,
      connectionTimeoutMillis: 5000,
      application_name: 'user-management-listen'
    })
    opening.on('error', (err) => opening === client && lose(err))
    opening.on('notification', ({ payload }) => onNotification(payload))
    try {
      await opening.connect()
      if (await isPooler(opening)) {
        throw new Error('The connection leads to a pooler, which passes no notifications on: set DATABASE_LISTEN_URL')
      }
      await opening.query(`listen ${pg.escapeIdentifier(channel)}`)
      if (closed) throw new Error('Closed')
      onNotification(undefined)
      client = opening
      alive = performance.now()
      if (told) log.info('Postgres tells of changes again')
      told = false
    } catch (error) {
      await opening.end().catch(() => {})
      throw error
    }
  }

  async function ask(): Promise<void> {
    const asked = client
    if (!asked) return
    const begun = performance.now()
    try {
      await asked.query('select 1')
      // What it says is true of the time at which it was asked.
      if (asked === client) alive = Math.max(alive, begun)
    } catch (err) {
      if (asked === client) lose(err)
    }
  }

  function askInTurn(): Promise<void> {
    next ??= asking.then(() => {
      next = undefined
      asking = ask()
      return asking
    })
    return next
  }

  async function tick(): Promise<void> {
    try {
      if (client && !isLive()) throw new Error(`No sign of life for ${patience} ms`)
      // Not waited for: one that hangs is noticed at the next ticks.
      if (client) void askInTurn()
      else await open()
    } catch (error) {
      lose(error)
    }
    if (!closed) timer = setTimeout(tick, client ? beat : retry).unref()
  }
  void tick()

  return {
    get live() {
      return isLive()
    },
    async caughtUp() {
      if (!isLive()) return
      await within(patience, askInTurn()).catch((err: unknown) => client && lose(err))
    },
    async close() {
      closed = true
      clearTimeout(timer)
      await client?.end().catch(() => {})
      client = undefined
    }
  }
}
