import type { FastifyBaseLogger } from 'fastify'

const hour = 60 * 60 * 1000

/**
 * Does `work` now and every hour; a failure is logged as `failure`, and the next hour tries again.
 * @param work asks `stopped` between its steps, so that an end of the service need not wait for all of them
 * @returns what stops it, and waits for work under way
 */
export function startHourly(
  work: (stopped: () => boolean) => Promise<void>,
  failure: string,
  log: FastifyBaseLogger
): () => Promise<void> {
  let ended = false
  const run = () => work(() => ended).catch((err: unknown) => log.error({ err }, `${failure}; tried again within the hour`))
  let running = run()
  const timer = setInterval(() => {
    running = run()
  }, hour)
  timer.unref()
  return async () => {
    ended = true
    clearInterval(timer)
    await running
  }
}
