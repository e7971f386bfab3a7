import { isIP } from 'node:net'
import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import { envSchema } from 'env-schema'
import { type Endpoint, readEndpoints } from './events/endpoints.ts'
import { OperatorError } from './operations/operator-error.ts'
import type { RateLimit, RateLimitSettings } from './operations/rate-limit.ts'
import type { S3Settings } from './pictures/s3.ts'
import { sandboxSearchPath } from './sandbox/mark.ts'

/** How refresh tokens that were used before are taken; see `sessions/queries.ts`. */
export type RefreshReuse = 'lenient' | 'strict'

/** How errors are written: as RFC 9457 problems, or as Django REST Framework does; see `contract/drf.ts`. */
export type ErrorShape = 'problem' | 'drf'

/** What the process was told by its environment, checked. Durations are in seconds. */
export interface Config {
  readonly production: boolean
  /** Whether this is a sandbox for consumers' tests; see `sandbox/sandbox.ts`. */
  readonly sandbox: boolean
  readonly host: string
  readonly port: number
  /** How many processes share the port. */
  readonly workers: number
  /** Address of this service as its clients see it, without a slash at the end. */
  readonly publicUrl: string
  /** What stands before all paths, without a slash at the end; empty for nothing. A gateway may have taken it away. */
  readonly basePath: string
  readonly trustProxy: readonly string[]
  readonly pathAliases: readonly PathAlias[]
  readonly errors: ErrorShape
  readonly logLevel: string
  /** Which part of the responses is checked against the contract, from 0 to 1. */
  readonly responseCheckSample: number
  /** Absolute path of the folder for all that is not in Postgres. */
  readonly dataDir: string
  readonly database: {
    /** Undefined: the embedded Postgres. */
    readonly url: string | undefined
    /** Where Postgres tells of changes; undefined: at `url`. */
    readonly listenUrl: string | undefined
    /** A streaming standby that lists are read from; undefined: none. */
    readonly readUrl: string | undefined
    /** Seconds within which the standby must have what the primary has. */
    readonly readMaxLag: number
    readonly poolSize: number
    readonly statementTimeout: number
    readonly lockTimeout: number
    /** Whether statements are prepared by name; off behind a PgBouncer that can't keep them. */
    readonly preparedStatements: boolean
    /** Label of the Django app whose tables hold profiles and provinces. */
    readonly appLabel: string
    /** Undefined: Postgres' own. */
    readonly searchPath: string | undefined
  }
  readonly tokens: {
    readonly secret: string | undefined
    /** One or more keys in PEM; the first signs. */
    readonly privateKeys: string | undefined
    readonly keysDir: string
    readonly issuer: string
    readonly audience: string | undefined
    /** How many permissions an access token carries at the most; 0 for none. */
    readonly permissionLimit: number
    readonly accessTtl: number
    readonly refreshTtl: number
    readonly refreshReuse: RefreshReuse
    /** Undefined where nothing that Django signed is taken. */
    readonly legacy: LegacySettings | undefined
  }
  /** operationId -> role names any of which lets a caller in; see `contract/access.ts`. */
  readonly requiredRoles: ReadonlyMap<string, readonly string[]>
  readonly passwords: {
    /** log2 of bcrypt's rounds. */
    readonly hashCost: number
    readonly hashThreads: number
    /** How many hash tasks may wait. */
    readonly hashQueue: number
    readonly resetDelivery: 'response' | 'email'
    readonly resetTtl: number
    /** The front end's page that a reset link leads to. */
    readonly resetUrl: string
  }
  /** Undefined where no mail server is configured. */
  readonly mail: { readonly smtpUrl: string; readonly from: string } | undefined
  readonly emails: {
    /** Whether a registration is active only once the link sent to its email was used. */
    readonly verified: boolean
    /** The front end's page that a confirmation link leads to. */
    readonly confirmationUrl: string
  }
  readonly rateLimits: RateLimitSettings
  readonly corsOrigins: readonly string[]
  readonly pictures: {
    readonly maxBytes: number
    readonly maxPixels: number
    readonly maxSide: number
    /** Undefined: kept below `dataDir`. */
    readonly s3: S3Settings | undefined
  }
  readonly admin: {
    readonly username: string
    readonly password: string | undefined
    readonly email: string
  }
  /** Whether traces are sent; where and how, OpenTelemetry reads from its own variables. */
  readonly traces: boolean
  /** Seconds between the word to end and the end of listening, in which a gateway sees that this one is not ready. */
  readonly shutdownDelay: number
  readonly shutdownTimeout: number
  /** Seconds for a request to arrive whole. */
  readonly requestTimeout: number
  /** Connections at a time, in each process. */
  readonly maxConnections: number
  readonly auditRetention: number
  readonly events: {
    /** Whether changes of users are written to the outbox; holds for the whole database. */
    readonly enabled: boolean
    readonly retention: number
    /** Where events are sent; none: nowhere. */
    readonly endpoints: readonly Endpoint[]
    /** For an endpoint's answer. */
    readonly timeout: number
  }
}

