import type { FastifyBaseLogger } from 'fastify'
import type { Database } from '../database/connection.ts'
import { startHourly } from '../operations/hourly.ts'
import { deleteOldEvents } from './queries.ts'

const batch = 5000

/**
 * Deletes events that are older than `retention` seconds, now and every hour, in small batches.
 * @returns what stops it, and waits for a batch under way
 */
export function startRetention(database: Database, retention: number, log: FastifyBaseLogger): () => Promise<void> {
  async function deleteAll(stopped: () => boolean): Promise<void> {
    let deleted = 0
    for (let count = batch; count === batch && !stopped(); deleted += count) {
      count = await deleteOldEvents(database, retention, batch)
    }
    if (deleted > 0) log.info({ deleted }, 'Audit events past their retention were deleted')
  }
  return startHourly(deleteAll, 'Audit events past their retention could not be deleted', log)
}
