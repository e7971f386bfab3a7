import fp from 'fastify-plugin'
import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client'
import type { Contract } from '../contract/document.ts'

/** `GET /metrics` for Prometheus: the process's own figures, requests and their durations by operation and status. */
export const metrics = fp<{ contract: Contract }>(
  async (app, { contract }) => {
    const registry = new Registry()
    collectDefaultMetrics({ register: registry })
    const labelNames = ['method', 'route', 'operation', 'status'] as const
    const requests = new Counter({ name: 'http_requests_total', help: 'Requests answered', labelNames, registers: [registry] })
    const durations = new Histogram({
      name: 'http_request_duration_seconds',
      help: 'Time from request to answer',
      labelNames: ['method', 'route', 'operation'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers: [registry]
    })
    const operations = new Set(contract.operations.map(({ operationId }) => operationId))

    app.addHook('onResponse', async (request, reply) => {
      const { url: route = 'unknown', config } = request.routeOptions
      const operation = config.operationId !== undefined && operations.has(config.operationId) ? config.operationId : 'none'
      const labels = { method: request.method, route, operation }
      requests.inc({ ...labels, status: reply.statusCode })
      durations.observe(labels, reply.elapsedTime / 1000)
    })
    app.get('/metrics', { logLevel: 'warn' }, async (_request, reply) => {
      return reply.type(registry.contentType).send(await registry.metrics())
    })
  },
  { name: 'metrics' }
)
