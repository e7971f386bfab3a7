import type { FastifyInstance } from 'fastify'
import { AggregatorRegistry, Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { StandbyMetrics } from '../database/standby.ts'
import type { ReplayCause } from '../sessions/queries.ts'
import { isWorker, metricsOfAll } from '../workers.ts'

/** What the service counts, for `GET /metrics` (Prometheus). */
export interface Metrics {
  /** `delayed` was not checked, since too many wrong ones came before; `ambiguous` named several users. */
  countLogin(result: 'success' | 'failure' | 'delayed' | 'ambiguous'): void
  /** `stale` ended its session; the others were answered, and would end theirs under REFRESH_REUSE=strict. */
  countReplay(cause: ReplayCause | 'stale'): void
  /** Figures of the standby that READ_DATABASE_URL names; called only where it names one. */
  ofStandby(): StandbyMetrics
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
    }
  }
}