/** What Django signed is taken for a while after a cut-over. */
export interface LegacySettings {
  /** Django's SECRET_KEY. */
  readonly secret: string
  readonly until: Date
}

export interface PathAlias {
  readonly from: string
  readonly to: string
}

/** The environment can't be used as it is; the message has a line for each fault. */
export class ConfigError extends OperatorError {
  readonly faults: readonly string[]

  constructor(faults: readonly string[]) {
    super(`The configuration can't be used:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`)
    this.faults = faults
    this.name = 'ConfigError'
  }
}

const duration = { type: 'string', pattern: '^[1-9][0-9]{0,8}(ms|s|m|h|d)$' } as const
const ratePattern = '^(off|[1-9][0-9]{0,8}/[1-9][0-9]{0,8}(ms|s|m|h|d))$'
const secondsPerUnit: Record<string, number> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 }

const environmentSchema = {
  type: 'object',
  properties: {
    NODE_ENV: { enum: ['development', 'production', 'test'], default: 'development' },
    SANDBOX: { enum: ['0', '1'], default: '0' },
    HOST: { type: 'string', minLength: 1, default: '127.0.0.1' },
    PORT: { type: 'integer', minimum: 0, maximum: 65535, default: 8000 },
    WORKERS: { type: 'integer', minimum: 1, maximum: 256, default: 1 },
    PUBLIC_URL: { type: 'string', format: 'uri', pattern: '^https?://' },
    BASE_PATH: { type: 'string', pattern: '^(/[\\w.~-]+)+/?$' },
    TRUST_PROXY: { type: 'string', default: '' },
    PATH_ALIASES: { type: 'string', default: '/auth=/api/auth' },
    ERRORS: { enum: ['problem', 'drf'], default: 'problem' },
    LOG_LEVEL: { enum: ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], default: 'info' },
    RESPONSE_CHECK_SAMPLE: { type: 'number', minimum: 0, maximum: 1, default: 0 },
    DATA_DIR: { type: 'string', minLength: 1, default: './data' },
    DATABASE_URL: { type: 'string', pattern: '^postgres(ql)?://' },
    DATABASE_LISTEN_URL: { type: 'string', pattern: '^postgres(ql)?://' },
    READ_DATABASE_URL: { type: 'string', pattern: '^postgres(ql)?://' },
    READ_DATABASE_MAX_LAG: { ...duration, default: '250ms' },
    DATABASE_POOL_SIZE: { type: 'integer', minimum: 1, maximum: 1000, default: 10 },
    DATABASE_STATEMENT_TIMEOUT: { ...duration, default: '30s' },
    DATABASE_LOCK_TIMEOUT: { ...duration, default: '10s' },
    PREPARED_STATEMENTS: { type: 'boolean', default: true },
    // Longer ones would not leave room, in Postgres' 63 characters, to tell the names of their indexes apart.
    DJANGO_APP_LABEL: { type: 'string', pattern: '^[a-z_][a-z0-9_]*$', maxLength: 28, default: 'api' },
    JWT_SECRET: { type: 'string', minLength: 32 },
    JWT_PRIVATE_KEY: { type: 'string', minLength: 1 },
    JWT_KEYS_DIR: { type: 'string', minLength: 1 },
    JWT_AUDIENCE: { type: 'string', minLength: 1 },
    TOKEN_PERMISSIONS: { type: 'integer', minimum: 0, maximum: 1000, default: 0 },
    JWT_ISSUER: { type: 'string', minLength: 1, default: 'user-management' },
    ACCESS_TOKEN_TTL: { ...duration, default: '5m' },
    REFRESH_TOKEN_TTL: { ...duration, default: '7d' },
    REFRESH_REUSE: { enum: ['lenient', 'strict'], default: 'lenient' },
    LEGACY_JWT_SECRET: { type: 'string', minLength: 1 },
    LEGACY_JWT_UNTIL: { type: 'string', minLength: 1 },
    REQUIRED_ROLES: { type: 'string', default: '' },
    PASSWORD_HASH_COST: { type: 'integer', minimum: 4, maximum: 16, default: 12 },
    PASSWORD_HASH_THREADS: { type: 'integer', minimum: 1, maximum: 256 },
    PASSWORD_HASH_QUEUE: { type: 'integer', minimum: 1, maximum: 100_000, default: 100 },
    RATE_LIMIT: { type: 'string', pattern: ratePattern, default: '1200/1m' },
    RATE_LIMIT_CREDENTIALS: { type: 'string', pattern: ratePattern, default: '30/1m' },
    REDIS_URL: { type: 'string', pattern: '^rediss?://' },
    CORS_ORIGINS: { type: 'string', default: '' },
    EMAIL_VERIFICATION: { enum: ['off', 'required'], default: 'off' },
    EMAIL_CONFIRMATION_URL: { type: 'string', format: 'uri', pattern: '^https?://' },
    PASSWORD_RESET_DELIVERY: { enum: ['response', 'email'] },
    PASSWORD_RESET_TTL: { ...duration, default: '1h' },
    PASSWORD_RESET_URL: { type: 'string', format: 'uri', pattern: '^https?://' },
    SMTP_URL: { type: 'string', pattern: '^smtps?://' },
    MAIL_FROM: { type: 'string', minLength: 3 },
    PICTURE_MAX_BYTES: { type: 'integer', minimum: 1024, maximum: 104_857_600, default: 5_242_880 },
    PICTURE_MAX_PIXELS: { type: 'integer', minimum: 1024, maximum: 268_402_689, default: 25_000_000 },
    PICTURE_MAX_SIDE: { type: 'integer', minimum: 16, maximum: 16_383, default: 1024 },
    MEDIA_STORE: { enum: ['disk', 's3'], default: 'disk' },
    S3_ENDPOINT: { type: 'string', format: 'uri', pattern: '^https?://' },
    S3_REGION: { type: 'string', minLength: 1, default: 'us-east-1' },
    S3_BUCKET: { type: 'string', minLength: 1 },
    S3_ACCESS_KEY_ID: { type: 'string', minLength: 1 },
    S3_SECRET_ACCESS_KEY: { type: 'string', minLength: 1 },
    S3_FORCE_PATH_STYLE: { type: 'boolean' },
    S3_PREFIX: { type: 'string', pattern: '^/?([\\w.-]+/)*[\\w.-]*$', default: '' },
    S3_TIMEOUT: { ...duration, default: '5s' },
    ADMIN_USERNAME: { type: 'string', minLength: 1, maxLength: 150, default: 'admin' },
    ADMIN_PASSWORD: { type: 'string', minLength: 8 },
    ADMIN_EMAIL: { type: 'string', maxLength: 254, default: '' },
    OTEL_EXPORTER_OTLP_ENDPOINT: { type: 'string', format: 'uri', pattern: '^https?://' },
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: { type: 'string', format: 'uri', pattern: '^https?://' },
    // JSON is sent, which whoever takes protobuf over HTTP takes at the same address.
    OTEL_EXPORTER_OTLP_PROTOCOL: { enum: ['http/json', 'http/protobuf'] },
    OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: { enum: ['http/json', 'http/protobuf'] },
    OTEL_TRACES_EXPORTER: { enum: ['otlp', 'none'], default: 'otlp' },
    OTEL_SDK_DISABLED: { type: 'string', default: 'false' },
    SHUTDOWN_DELAY: { type: 'string', pattern: '^(0|0s|[1-9][0-9]{0,5}(ms|s|m))$', default: '0s' },
    SHUTDOWN_TIMEOUT: { ...duration, default: '10s' },
    REQUEST_TIMEOUT: { ...duration, default: '60s' },
    MAX_CONNECTIONS: { type: 'integer', minimum: 1, maximum: 1_000_000, default: 10_000 },
    AUDIT_RETENTION: { ...duration, default: '365d' },
    EVENTS: { enum: ['on', 'off'], default: 'on' },
    EVENT_RETENTION: { ...duration, default: '30d' },
    WEBHOOK_URLS: { type: 'string', default: '' },
    WEBHOOK_SECRET: { type: 'string', default: '' },
    WEBHOOK_TIMEOUT: { ...duration, default: '10s' }
  }
} as const

