import { randomUUID } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import type { Server } from 'node:http'
import { join } from 'node:path'
import fastifyCors, { type FastifyCorsOptions } from '@fastify/cors'
import fastifyFormbody from '@fastify/formbody'
import fastifyHelmet from '@fastify/helmet'
import fastifyJwt from '@fastify/jwt'
import fastifyMultipart from '@fastify/multipart'
import Fastify, { type FastifyHttpOptions, type FastifyInstance, type FastifyServerOptions } from 'fastify'
import { auditHandlers } from './audit/handlers.ts'
import { startRetention } from './audit/retention.ts'
import { type Clock, systemClock } from './clock.ts'
import type { Config } from './config.ts'
import { type Authenticate, accessRules, rolesInRules } from './contract/access.ts'
import { loadContract } from './contract/document.ts'
import type { Handlers } from './contract/handlers.ts'
import { problemSender, rawProblem, type SendProblem } from './contract/problems.ts'
import { contractRoutes } from './contract/routes.ts'
import type { Database } from './database/connection.ts'
import { type Read, startStandby } from './database/standby.ts'
import { createArrivals } from './events/arrivals.ts'
import { eventHandlers } from './events/handlers.ts'
import { startEventRetention } from './events/retention.ts'
import { startWebhooks } from './events/webhooks.ts'
import { createOnce } from './idempotency/once.ts'
import { createMailer } from './mail/mailer.ts'
import { limitConnections } from './operations/connections.ts'
import { docs } from './operations/docs.ts'
import { prepareDraining } from './operations/drain.ts'
import { health } from './operations/health.ts'
import { jwks } from './operations/jwks.ts'
import { RequestLog } from './operations/log.ts'
import { media } from './operations/media.ts'
import { startMetrics } from './operations/metrics.ts'
import { startRateLimits } from './operations/rate-limit.ts'
import { sampleResponses } from './operations/response-sample.ts'
import { readTraceParent } from './operations/traceparent.ts'
import type { Tracing } from './operations/tracing.ts'
import { passwordHandlers } from './passwords/handlers.ts'
import { startHashing } from './passwords/hashing.ts'
import { createImaging } from './pictures/image.ts'
import { openPictureStore } from './pictures/open.ts'
import { createPictures } from './pictures/pictures.ts'
import { removeUpload, startUploadSweep } from './profiles/form.ts'
import { profileHandlers } from './profiles/handlers.ts'
import { provinceHandlers } from './provinces/handlers.ts'
import { registrationHandlers } from './registration/handlers.ts'
import { roleHandlers } from './roles/handlers.ts'
import type { Services } from './services.ts'
import { createGuesses } from './sessions/guesses.ts'
import { sessionHandlers } from './sessions/handlers.ts'
import { openKeyRing } from './sessions/keys.ts'
import { createLegacyTokens } from './sessions/legacy-tokens.ts'
import { createPrincipals } from './sessions/principals.ts'
import { openLegacySession } from './sessions/queries.ts'
import { createTokens, jwtOptions } from './sessions/tokens.ts'
import { userHandlers } from './users/handlers.ts'
import { createNameSample } from './users/search.ts'

export interface AppOptions {
  readonly config: Config
  /** Open and migrated; the caller closes it, after the app. */
  readonly database: Database
  /** What it was opened with. */
  readonly databaseUrl: string
  readonly logger: FastifyServerOptions['logger']
  /** Undefined where no traces are asked for. */
  readonly tracing?: Tracing | undefined
}

const bodyLimit = 1024 * 1024

