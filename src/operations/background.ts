import type { FastifyBaseLogger } from 'fastify'

export interface Background {
  /** There is something to do: not later, but now. */
  wake(): void
  /** Stops it, and waits for work under way. */
  close(): Promise<void>
}

export interface BackgroundOptions {
  /**
   * Does a piece of the work, and says after how many milliseconds there may be more (0: at once).
   * What replicas share is claimed, so that one of them has it at a time: `FOR UPDATE SKIP LOCKED` to take rows, with a time
   * until which they are taken, so that those of a replica that died are free again. See `mail/queries.ts`, `events/deliveries.ts`.
   */
  readonly work: (stopped: () => boolean) => Promise<number>
  /** For the log: that the work can't be done, and that it goes on. */
  readonly failure: string
  readonly recovery: string
  readonly log: FastifyBaseLogger
}

/** Milliseconds after which work that failed is tried again: the first time, and at the most. */
const [firstPause, longestPause] = [1000, 30_000]

/** Works in the background, a piece after the other. That it fails is logged once, and once that it does not any more. */
export function startBackground({ work, failure, recovery, log }: BackgroundOptions): Background {
  let [ended, again, failures] = [false, false, 0]
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> | undefined

  async function step(): Promise<number> {
    try {
      const wait = await work(() => ended)
      if (failures > 0) log.info(recovery)
      failures = 0
      return wait
    } catch (err) {
      // What breaks as the service ends is no fault.
      if (failures === 0 && !ended) log.error({ err }, failure)
      failures += 1
      return Math.min(longestPause, firstPause * 2 ** (failures - 1))
    }
  }

  function start(): void {
    if (ended || running) return
    clearTimeout(timer)
    again = false
    running = step().then((wait) => {
      running = undefined
      if (again && failures === 0) start()
      else if (!ended) timer = setTimeout(start, wait).unref()
    })
  }
  start()

  return {
    wake() {
      again = true
      // While it fails, it keeps to its pauses however often it is woken.
      if (failures === 0) start()
    },
    async close() {
      ended = true
      clearTimeout(timer)
      await running
    }
  }
}
