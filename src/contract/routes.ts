import { once as occurrence } from 'node:events'
import { Readable } from 'node:stream'
import { SerializerSelector } from '@fastify/fast-json-stringify-compiler'
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods, preValidationAsyncHookHandler } from 'fastify'
import fp from 'fastify-plugin'
import type { Clock } from '../clock.ts'
import type { Once } from '../idempotency/once.ts'
import type { Metrics } from '../operations/metrics.ts'
import { clientAddress, type LimitRate } from '../operations/rate-limit.ts'
import { digestUpload, readForm, removeUpload, type UploadedFile } from '../profiles/form.ts'
import { preferredType, varyByAccept } from './accept.ts'
import { type Authenticate, accessHook } from './access.ts'
import { deprecationHeaders } from './deprecation.ts'
import { type Access, type Contract, jsonType, multipart, type Operation, routeSchema } from './document.ts'
import type { Call, HandledOperation, Handlers, Principal } from './handlers.ts'
import { createLazily } from './lazily.ts'
import { entityTag, namesTag, precondition } from './preconditions.ts'
import { invalidInput, Problem, type SendProblem } from './problems.ts'
import { validatorCompiler } from './validation.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the access hook. */
    principal: Principal | undefined
    /** Set by `readForm`. */
    upload: UploadedFile | undefined
  }
  interface FastifyContextConfig {
    operationId?: string
    /** Not counted against an address's rate limit: what probes and Prometheus ask. */
    unlimited?: boolean
    /** See `Operation`. */
    handledBy?: string
  }
}

export interface ContractRoutesOptions {
  readonly contract: Contract
  readonly handlers: Handlers
  /** operationId -> access rule, from `accessRules`. */
  readonly rules: ReadonlyMap<string, Access>
  readonly authenticate: Authenticate
  /** Folder for uploads that are being read. */
  readonly uploadDir: string
  readonly limitRate: LimitRate
  readonly once: Once
  /** Waits until this process knows of the changes to principals that were committed before. */
  readonly caughtUp: () => Promise<void>
  readonly sendProblem: SendProblem
  readonly metrics: Pick<Metrics, 'countDeprecated'>
  readonly clock: Clock
}

/**
 * Registers a route for each operation of the contract: access before the body is read, then content type, body and
 * validation against the contract, then the handler of the operation, serialized by the contract's schema.
 * Refuses to start with a handler missing or one too many.
 */
export const contractRoutes = fp<ContractRoutesOptions>(
  async (app, { contract, handlers, rules, authenticate, uploadDir, limitRate, once, caughtUp, sendProblem, metrics, clock }) => {
    assertHandlersFit(contract, handlers)
    const operations = new Map(contract.operations.map((operation) => [operation.operationId, operation]))

    tellDeprecated(app, contract, metrics)
    // For what is at no operation of the contract too: pictures, the documentation, what is not there at all.
    app.addHook('onRequest', async (request) => {
      const { operationId = '', unlimited } = request.routeOptions.config
      if (!unlimited) await limitRate(request, operations.get(operationId))
    })
    app.decorateRequest('principal', undefined)
    app.decorateRequest('upload', undefined)
    const lazily = createLazily()
    const closing = new AbortController()
    app.setValidatorCompiler(validatorCompiler(clock, lazily))
    const serializers = SerializerSelector()({})
    app.setSerializerCompiler((route) => {
      const serializer = lazily(() => serializers(route as Parameters<typeof serializers>[0]))
      return (data) => serializer()(data)
    })
    // Those who ask first wait for what they need alone.
    app.addHook('onListen', async () => void lazily.makeAll(closing.signal))
    app.addHook('preClose', async () => closing.abort())
    app.setErrorHandler(sendProblem)
    app.setNotFoundHandler(notFoundHandler(contract, sendProblem))
    takeContractBodies(app)

    for (const operation of contract.operations) {
      const { operationId, handledBy, method, path } = operation
      app.route({
        method: method as HTTPMethods,
        url: path.replaceAll(/{(\w+)}/g, ':$1'),
        schema: routeSchema(contract.document, operation),
        config: { operationId, handledBy },
        onRequest: [accessHook(rules.get(operationId) as Access, authenticate), contentTypeHook(operation)],
        preValidation: bodyHook(operation, uploadDir),
        handler: routeHandler(operation, handlers, once, caughtUp)
      })
    }
  },
  { name: 'contract-routes', dependencies: ['@fastify/multipart', '@fastify/formbody'] }
)