/** Builds the service; nothing in it is global, so that a process can hold several. */
export async function buildApp({ config, database, databaseUrl, logger = false, tracing }: AppOptions): Promise<FastifyInstance> {
  const published = loadContract(config.errors, config.basePath)
  // Loaded only there: nothing in this process can set the time where it is not.
  const sandbox = config.sandbox ? (await import('./sandbox/sandbox.ts')).createSandbox() : undefined
  const contract = sandbox ? sandbox.extend(published) : published
  const clock: Clock = sandbox?.clock ?? systemClock
  const sendProblem = problemSender(config.errors)
  const rules = accessRules(contract, config.requiredRoles)
  const keyRing = await openKeyRing(config.tokens)
  const uploadDir = join(config.dataDir, 'uploads')
  await mkdir(uploadDir, { recursive: true })

  const app = Fastify({ logger, childLoggerFactory: tracedLogger(tracing), ...serverOptions(config, sendProblem) })
  tracing?.attach(app)
  app.addHook('onRequest', async (request, reply) => void reply.header('x-request-id', request.id))
  app.addHook('onResponse', async (request) => removeUpload(request.upload))
  app.addHook('onRequest', async (request, reply) => {
    // A client that went away gets no answer, and so the request no end of its own.
    reply.raw.once('close', () => {
      if (reply.raw.writableFinished) return
      request.log.warn({ method: request.method, operation: request.routeOptions.config.operationId }, 'request broken off')
      removeUpload(request.upload).catch((err: unknown) => request.log.error({ err }, 'An upload could not be removed'))
    })
  })

  const draining = prepareDraining(app, config)
  limitConnections(app, config.maxConnections)

  await app.register(fastifyHelmet, { contentSecurityPolicy: false, strictTransportSecurity: config.production })
  if (config.corsOrigins.length > 0) await app.register(fastifyCors, corsOptions(config))
  await app.register(fastifyJwt, jwtOptions(keyRing))
  await app.register(fastifyFormbody, { bodyLimit })
  await app.register(fastifyMultipart, {
    limits: { fileSize: config.pictures.maxBytes, files: 1, fields: 100, parts: 101, fieldSize: bodyLimit, fieldNameSize: 200 }
  })
  const metrics = startMetrics(app)
  metrics.watchPool(database)
  // A client in production does not wait for a schema to be compiled; a start in development does not either.
  const compile = config.production ? 'now' : 'first'
  sampleResponses(app, { contract, rules, sample: config.responseCheckSample, compile, metrics })

  const limitRate = await startRateLimits(app, config.rateLimits, metrics)
  const tokens = createTokens(app, keyRing, config, clock)
  const { legacy } = config.tokens
  const legacyTokens = legacy && createLegacyTokens(app, legacy, clock)
  app.addHook('onClose', async () => keyRing.close())
  const { hashCost, hashThreads, hashQueue } = config.passwords
  const hashing = startHashing(hashCost, hashThreads, hashQueue, () => metrics.countLimit('hash_queue'))
  metrics.watchHashing(hashing)
  app.addHook('onClose', () => hashing.close())
  const secret = keyRing.derive('mail queue')
  const mailer = sandbox?.outbox ?? (await createMailer(config.mail, { database, secret, metrics, log: app.log }))
  app.addHook('onClose', () => mailer.close())
  const store = await openPictureStore(config)
  app.addHook('onClose', async () => store.close())
  const pictures = createPictures(store, createImaging(config.pictures), config.publicUrl, app.log)

  const protectedRoles = rolesInRules(rules)
  const guesses = createGuesses(database)
  const { readUrl: standbyUrl, readMaxLag: maxLag } = config.database
  let readList: Read = (work) => work(database)
  if (standbyUrl !== undefined) {
    const servers = { primary: database, primaryUrl: databaseUrl, standbyUrl, maxLag }
    const standby = startStandby({ ...config.database, ...servers, metrics: metrics.ofStandby(), log: app.log })
    app.addHook('onClose', () => standby.close())
    readList = standby.read
  }
  const listenUrl = config.database.listenUrl ?? databaseUrl
  const arrivals = createArrivals(listenUrl, app.log)
  const services: Services = {
    config,
    database,
    readList,
    clock,
    hashing,
    guesses,
    keyRing,
    tokens,
    legacyTokens,
    pictures,
    mailer,
    metrics,
    arrivals,
    nameSample: createNameSample(database),
    protectedRoles
  }
  const handlers: Handlers = {
    ...profileHandlers(services),
    ...userHandlers(services),
    ...roleHandlers(services),
    ...sessionHandlers(services),
    ...registrationHandlers(services),
    ...passwordHandlers(services),
    ...provinceHandlers(services),
    ...auditHandlers(services),
    ...eventHandlers(services),
    ...sandbox?.handlers(app, services)
  }
  const principals = createPrincipals(database, listenUrl, app.log, clock)
  app.addHook('onClose', () => principals.close())
  const authenticate: Authenticate = async (token, permission) => {
    const claims = await tokens.readAccess(token)
    if (claims) return principals.find(claims, permission)
    const legacy = legacyTokens?.read(token)
    if (legacy?.token_type !== 'access') return undefined
    const known = await principals.find(legacy, permission)
    if (known || !(await openLegacySession(database, legacy))) return known
    return principals.find(legacy, permission)
  }
  const once = createOnce(database, keyRing.derive('idempotency keys'))
  await app.register(contractRoutes, {
    contract,
    handlers,
    rules,
    authenticate,
    uploadDir,
    limitRate,
    once,
    caughtUp: principals.caughtUp,
    sendProblem,
    metrics,
    clock
  })

  app.addHook('onClose', startUploadSweep(uploadDir, app.log))
  app.addHook('onClose', startRetention(database, config.auditRetention, app.log))
  app.addHook('onClose', startEventRetention(database, config.events.retention, app.log))
  const webhooks = startWebhooks(services, app.log)
  // Those who wait for an event are answered, so that the server can close.
  const letGo = async () => {
    webhooks.stop()
    await arrivals.close()
  }
  draining.onBegin(letGo)
  app.addHook('preClose', letGo)
  app.addHook('onClose', () => webhooks.close())
  await app.register(health, { database, store, draining })
  await app.register(jwks, { keyRing })
  await app.register(media, { pictures })
  await app.register(docs, { contract: published, basePath: config.basePath })
  if (sandbox) app.addHook('onReady', () => sandbox.reset(services))
  return app
}

