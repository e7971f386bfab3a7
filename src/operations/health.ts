import fp from 'fastify-plugin'
import type { Database } from '../database/connection.ts'
import { missingMigrations } from '../database/migrator.ts'

/** Milliseconds that Postgres has to answer a readiness check. */
const patience = 2000

/**
 * `GET /healthz`: the process answers. `GET /readyz`: it can do its work, that is, Postgres answers and has all
 * migrations; 503 says which check failed.
 */
export const health = fp<{ database: Database }>(
  async (app, { database }) => {
    app.get('/healthz', { logLevel: 'warn', config: { unlimited: true } }, async () => ({ status: 'ok' }))

    app.get('/readyz', { logLevel: 'warn', config: { unlimited: true } }, async (request, reply) => {
      const postgres = await checkPostgres(database).catch((error: Error) => {
        request.log.error({ err: error }, 'Not ready: Postgres')
        return 'failed'
      })
      const ready = postgres === 'ok'
      if (!ready) reply.code(503).header('retry-after', '5')
      return { status: ready ? 'ready' : 'not ready', checks: { postgres } }
    })
  },
  { name: 'health' }
)

async function checkPostgres(database: Database): Promise<string> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new Error(`No answer within ${patience} ms`)), patience)
  })
  try {
    const missing = await Promise.race([missingMigrations(database), late])
    return missing.length === 0 ? 'ok' : `lacks migrations: ${missing.join(', ')}`
  } finally {
    clearTimeout(timer)
  }
}