/** The types say the same; this also holds where a handler came in by a spread or a cast. */
function assertHandlersFit({ operations }: Contract, handlers: Handlers): void {
  const wanted = new Set(operations.map(({ handledBy }) => handledBy))
  const missing = [...wanted].filter((operationId) => !(operationId in handlers))
  const surplus = Object.keys(handlers).filter((operationId) => !wanted.has(operationId))
  if (missing.length > 0) throw new Error(`No handler for: ${missing.join(', ')}`)
  if (surplus.length > 0) throw new Error(`Handlers of no operation of the contract: ${surplus.join(', ')}`)
}

/** Whatever a deprecated operation answers, refusals too, says so, and who asked is counted. */
function tellDeprecated(app: FastifyInstance, { operations }: Contract, metrics: Pick<Metrics, 'countDeprecated'>): void {
  const headers = new Map(
    operations.flatMap(({ operationId, deprecation }) => (deprecation ? [[operationId, deprecationHeaders(deprecation)]] : []))
  )
  if (headers.size === 0) return
  const headersOf = ({ routeOptions: { config } }: FastifyRequest) => headers.get(config.operationId ?? '')
  app.addHook('onRequest', async (request, reply) => {
    const told = headersOf(request)
    if (told) reply.headers(told)
  })
  app.addHook('onResponse', async (request, { statusCode }) => {
    if (!headersOf(request)) return
    const { operationId = '' } = request.routeOptions.config
    metrics.countDeprecated(operationId, request.headers['user-agent'], statusCode < 400)
  })
}

/** JSON as Fastify reads it, but an empty body is none: clients send the header with a bodiless POST or DELETE. */
function takeContractBodies(app: FastifyInstance): void {
  const parseJson = app.getDefaultJsonParser('error', 'error')
  app.removeContentTypeParser([jsonType, 'text/plain'])
  app.addContentTypeParser<string>(jsonType, { parseAs: 'string' }, (request, text, done) => {
    if (text === '') return done(null, undefined)
    parseJson(request, text, (error, value) => {
      if (error) done(new Problem('malformed_body', `The body is not valid JSON: ${withoutExcerpt(error.message)}`))
      else done(null, value)
    })
  })
}

/** What V8 says of a text that is no JSON, without the piece of it that it quotes: it may be of a password, and is logged. */
function withoutExcerpt(message: string): string {
  return message
    .replace(/, (?:\.\.\.)?".*"(?:\.\.\.)? is not valid JSON$/s, '')
    .replace(/^".*" is not valid JSON$/s, 'no JSON at all')
}

/** The media type without parameters, in lower case; undefined when the request names none. */
function mediaType(request: FastifyRequest): string | undefined {
  return request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase()
}

/** Refuses a body of a type that the operation does not take, before it is read. */
function contentTypeHook({ body }: Operation) {
  return async (request: FastifyRequest): Promise<void> => {
    const type = mediaType(request)
    if (body === undefined || type === undefined || body.contentTypes.includes(type)) return
    throw new Problem('unsupported_media_type', `This operation takes: ${body.contentTypes.join(', ')}.`)
  }
}

function bodyHook(operation: Operation, uploadDir: string): preValidationAsyncHookHandler {
  const { body, takesQuery, method } = operation
  return async (request, reply) => {
    if (operation.answerTypes.length > 1) varyByAccept(reply)
    if (method === 'GET' && takesQuery) {
      refuseUnknownQuery(request)
      refuseJsonOnlyQuery(request, operation)
    }
    if (body === undefined) return
    if (mediaType(request) === multipart) {
      const form = await readForm(request, uploadDir)
      request.body = form.fields
      request.upload = form.upload
      // The client went away while the form was read, before there was an upload to remove.
      if (reply.raw.destroyed) await removeUpload(form.upload)
    }
    if (request.body === undefined && body.required) {
      throw invalidInput({ body: ['This operation needs a body.'] })
    }
  }
}

/** A mistyped filter would otherwise answer with the unfiltered list. */
function refuseUnknownQuery(request: FastifyRequest): void {
  const schema = request.routeOptions.schema?.querystring as { properties: object }
  const unknown = Object.keys(request.query as object).filter((name) => !Object.hasOwn(schema.properties, name))
  if (unknown.length === 0) return
  throw invalidInput(Object.fromEntries(unknown.map((name) => [name, ['There is no such parameter.']])))
}

/** Here, since validation adds the defaults of what was not sent. */
function refuseJsonOnlyQuery(request: FastifyRequest, operation: Operation): void {
  const type = answerType(request, operation)
  if (type === jsonType) return
  const sent = operation.jsonOnly.filter((name) => Object.hasOwn(request.query as object, name))
  if (sent.length > 0) throw invalidInput(Object.fromEntries(sent.map((name) => [name, [`Not together with ${type}.`]])))
}

