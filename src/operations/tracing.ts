import { AsyncLocalStorage } from 'node:async_hooks'
import type { IncomingMessage } from 'node:http'
import { type Context, DiagLogLevel, diag, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources'
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
import type { FastifyInstance } from 'fastify'
import type { LogEvent } from 'kysely'
import { atMost } from './deadline.ts'
import { readTraceParent } from './traceparent.ts'

// Read only where there is an OTLP endpoint (`main.ts`): nothing else may import it but for its types.

/** Spans of requests and of their statements, sent by OTLP. */
export interface Tracing {
  /** Begins the span of a request. @returns its trace id, which is the caller's where that sent one */
  begin(request: IncomingMessage): string
  /** Has the spans that were begun named and ended, and what requests do take place in them. */
  attach(app: FastifyInstance): void
  /** Makes the span of a statement that was sent for a request. */
  recordStatement(event: LogEvent): void
  /** Sends what is left; gives up after two seconds. */
  close(): Promise<void>
}

/** Milliseconds for the last spans to be sent, when the service ends. */
const lastWord = 2000

/**
 * Starts tracing as the standard variables OTEL_* say. Made by hand at the two places where the service is entered and
 * left, in the place of instrumentation that rewrites `http` and `pg` while they are loaded: nothing has to be loaded before
 * them, and a span never holds more than what is written here, so no header, no query and no value of a statement.
 * @param onFault told the first time that spans can't be sent
 */
export function startTracing(onFault: (detail: object, text: string) => void): Tracing {
  let told = false
  const tell = (message: string) => {
    if (!told) onFault({ cause: message.slice(0, 300) }, 'Traces could not be sent; this is told once')
    told = true
  }
  const quiet = () => {}
  diag.setLogger(
    { error: tell, warn: tell, info: quiet, debug: quiet, verbose: quiet },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true }
  )
  const provider = new BasicTracerProvider({
    resource: defaultResource()
      .merge(resourceFromAttributes({ 'service.name': 'user-management' }))
      .merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())]
  })
  const tracer = provider.getTracer('user-management')
  const spans = new WeakMap<IncomingMessage, { readonly span: Span; readonly context: Context }>()
  const current = new AsyncLocalStorage<Context>()

  return {
    begin(request) {
      const parent = readTraceParent(request.headers.traceparent)
      const remote = parent && {
        traceId: parent.traceId,
        spanId: parent.spanId,
        traceFlags: parent.sampled ? 1 : 0,
        isRemote: true
      }
      const above = remote ? trace.setSpanContext(ROOT_CONTEXT, remote) : ROOT_CONTEXT
      const span = tracer.startSpan(request.method ?? 'HTTP', { kind: SpanKind.SERVER }, above)
      spans.set(request, { span, context: trace.setSpan(above, span) })
      return span.spanContext().traceId
    },
    attach(app) {
      app.addHook('onRequest', (request, reply, done) => {
        const begun = spans.get(request.raw)
        const { url: route, config } = request.routeOptions
        // A span that does not end is not sent: of probes there are too many.
        if (!begun || config.unlimited) return done()
        const { span, context } = begun
        span.updateName(config.operationId ?? (route === undefined ? request.method : `${request.method} ${route}`))
        span.setAttributes({
          'http.request.method': request.method,
          'url.scheme': request.protocol,
          ...(route !== undefined && { 'http.route': route }),
          ...(config.operationId !== undefined && { 'openapi.operation_id': config.operationId }),
          request_id: request.id
        })
        reply.raw.once('close', () => {
          const { statusCode, writableFinished } = reply.raw
          span.setAttribute('http.response.status_code', statusCode)
          if (statusCode >= 500) span.setAttribute('error.type', String(statusCode))
          if (!writableFinished) span.setAttribute('error.type', 'broken_off')
          if (statusCode >= 500 || !writableFinished) span.setStatus({ code: SpanStatusCode.ERROR })
          span.end()
        })
        current.run(context, done)
      })
      // What reads the body goes on from the socket, which knows of no request.
      app.addHook('preValidation', (request, _reply, done) => {
        const begun = spans.get(request.raw)
        if (begun) current.run(begun.context, done)
        else done()
      })
    },
    recordStatement({ level, query, queryDurationMillis, ...outcome }) {
      const context = current.getStore()
      if (!context) return
      const [operation = 'SQL'] = /[a-z]+/i.exec(query.sql) ?? []
      const end = Date.now()
      const span = tracer.startSpan(
        operation.toUpperCase(),
        {
          kind: SpanKind.CLIENT,
          startTime: end - queryDurationMillis,
          attributes: {
            'db.system.name': 'postgresql',
            'db.operation.name': operation.toUpperCase(),
            'db.query.text': query.sql
          }
        },
        context
      )
      if (level === 'error') {
        const { code, name } = ('error' in outcome ? outcome.error : {}) as { code?: unknown; name?: unknown }
        span.setAttribute('error.type', String(code ?? name ?? 'error'))
        span.setStatus({ code: SpanStatusCode.ERROR })
      }
      span.end(end)
    },
    async close() {
      await atMost(lastWord, provider.shutdown()).catch((error: Error) => tell(error.message))
    }
  }
}