interface Environment {
  NODE_ENV: string
  SANDBOX: '0' | '1'
  HOST: string
  PORT: number
  WORKERS: number
  PUBLIC_URL?: string
  BASE_PATH?: string
  TRUST_PROXY: string
  PATH_ALIASES: string
  ERRORS: ErrorShape
  LOG_LEVEL: string
  RESPONSE_CHECK_SAMPLE: number
  DATA_DIR: string
  DATABASE_URL?: string
  DATABASE_LISTEN_URL?: string
  READ_DATABASE_URL?: string
  READ_DATABASE_MAX_LAG: string
  DATABASE_POOL_SIZE: number
  DATABASE_STATEMENT_TIMEOUT: string
  DATABASE_LOCK_TIMEOUT: string
  PREPARED_STATEMENTS: boolean
  DJANGO_APP_LABEL: string
  JWT_SECRET?: string
  JWT_PRIVATE_KEY?: string
  JWT_ISSUER: string
  JWT_KEYS_DIR?: string
  JWT_AUDIENCE?: string
  TOKEN_PERMISSIONS: number
  ACCESS_TOKEN_TTL: string
  REFRESH_TOKEN_TTL: string
  REFRESH_REUSE: RefreshReuse
  LEGACY_JWT_SECRET?: string
  LEGACY_JWT_UNTIL?: string
  REQUIRED_ROLES: string
  PASSWORD_HASH_COST: number
  PASSWORD_HASH_THREADS?: number
  PASSWORD_HASH_QUEUE: number
  RATE_LIMIT: string
  RATE_LIMIT_CREDENTIALS: string
  REDIS_URL?: string
  CORS_ORIGINS: string
  EMAIL_VERIFICATION: 'off' | 'required'
  EMAIL_CONFIRMATION_URL?: string
  PASSWORD_RESET_DELIVERY?: 'response' | 'email'
  PASSWORD_RESET_TTL: string
  PASSWORD_RESET_URL?: string
  SMTP_URL?: string
  MAIL_FROM?: string
  PICTURE_MAX_BYTES: number
  PICTURE_MAX_PIXELS: number
  PICTURE_MAX_SIDE: number
  MEDIA_STORE: 'disk' | 's3'
  S3_ENDPOINT?: string
  S3_REGION: string
  S3_BUCKET?: string
  S3_ACCESS_KEY_ID?: string
  S3_SECRET_ACCESS_KEY?: string
  S3_FORCE_PATH_STYLE?: boolean
  S3_PREFIX: string
  S3_TIMEOUT: string
  ADMIN_USERNAME: string
  ADMIN_PASSWORD?: string
  ADMIN_EMAIL: string
  OTEL_EXPORTER_OTLP_ENDPOINT?: string
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT?: string
  OTEL_TRACES_EXPORTER: 'otlp' | 'none'
  OTEL_SDK_DISABLED: string
  SHUTDOWN_DELAY: string
  SHUTDOWN_TIMEOUT: string
  REQUEST_TIMEOUT: string
  MAX_CONNECTIONS: number
  AUDIT_RETENTION: string
  EVENTS: 'on' | 'off'
  EVENT_RETENTION: string
  WEBHOOK_URLS: string
  WEBHOOK_SECRET: string
  WEBHOOK_TIMEOUT: string
}

