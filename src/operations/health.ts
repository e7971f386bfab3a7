import type { FastifyBaseLogger } from 'fastify'
import fp from 'fastify-plugin'
import type { components } from '../../generated/api.ts'
import type { Database } from '../database/connection.ts'
import { missingMigrations } from '../database/migrator.ts'
import type { PictureStore } from '../pictures/store.ts'
import { within } from './deadline.ts'
import type { Draining } from './drain.ts'

type Readiness = components['schemas']['Readiness']
type Check = components['schemas']['ReadinessCheck']

/** Milliseconds that each part has to answer a readiness check. */
const patience = 2000

/** What probes ask is neither counted against a limit nor logged where nothing is wrong. */
const probe = { logLevel: 'warn', config: { unlimited: true } } as const

export interface HealthOptions {
  readonly database: Database
  readonly store: PictureStore
  readonly draining: Draining
}

/**
 * `GET /healthz`: the process answers, whatever state the rest is in. `GET /readyz`: it can do its work, that is, Postgres
 * answers and has all migrations, and pictures can be kept; 503 says which check failed, and the log why. Not ready while
 * it drains.
 */
export const health = fp<HealthOptions>(
  async (app, { database, store, draining }) => {
    app.get('/healthz', probe, async (_request, reply) => reply.header('cache-control', 'no-store').send({ status: 'ok' }))

    app.get('/readyz', probe, async (request, reply) => {
      const readiness = draining.begun ? goingDown : await ask(database, store, request.log)
      if (readiness.status !== 'ready') reply.code(503).header('retry-after', '5')
      return reply.header('cache-control', 'no-store').send(readiness)
    })
  },
  { name: 'health' }
)

/** Nothing is asked: whatever it said, nobody is to come here. */
const goingDown: Readiness = { status: 'draining', checks: { postgres: 'unknown', migrations: 'unknown', pictures: 'unknown' } }

async function ask(database: Database, store: PictureStore, log: FastifyBaseLogger): Promise<Readiness> {
  let missing: string[] | undefined
  const [postgres, pictures] = await Promise.all([
    passes('Postgres', log, async () => {
      missing = await missingMigrations(database)
    }),
    passes('picture storage', log, () => store.check())
  ])
  const migrations: Check = missing === undefined ? 'unknown' : missing.length === 0 ? 'ok' : 'failed'
  if (migrations === 'failed') log.error({ missing }, 'Not ready: the database lacks migrations')
  const checks = { postgres, migrations, pictures }
  return { status: Object.values(checks).every((check) => check === 'ok') ? 'ready' : 'not_ready', checks }
}

async function passes(part: string, log: FastifyBaseLogger, check: () => Promise<void>): Promise<Check> {
  try {
    await within(patience, check())
    return 'ok'
  } catch (err) {
    log.error({ err }, `Not ready: ${part}`)
    return 'failed'
  }
}
