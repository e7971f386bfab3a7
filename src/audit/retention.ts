import type { FastifyBaseLogger } from 'fastify'
import type { Database } from '../database/connection.ts'
import { deleteOldEvents } from './queries.ts'

const everyHour = 60 * 60 * 1000
const batch = 5000

/**
 * Deletes events that are older than `retention` seconds, now and every hour, in small batches.
 * @returns what stops it, and waits for a batch under way
 */
export function startRetention(database: Database, retention: number, log: FastifyBaseLogger): () => Promise<void> {
  let stopped = false
  async function run(): Promise<void> {
    try {
      let deleted = 0
      for (let count = batch; count === batch && !stopped; deleted += count)
        count = await deleteOldEvents(database, retention, batch)
      if (deleted > 0) log.info({ deleted }, 'Audit events past their retention were deleted')
    } catch (err) {
      log.error({ err }, 'Audit events past their retention could not be deleted; tried again within the hour')
    }
  }
  let running = run()
  const timer = setInterval(() => {
    running = run()
  }, everyHour)
  timer.unref()
  return async () => {
    stopped = true
    clearInterval(timer)
    await running
  }
}