/** Secrets that stand in tutorials and examples, and so are no secrets. */
const publicSecret = /change[-_ ]?me|insecure|example|your[-_ ]|secret[-_ ]?key|^(.)\1*$/i

/**
 * Reads the settings from `variables` (an empty variable counts as not set).
 * @throws ConfigError with all faults at once
 */
export function readConfig(variables: Readonly<Record<string, string | undefined>>): Config {
  const { env, faults } = readEnvironment(variables)
  const production = env.NODE_ENV === 'production'
  const sandbox = env.SANDBOX === '1'

  const aliases = readPathAliases(env.PATH_ALIASES, faults)
  const requiredRoles = readRequiredRoles(env.REQUIRED_ROLES, faults)
  const trustProxy = env.TRUST_PROXY.split(',')
    .map((part) => part.trim())
    .filter(Boolean)
  for (const proxy of trustProxy) {
    if (!isProxy(proxy)) {
      faults.push(`TRUST_PROXY: "${proxy}" is no address, no network (10.0.0.0/8) and none of loopback, linklocal, uniquelocal`)
    }
  }

  const keySources = (['JWT_SECRET', 'JWT_PRIVATE_KEY', 'JWT_KEYS_DIR'] as const).filter((name) => env[name] !== undefined)
  if (keySources.length > 1) faults.push(`${keySources.join(', ')}: set one of them`)
  const legacy = readLegacy(env, faults)
  const mailFor = [
    ...(env.PASSWORD_RESET_DELIVERY === 'email' ? ['PASSWORD_RESET_DELIVERY=email'] : []),
    ...(env.EMAIL_VERIFICATION === 'required' ? ['EMAIL_VERIFICATION=required'] : []),
    ...(env.SMTP_URL !== undefined ? ['SMTP_URL'] : [])
  ]
  for (const name of ['SMTP_URL', 'MAIL_FROM'] as const) {
    if (mailFor.length > 0 && !sandbox && env[name] === undefined) faults.push(`${name}: needed for ${mailFor.join(' and ')}`)
  }
  const corsOrigins = env.CORS_ORIGINS.split(',')
    .map((origin) => origin.trim())
    .filter(Boolean)
  for (const origin of corsOrigins) {
    if (!/^https?:\/\/[^/*\s]+$/.test(origin))
      faults.push(`CORS_ORIGINS: "${origin}" is no origin such as https://app.example.org`)
  }
  const endpoints = readEndpoints(env.WEBHOOK_URLS, env.WEBHOOK_SECRET, faults)
  if (env.EVENTS === 'off' && env.WEBHOOK_URLS !== '') faults.push('WEBHOOK_URLS: there is nothing to send with EVENTS=off')
  const s3 = env.MEDIA_STORE === 's3' ? readS3(env, faults) : undefined
  const { publicUrl, basePath } = readAddress(env, aliases, faults)
  if (production) faults.push(...dangersInProduction(env))
  if (sandbox) faults.push(...unfitForSandbox(env))
  if (faults.length > 0) throw new ConfigError(faults)

  return {
    production,
    sandbox,
    host: env.HOST,
    port: env.PORT,
    workers: env.WORKERS,
    publicUrl,
    basePath,
    trustProxy,
    pathAliases: aliases,
    errors: env.ERRORS,
    logLevel: env.LOG_LEVEL,
    responseCheckSample: env.RESPONSE_CHECK_SAMPLE,
    dataDir: resolve(env.DATA_DIR),
    database: {
      url: env.DATABASE_URL,
      listenUrl: env.DATABASE_LISTEN_URL,
      readUrl: env.READ_DATABASE_URL,
      readMaxLag: seconds(env.READ_DATABASE_MAX_LAG),
      poolSize: env.DATABASE_POOL_SIZE,
      statementTimeout: seconds(env.DATABASE_STATEMENT_TIMEOUT),
      lockTimeout: seconds(env.DATABASE_LOCK_TIMEOUT),
      preparedStatements: env.PREPARED_STATEMENTS,
      appLabel: env.DJANGO_APP_LABEL,
      searchPath: sandbox ? sandboxSearchPath : undefined
    },
    tokens: {
      secret: env.JWT_SECRET,
      // A PEM in one line, as .env files and many container platforms need it.
      privateKeys: env.JWT_PRIVATE_KEY?.replaceAll('\\n', '\n'),
      keysDir: env.JWT_KEYS_DIR ?? join(resolve(env.DATA_DIR), 'keys'),
      issuer: env.JWT_ISSUER,
      audience: env.JWT_AUDIENCE,
      permissionLimit: env.TOKEN_PERMISSIONS,
      accessTtl: seconds(env.ACCESS_TOKEN_TTL),
      refreshTtl: seconds(env.REFRESH_TOKEN_TTL),
      refreshReuse: env.REFRESH_REUSE,
      legacy
    },
    requiredRoles,
    passwords: {
      hashCost: env.PASSWORD_HASH_COST,
      // In each worker; all of them together have one a core.
      hashThreads: env.PASSWORD_HASH_THREADS ?? Math.ceil(availableParallelism() / env.WORKERS),
      hashQueue: env.PASSWORD_HASH_QUEUE,
      resetDelivery: env.PASSWORD_RESET_DELIVERY ?? 'response',
      resetTtl: seconds(env.PASSWORD_RESET_TTL),
      resetUrl: env.PASSWORD_RESET_URL ?? `${publicUrl}/reset-password-confirm/`
    },
    mail: env.SMTP_URL !== undefined && env.MAIL_FROM !== undefined ? { smtpUrl: env.SMTP_URL, from: env.MAIL_FROM } : undefined,
    emails: {
      verified: env.EMAIL_VERIFICATION === 'required',
      confirmationUrl: env.EMAIL_CONFIRMATION_URL ?? `${publicUrl}/confirm-email/`
    },
    rateLimits: { all: rate(env.RATE_LIMIT), credentials: rate(env.RATE_LIMIT_CREDENTIALS), redisUrl: env.REDIS_URL },
    corsOrigins,
    pictures: {
      maxBytes: env.PICTURE_MAX_BYTES,
      maxPixels: env.PICTURE_MAX_PIXELS,
      maxSide: env.PICTURE_MAX_SIDE,
      s3
    },
    admin: { username: env.ADMIN_USERNAME, password: env.ADMIN_PASSWORD, email: env.ADMIN_EMAIL },
    traces:
      (env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? env.OTEL_EXPORTER_OTLP_ENDPOINT) !== undefined &&
      env.OTEL_TRACES_EXPORTER === 'otlp' &&
      env.OTEL_SDK_DISABLED.toLowerCase() !== 'true',
    shutdownDelay: env.SHUTDOWN_DELAY === '0' ? 0 : seconds(env.SHUTDOWN_DELAY),
    shutdownTimeout: seconds(env.SHUTDOWN_TIMEOUT),
    requestTimeout: seconds(env.REQUEST_TIMEOUT),
    maxConnections: env.MAX_CONNECTIONS,
    auditRetention: seconds(env.AUDIT_RETENTION),
    events: {
      enabled: env.EVENTS === 'on',
      retention: seconds(env.EVENT_RETENTION),
      endpoints,
      timeout: seconds(env.WEBHOOK_TIMEOUT)
    }
  }
}

function readEnvironment(variables: Readonly<Record<string, string | undefined>>) {
  const set: Record<string, string> = {}
  for (const name of Object.keys(environmentSchema.properties)) {
    const value = variables[name]
    // No aliases at all is something else than the default ones.
    if (value !== undefined && (value !== '' || name === 'PATH_ALIASES')) set[name] = value
  }
  if (set.SANDBOX === '1') for (const [name, value] of Object.entries(sandboxDefaults)) set[name] ??= value
  const faults: string[] = []
  // The schema is ours: to check it too took two fifths of the reading.
  const ajv = new Ajv({ validateSchema: false, allErrors: true, coerceTypes: true, useDefaults: true, removeAdditional: true })
  addFormats.default(ajv)
  try {
    return { env: envSchema<Environment>({ schema: environmentSchema, data: set, env: false, ajv }), faults }
  } catch (error) {
    const wrong = new Set<string>()
    for (const { instancePath, message, params } of ajv.errors ?? []) {
      const name = instancePath.slice(1)
      wrong.add(name)
      const allowed = 'allowedValues' in params ? `: ${params.allowedValues.join(', ')}` : ''
      faults.push(`${name}: ${message}${allowed}`)
    }
    if (wrong.size === 0) throw error
    // Goes on with what is right, so that the rest of the faults are found too.
    const rest = Object.fromEntries(Object.entries(set).filter(([name]) => !wrong.has(name)))
    return { env: envSchema<Environment>({ schema: environmentSchema, data: rest, env: false, ajv }), faults }
  }
}

/** What is set where SANDBOX=1 and nothing else is said: nobody is kept waiting, and links come by mail as in production. */
const sandboxDefaults: Readonly<Record<string, string>> = {
  DATA_DIR: './data/sandbox',
  PASSWORD_HASH_COST: '4',
  PASSWORD_RESET_DELIVERY: 'email',
  RATE_LIMIT: 'off',
  RATE_LIMIT_CREDENTIALS: 'off'
}

function unfitForSandbox(env: Environment): string[] {
  const faults: string[] = []
  if (env.WORKERS > 1) faults.push('WORKERS: a sandbox is one process, which has the time and the mails')
  if (env.SMTP_URL !== undefined) faults.push('SMTP_URL: a sandbox sends no mail, it shows it (GET /__sandbox/outbox/)')
  if (env.MEDIA_STORE === 's3') faults.push('MEDIA_STORE: a sandbox keeps its pictures on disk')
  return faults
}

function dangersInProduction(env: Environment): string[] {
  const dangers: string[] = []
  if (env.SANDBOX === '1') {
    dangers.push('SANDBOX: never in production; its passwords are known, and anybody may set its time and read its mails')
  }
  if (env.DATABASE_URL === undefined) {
    dangers.push('DATABASE_URL: needed in production; the embedded Postgres is for development')
  }
  if (env.JWT_SECRET === undefined && env.JWT_PRIVATE_KEY === undefined && env.JWT_KEYS_DIR === undefined) {
    dangers.push('JWT_PRIVATE_KEY, JWT_KEYS_DIR or JWT_SECRET: needed in production, so that all replicas sign with the same key')
  }
  if (env.JWT_SECRET !== undefined && publicSecret.test(env.JWT_SECRET)) {
    dangers.push('JWT_SECRET: looks like an example, not like a secret (try: openssl rand -base64 48)')
  }
  if (env.PASSWORD_RESET_DELIVERY === undefined) {
    dangers.push('PASSWORD_RESET_DELIVERY: choose email, or response (hands reset tokens to whoever asks)')
  }
  if (env.PUBLIC_URL === undefined) {
    dangers.push('PUBLIC_URL: needed in production, for links in pages, pictures and mails')
  }
  if (env.PASSWORD_HASH_COST < 10) dangers.push('PASSWORD_HASH_COST: must be at least 10 in production')
  return dangers
}

/** Days for which tokens of Django's may go on; a refresh token of simplejwt's lives for one, and seldom for thirty. */
const longestLegacy = 90

function readLegacy(env: Environment, faults: string[]): LegacySettings | undefined {
  const { LEGACY_JWT_SECRET: secret, LEGACY_JWT_UNTIL: text } = env
  if ((secret === undefined) !== (text === undefined)) faults.push('LEGACY_JWT_SECRET, LEGACY_JWT_UNTIL: set both, or neither')
  if (secret === undefined || text === undefined) return undefined
  const until = readTime(text)
  if (until === undefined) {
    faults.push(`LEGACY_JWT_UNTIL: "${text}" is no date such as 2026-01-31 and no time such as 2026-01-31T12:00:00Z`)
    return undefined
  }
  if (until.getTime() > Date.now() + longestLegacy * 86_400_000) {
    faults.push(`LEGACY_JWT_UNTIL: must be within ${longestLegacy} days; whoever has Django's SECRET_KEY is anybody until then`)
  }
  return { secret, until }
}

/** A date (its beginning, in UTC) or a time of RFC 3339, 5.6; undefined for anything else, and for days that there are not. */
function readTime(text: string): Date | undefined {
  const day = /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d))?$/i.exec(text)?.[1]
  const [start, time] = [new Date(`${day}T00:00:00Z`), new Date(text)]
  const real = !Number.isNaN(time.getTime()) && !Number.isNaN(start.getTime()) && start.toISOString().startsWith(day as string)
  return day !== undefined && real ? time : undefined
}

function readS3(env: Environment, faults: string[]): S3Settings {
  const { S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey, S3_ENDPOINT: endpoint } = env
  if (env.S3_BUCKET === undefined) faults.push('S3_BUCKET: needed for MEDIA_STORE=s3')
  if ((accessKeyId === undefined) !== (secretAccessKey === undefined)) {
    faults.push('S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY: set both, or neither')
  }
  const prefix = env.S3_PREFIX.replace(/^\/+|\/+$/g, '')
  return {
    endpoint,
    region: env.S3_REGION,
    bucket: env.S3_BUCKET ?? '',
    credentials: accessKeyId !== undefined && secretAccessKey !== undefined ? { accessKeyId, secretAccessKey } : undefined,
    // Servers other than AWS's seldom have a host name for each bucket.
    forcePathStyle: env.S3_FORCE_PATH_STYLE ?? endpoint !== undefined,
    prefix: prefix === '' ? '' : `${prefix}/`,
    timeout: seconds(env.S3_TIMEOUT)
  }
}

/** What our own paths begin with: behind a gateway that takes the prefix away nobody could tell one from the other. */
const ownPaths = ['/api', '/docs', '/media', '/.well-known', '/healthz', '/readyz', '/metrics']

/** PUBLIC_URL and BASE_PATH each make up for the other: the path of the first is the second. */
function readAddress(env: Environment, aliases: readonly PathAlias[], faults: string[]) {
  const given = (env.PUBLIC_URL ?? `http://${urlHost(env.HOST)}:${env.PORT}`).replace(/\/+$/, '')
  const path = URL.canParse(given) ? new URL(given).pathname.replace(/\/+$/, '') : ''
  const basePath = env.BASE_PATH?.replace(/\/$/, '') ?? path
  if (path !== '' && path !== basePath) {
    faults.push(`BASE_PATH: is ${basePath}, but the path of PUBLIC_URL is ${path}; leave one of them out`)
  }
  const own = [...ownPaths, ...aliases.map(({ from }) => from)].find((each) => `${basePath}/`.startsWith(`${each}/`))
  if (own !== undefined) faults.push(`BASE_PATH: ${basePath} begins as paths of the service itself do (${own})`)
  return { publicUrl: path === '' ? given + basePath : given, basePath }
}

function readPathAliases(text: string, faults: string[]): PathAlias[] {
  return text
    .split(',')
    .filter((part) => part.trim() !== '')
    .flatMap((part) => {
      const [from, to, more] = part.split('=').map((path) => path.trim().replace(/\/+$/, ''))
      if (!from?.startsWith('/') || !to?.startsWith('/') || more !== undefined) {
        faults.push(`PATH_ALIASES: "${part}" is not of the form /alias=/path`)
        return []
      }
      return [{ from, to }]
    })
}

/** An address, a name for addresses, or a network; one so wide that it means everybody is none. */
function isProxy(text: string): boolean {
  if (/^(loopback|linklocal|uniquelocal)$/.test(text)) return true
  const [address = '', prefix, more] = text.split('/')
  const version = isIP(address)
  if (version === 0 || more !== undefined) return false
  const bits = Number(prefix ?? 128)
  return (
    prefix === undefined || (/^\d{1,3}$/.test(prefix) && bits >= (version === 4 ? 8 : 7) && bits <= (version === 4 ? 32 : 128))
  )
}

function readRequiredRoles(text: string, faults: string[]): Map<string, string[]> {
  const rules = new Map<string, string[]>()
  for (const rule of text.split(';').filter((part) => part.trim() !== '')) {
    const equals = rule.indexOf('=')
    const operation = rule.slice(0, equals).trim()
    if (equals < 1 || operation === '' || rules.has(operation)) {
      faults.push(`REQUIRED_ROLES: "${rule}" is not of the form operationId=role|role, or names an operation again`)
      continue
    }
    rules.set(
      operation,
      rule
        .slice(equals + 1)
        .split('|')
        .map((role) => role.trim())
        .filter(Boolean)
    )
  }
  return rules
}

function rate(text: string): RateLimit | undefined {
  if (text === 'off') return undefined
  const [max, window] = text.split('/') as [string, string]
  return { max: Number(max), seconds: seconds(window) }
}

function seconds(text: string): number {
  const [, amount, unit] = /^(\d+)(\w+)$/.exec(text) as RegExpExecArray
  return Number(amount) * (secondsPerUnit[unit as string] as number)
}

function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}
