import type { FastifyBaseLogger } from 'fastify'
import { type Listener, startListener } from '../database/listener.ts'

/** Milliseconds after which to look for events, while Postgres tells of them and while it does not. */
const [told, untold] = [10_000, 1000]

export interface Signal {
  /** Ends the wait that is under way, or else the next one at once. */
  raise(): void
  /** At most so many milliseconds. */
  wait(milliseconds: number): Promise<void>
}

export function createSignal(): Signal {
  let raised = false
  let end: (() => void) | undefined
  return {
    raise() {
      raised = true
      end?.()
    },
    async wait(milliseconds) {
      if (!raised) {
        await new Promise<void>((done) => {
          const timer = setTimeout(done, milliseconds)
          end = () => {
            clearTimeout(timer)
            done()
          }
        })
      }
      end = undefined
      raised = false
    }
  }
}

export interface Arrivals {
  /** Raises `signal` whenever an event was committed. @returns what ends that */
  subscribe(signal: Pick<Signal, 'raise'>): () => void
  /** Milliseconds after which to look for events all the same. */
  readonly patience: number
  readonly closed: boolean
  /** Raises all signals, for good. */
  close(): Promise<void>
}

/**
 * Tells of new events, by a connection that is made when somebody first wants to know.
 * @param listenUrl of Postgres itself, see `startListener`
 */
export function createArrivals(listenUrl: string, log: FastifyBaseLogger): Arrivals {
  let listener: Listener | undefined
  let closed = false
  const signals = new Set<Pick<Signal, 'raise'>>()
  const raiseAll = () => {
    for (const signal of signals) signal.raise()
  }
  return {
    subscribe(signal) {
      signals.add(signal)
      listener ??= startListener({
        url: listenUrl,
        channel: 'user_management_events',
        onNotification: raiseAll,
        otherwise: 'events are looked for every second',
        log
      })
      return () => signals.delete(signal)
    },
    get patience() {
      return listener?.live ? told : untold
    },
    get closed() {
      return closed
    },
    async close() {
      closed = true
      raiseAll()
      await listener?.close()
    }
  }
}
