import type { FastifyBaseLogger } from 'fastify'
import type { Database } from '../database/connection.ts'
import { startHourly } from '../operations/hourly.ts'
import { deleteOldEvents } from './queries.ts'

const batch = 5000

/**
 * Deletes events that are older than `retention` seconds, whether endpoints have taken them or not, now and every hour, in
 * small batches.
 * @returns what stops it, and waits for a batch under way
 */
export function startEventRetention(database: Database, retention: number, log: FastifyBaseLogger): () => Promise<void> {
  async function deleteAll(stopped: () => boolean): Promise<void> {
    let [deleted, undelivered] = [0, 0]
    for (let count = batch; count === batch && !stopped(); deleted += count) {
      const gone = await deleteOldEvents(database, retention, batch)
      count = gone.deleted
      undelivered += gone.undelivered
    }
    if (undelivered > 0) log.warn({ undelivered }, 'Events past their retention were deleted before a webhook endpoint took them')
    if (deleted > 0) log.info({ deleted }, 'Events past their retention were deleted')
  }
  return startHourly(deleteAll, 'Events past their retention could not be deleted', log)
}