function answerType({ headers }: FastifyRequest, { answerTypes: [first = jsonType, ...others] }: Operation): string {
  return others.length === 0 ? first : preferredType(headers.accept, [first, ...others])
}

function routeHandler(operation: Operation, handlers: Handlers, once: Once, caughtUp: () => Promise<void>) {
  const { operationId, handledBy, method, path, tagged, statuses } = operation
  // Which operation this is, is known at run time only; `Handlers` has made sure that call and handler fit.
  const handler = handlers[handledBy as HandledOperation] as (call: Call<HandledOperation>) => Promise<{
    status: number
    body?: unknown
    type?: string
    chunks?: AsyncIterable<string>
    headers?: Record<string, string>
  }>
  const takesMatch = statuses.includes(412)
  const takesKey = statuses.includes(422)
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const match = precondition(request.headers['if-match'])
    const call = {
      params: request.params,
      query: request.query,
      body: request.body,
      principal: request.principal,
      upload: request.upload,
      answerType: answerType(request, operation),
      target: { path, query: request.query as Record<string, unknown> },
      origin: {
        actorId: request.principal?.userId,
        actorName: request.principal?.username,
        address: clientAddress(request),
        requestId: request.id
      },
      userAgent: request.headers['user-agent'],
      log: request.log,
      assertMatch: match.assertMatch,
      refuse: (code, detail, errors) => new Problem(code, detail, { errors })
    } as Call<HandledOperation>
    const key = takesKey ? request.headers['idempotency-key'] : undefined
    // Whoever was answered that a session has ended, or a role was taken, finds it so with the next request.
    const carryOut = () => (method === 'GET' ? handler(call) : handler(call).finally(caughtUp))
    const { status, body, type, chunks, headers } =
      typeof key === 'string'
        ? await once(
            { key, operationId: handledBy, userId: request.principal?.userId, content: await content(request) },
            carryOut
          )
        : await carryOut()
    if (takesMatch && match.pending) throw new Error(`The handler of ${operationId} did not look at If-Match`)
    const stream = chunks && (request.method === 'HEAD' ? Readable.from([]) : await begun(chunks))

    reply.code(status).header('cache-control', tagged ? 'private, no-cache' : 'no-store')
    if (headers) reply.headers(headers)
    if (tagged) {
      const tag = entityTag(body as object)
      reply.header('etag', tag)
      const known = request.method === 'GET' || request.method === 'HEAD' ? request.headers['if-none-match'] : undefined
      if (known !== undefined && namesTag(known, tag)) return reply.code(304).send()
    }
    if (stream) return reply.type(type?.startsWith('text/') ? `${type}; charset=utf-8` : (type as string)).send(stream)
    if (body !== undefined) reply.type('application/json; charset=utf-8')
    return reply.send(body)
  }
}

/** Waits for the first chunk: a fault before it is answered as any other, a later one breaks the answer off. */
async function begun(chunks: AsyncIterable<string>): Promise<Readable> {
  const stream = Readable.from(chunks)
  await occurrence(stream, 'readable')
  return stream
}

/** What makes two requests the same. */
async function content({ query, body, upload }: FastifyRequest): Promise<object> {
  return { query, body, picture: upload && (await digestUpload(upload)) }
}

/** 404, or 405 with `Allow` (RFC 9110, 15.5.6) where the contract has the path under other methods. */
function notFoundHandler({ operations, probes }: Contract, sendProblem: SendProblem) {
  const paths = new Map<string, Set<string>>()
  for (const { path, method } of [...operations, ...probes]) {
    const allowed = paths.get(path) ?? new Set()
    paths.set(path, allowed.add(method))
    if (method === 'GET') allowed.add('HEAD')
  }
  const patterns = [...paths].map(([path, allowed]) => {
    const pattern = path.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&').replaceAll(/\{\w+\}/g, '[^/]+')
    return { pattern: new RegExp(`^${pattern.replace(/\/$/, '/?')}$`), allowed }
  })
  return (request: FastifyRequest, reply: FastifyReply) => {
    const path = request.url.split('?', 1)[0] as string
    const allowed = new Set(patterns.filter(({ pattern }) => pattern.test(path)).flatMap((match) => [...match.allowed]))
    if (allowed.size === 0) {
      return sendProblem(new Problem('not_found', `There is nothing at ${request.method} ${path}.`), request, reply)
    }
    const allow = [...allowed].sort().join(', ')
    const detail = `${path} does not have ${request.method}. It has: ${allow}.`
    return sendProblem(new Problem('method_not_allowed', detail, { headers: { allow } }), request, reply)
  }
}
