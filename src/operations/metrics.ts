import type { FastifyInstance } from 'fastify'
import { AggregatorRegistry, Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { FaultKind } from '../contract/response-check.ts'
import { type Database, poolFigures } from '../database/connection.ts'
import type { StandbyMetrics } from '../database/standby.ts'
import type { Backlog } from '../events/deliveries.ts'
import type { MailQueue } from '../mail/queries.ts'
import type { PasswordHashing } from '../passwords/hashing.ts'
import type { ReplayCause } from '../sessions/queries.ts'
import { isWorker, metricsOfAll } from '../workers.ts'
import { createClientNames } from './client-names.ts'
import { atMost } from './deadline.ts'

/**
 * What was refused: requests of an address (RATE_LIMIT, RATE_LIMIT_CREDENTIALS), guesses at a password, mail that was asked
 * for again too soon, passwords beyond PASSWORD_HASH_QUEUE.
 */
export type LimitKind = 'requests' | 'credentials' | 'guesses' | 'mail' | 'hash_queue'

/** What the service counts, for `GET /metrics` (Prometheus). */
export interface Metrics {
  /** `delayed` was not checked, since too many wrong ones came before; `ambiguous` named several users. */
  countLogin(result: 'success' | 'failure' | 'delayed' | 'ambiguous'): void
  /** `stale` ended its session; the others were answered, and would end theirs under REFRESH_REUSE=strict. */
  countReplay(cause: ReplayCause | 'stale'): void
  /** Figures of the standby that READ_DATABASE_URL names; called only where it names one. */
  ofStandby(): StandbyMetrics
  /** A response of the sample; `skipped` was not checked, since too many others waited. */
  countResponseCheck(result: 'ok' | 'violation' | 'skipped'): void
  countViolation(operationId: string, kind: FaultKind): void
  /** A request to a deprecated operation; see `createClientNames`. */
  countDeprecated(operationId: string, userAgent: string | undefined, accepted: boolean): void
  countLimit(kind: LimitKind): void
  /** Has what the connections to Postgres do shown. */
  watchPool(database: Database): void
  /** Has the passwords that wait to be hashed or checked shown. */
  watchHashing(hashing: Pick<PasswordHashing, 'figures'>): void
  /** `refused` was answered with another status than 2xx and 410. */
  countWebhook(result: 'delivered' | 'gone' | 'refused' | 'timeout' | 'failed'): void
  /** Has what waits for webhook endpoints shown, read whenever it is asked for. */
  watchWebhooks(read: () => Promise<Backlog[]>): void
  /** `failed` is tried again; `refused` and `expired` are dropped. */
  countMail(result: 'sent' | 'failed' | 'refused' | 'expired'): void
  /** Has the queue of mails measured whenever the figures are asked for. */
  watchMailQueue(measure: () => Promise<MailQueue>): void
}

/** Milliseconds that figures from the database may take to be read. */
const patience = 1000

/**
 * Reads figures from the database once for all gauges that show them; undefined where it is out of reach or takes too long,
 * so that the other figures are shown all the same.
 */
function readTogether<Figures>(read: () => Promise<Figures>): () => Promise<Figures | undefined> {
  let reading: Promise<Figures | undefined> | undefined
  return () => {
    reading ??= atMost(patience, read())
      .catch(() => undefined)
      .finally(() => {
        reading = undefined
      })
    return reading
  }
}

/**
 * Counts requests and their durations by operation, and serves all figures at `/metrics`. Labels are route templates
 * and operationIds, never paths: their number is fixed.
 */
export function startMetrics(app: FastifyInstance): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  if (isWorker) {
    // Answers the first process, which adds up what its workers have.
    new AggregatorRegistry()
    AggregatorRegistry.setRegistries(registry)
  }
  const requests = new Counter({
    name: 'http_requests_total',
    help: 'Requests answered',
    labelNames: ['method', 'route', 'operation', 'status'],
    registers
  })
  const durations = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from request to answer',
    labelNames: ['method', 'route', 'operation'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers
  })
  const logins = new Counter({ name: 'logins_total', help: 'Logins by result', labelNames: ['result'], registers })
  const replays = new Counter({
    name: 'refresh_replays_total',
    help: 'Refresh tokens that were sent again, by cause',
    labelNames: ['cause'],
    registers
  })
  const checks = new Counter({
    name: 'contract_checks_total',
    help: 'Responses checked against the contract (RESPONSE_CHECK_SAMPLE), by result',
    labelNames: ['result'],
    registers
  })
  const violations = new Counter({
    name: 'contract_violations_total',
    help: 'What was not as the contract has it in checked responses, by operation and kind',
    labelNames: ['operation', 'kind'],
    registers
  })
  const deprecated = new Counter({
    name: 'deprecated_requests_total',
    help: 'Requests to deprecated operations, by operation and the product that the User-Agent names',
    labelNames: ['operation', 'client'],
    registers
  })
  const clientName = createClientNames()

  const limits = new Counter({
    name: 'limits_hit_total',
    help: 'Requests that were refused by a limit, by its kind',
    labelNames: ['kind'],
    registers
  })
  const inFlight = new Gauge({ name: 'http_requests_in_flight', help: 'Requests that have no answer yet', registers })
  app.addHook('onRequest', (request, reply, done) => {
    // Probes and Prometheus itself would be seen at times when there is nothing else.
    if (!request.routeOptions.config.unlimited) {
      inFlight.inc()
      reply.raw.once('close', () => inFlight.dec())
    }
    done()
  })
  const webhooks = new Counter({
    name: 'webhook_attempts_total',
    help: 'Events sent to webhook endpoints, by what came of it',
    labelNames: ['result'],
    registers
  })

  const mails = new Counter({ name: 'mails_total', help: 'Mails by what became of them', labelNames: ['result'], registers })

  function watchWebhooks(read: () => Promise<Backlog[]>): void {
    const readBacklogs = readTogether(read)
    const backlogGauge = (name: string, help: string, value: (backlog: Backlog) => number) =>
      new Gauge({
        name,
        help,
        labelNames: ['endpoint'],
        registers,
        // All workers read the same.
        aggregator: 'max',
        async collect() {
          const backlogs = (await readBacklogs()) ?? []
          this.reset()
          for (const backlog of backlogs) this.set({ endpoint: backlog.endpoint }, value(backlog))
        }
      })
    backlogGauge('webhook_pending_events', 'Events that the endpoint has not taken', ({ pending }) => pending)
    backlogGauge(
      'webhook_oldest_pending_seconds',
      'Age of the oldest event that the endpoint has not taken',
      ({ oldest }) => oldest
    )
  }

  function watchMailQueue(measure: () => Promise<MailQueue>): void {
    const measureQueue = readTogether(measure)
    const queueGauge = (name: string, help: string, value: (queue: MailQueue) => number) =>
      new Gauge({
        name,
        help,
        registers,
        // Every worker measures the same queue.
        aggregator: 'max',
        async collect() {
          const measured = await measureQueue()
          this.set(measured ? value(measured) : Number.NaN)
        }
      })
    queueGauge('mail_queue_length', 'Mails that wait to be sent', ({ length }) => length)
    queueGauge('mail_queue_oldest_seconds', 'Age of the oldest mail that waits to be sent', ({ oldest }) => oldest)
  }

  // Looked up by their labels once, which costs more than the counting itself.
  const counted = new Map<string, { readonly request: Counter.Internal; readonly duration: Histogram.Internal<string> }>()
  app.addHook('onResponse', (request, reply, done) => {
    const { url: route = 'unknown', config } = request.routeOptions
    const key = `${request.method} ${route} ${reply.statusCode}`
    let counters = counted.get(key)
    if (counters === undefined) {
      const labels = { method: request.method, route, operation: config.operationId ?? 'none' }
      counters = { request: requests.labels({ ...labels, status: reply.statusCode }), duration: durations.labels(labels) }
      counted.set(key, counters)
    }
    counters.request.inc()
    counters.duration.observe(reply.elapsedTime / 1000)
    done()
  })
  app.get('/metrics', { logLevel: 'warn', config: { unlimited: true } }, async (_request, reply) => {
    return reply.type(registry.contentType).send(await (isWorker ? metricsOfAll() : registry.metrics()))
  })
  return {
    countLogin: (result) => logins.inc({ result }),
    countReplay: (cause) => replays.inc({ cause }),
    countResponseCheck: (result) => checks.inc({ result }),
    countViolation: (operation, kind) => violations.inc({ operation, kind }),
    countDeprecated: (operation, userAgent, accepted) => deprecated.inc({ operation, client: clientName(userAgent, accepted) }),
    countLimit: (kind) => limits.inc({ kind }),
    countWebhook: (result) => webhooks.inc({ result }),
    watchWebhooks,
    countMail: (result) => mails.inc({ result }),
    watchMailQueue,
    ofStandby() {
      // Of several workers, what the worst off has.
      const used = new Gauge({
        name: 'standby_in_use',
        help: 'Whether lists are read from the standby',
        registers,
        aggregator: 'min'
      })
      const lag = new Gauge({
        name: 'standby_lag_seconds',
        help: 'How long the standby took to have what the primary had, when last looked',
        registers,
        aggregator: 'max'
      })
      const reads = new Counter({
        name: 'list_reads_total',
        help: 'Reads of lists, by the server that answered',
        labelNames: ['server'],
        registers
      })
      return {
        setInUse: (inUse) => used.set(inUse ? 1 : 0),
        setLag: (seconds) => lag.set(seconds),
        countRead: (server) => reads.inc({ server })
      }
    },
    watchPool: (database) => watchPool(database, registers),
    watchHashing(hashing) {
      const figures = { waiting: 'Passwords that wait to be hashed or checked', running: 'Passwords that are hashed or checked' }
      for (const [name, help] of Object.entries(figures) as ['waiting' | 'running', string][]) {
        new Gauge({ name: `password_hashes_${name}`, help, registers, collect: gauge(() => hashing.figures()[name]) })
      }
    }
  }
}

/** What Prometheus calls for a figure that is read when it is asked for. */
function gauge(read: () => number) {
  return function (this: Gauge): void {
    this.set(read())
  }
}

function watchPool(database: Database, registers: Registry[]): void {
  new Gauge({
    name: 'database_pool_connections',
    help: 'Connections to Postgres, by what they do',
    labelNames: ['state'],
    registers,
    collect() {
      const { inUse, idle } = poolFigures(database)
      this.set({ state: 'in_use' }, inUse)
      this.set({ state: 'idle' }, idle)
    }
  })
  const figures = { waiting: 'Statements and transactions that wait for a connection', limit: 'Connections that there may be' }
  for (const [name, help] of Object.entries(figures) as ['waiting' | 'limit', string][]) {
    new Gauge({ name: `database_pool_${name}`, help, registers, collect: gauge(() => poolFigures(database)[name]) })
  }
}