/** Has every line of a request tell its trace: the caller's, or the one that is begun here. */
function tracedLogger(tracing: Tracing | undefined): NonNullable<FastifyServerOptions['childLoggerFactory']> {
  return (logger, bindings, options, request) => {
    const traceId = tracing ? tracing.begin(request) : readTraceParent(request.headers.traceparent)?.traceId
    return logger.child(traceId === undefined ? bindings : { ...bindings, trace_id: traceId }, options)
  }
}

/** Seconds for a request's headers to arrive, at the most. */
const headersTimeout = 20

function serverOptions(
  { trustProxy, basePath, pathAliases, errors, requestTimeout }: Config,
  sendProblem: SendProblem
): FastifyHttpOptions<Server> {
  return {
    bodyLimit,
    trustProxy: trustProxy.length > 0 ? [...trustProxy] : false,
    routerOptions: { ignoreTrailingSlash: true },
    // Longer than gateways keep a connection, so that none sends on one we just closed.
    keepAliveTimeout: 75_000,
    requestTimeout: requestTimeout * 1000,
    http: {
      headersTimeout: Math.min(requestTimeout, headersTimeout) * 1000,
      // How often Node looks for requests that are late.
      connectionsCheckingInterval: Math.min(requestTimeout / 4, 5) * 1000
    },
    // `drain` has let the clients know; who comes all the same is answered.
    return503OnClosing: false,
    logController: new RequestLog(),
    genReqId: ({ headers }) => {
      const given = headers['x-request-id']
      return typeof given === 'string' && /^[\w.:/+=-]{1,128}$/.test(given) ? given : randomUUID()
    },
    rewriteUrl: ({ url = '/' }) => {
      // A gateway may have taken the prefix away, and probes that ask the service itself send none.
      const path = basePath !== '' && beginsWith(url, basePath) ? url.slice(basePath.length) : url
      const alias = pathAliases.find(({ from }) => beginsWith(path, from))
      return alias ? alias.to + path.slice(alias.from.length) : path
    },
    // A path that can't be decoded, for one, has no route and so no error handler.
    frameworkErrors: (error, request, reply) => void sendProblem(error, request, reply),
    clientErrorHandler(this: FastifyInstance, error, socket) {
      if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
      const [status, detail] = clientErrors[error.code] ?? [400, 'This is no valid HTTP/1.1 request.']
      socket.end(rawProblem({ status, detail, requestId: randomUUID() }, errors, this.log))
    }
  }
}

/** Whether the path of `url` is `path`, or is below it. */
function beginsWith(url: string, path: string): boolean {
  return url.startsWith(path) && (url.length === path.length || url[path.length] === '/' || url[path.length] === '?')
}

/** Which pages of other origins may call; what a page may read of an answer beside its body. */
function corsOptions({ corsOrigins }: Config): FastifyCorsOptions {
  return {
    origin: [...corsOrigins],
    methods: ['GET', 'HEAD', 'PUT', 'POST', 'PATCH', 'DELETE'],
    exposedHeaders: [
      'Content-Disposition',
      'Deprecation',
      'ETag',
      'Link',
      'Retry-After',
      'Sunset',
      'WWW-Authenticate',
      'X-Request-Id',
      'X-Total-Count',
      'X-Total-Count-Estimated'
    ],
    maxAge: 600
  }
}

/** What Node's HTTP parser refuses before there is a request. */
const clientErrors: Record<string, [number, string]> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request did not arrive in time.'],
  HPE_HEADER_OVERFLOW: [431, 'The headers are too large.']
}
