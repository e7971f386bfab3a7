import { type FastifyBaseLogger, type FastifyReply, type FastifyRequest, type FastifyServerOptions, LogController } from 'fastify'
import type { Config } from '../config.ts'

export type Log = Pick<FastifyBaseLogger, 'info' | 'warn' | 'error' | 'fatal'>

/** What an error may tell the log beside its name, message and stack. The rest may hold values: rows, commands, answers. */
const toldOfErrors = [
  'code',
  'errno',
  'syscall',
  'address',
  'port',
  'statusCode',
  'severity',
  'schema',
  'table',
  'column',
  'constraint',
  'routine',
  'responseCode'
]
/** How deep causes are followed. */
const deepest = 5

interface ErrorDescription {
  readonly type: string
  readonly message: string
  readonly stack: string
  readonly [field: string]: unknown
}

function describeError(error: unknown, depth = 0): ErrorDescription {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error), stack: '' }
  const fields = error as Error & { readonly [name: string]: unknown }
  const told = toldOfErrors.filter((name) => ['string', 'number'].includes(typeof fields[name]))
  return {
    type: error.name,
    message: error.message,
    stack: error.stack ?? '',
    ...Object.fromEntries(told.map((name) => [name, fields[name]])),
    ...(error.cause !== undefined && depth < deepest && { cause: describeError(error.cause, depth + 1) }),
    ...(error instanceof AggregateError &&
      depth < deepest && { errors: error.errors.map((each) => describeError(each, depth + 1)) })
  }
}

/** Names of fields that hold secrets. No line of ours has them; should one come to have them, it tells no secret. */
const secretFields = [
  'password',
  'old_password',
  'new_password',
  'token',
  'access',
  'refresh',
  'refresh_token',
  'secret',
  'reset_link',
  'authorization',
  'cookie',
  'set-cookie'
]

/** How all lines are written: errors and requests without what may be secret, and secret fields without their values. */
export const logSettings = {
  serializers: {
    err: (error: Error) => describeError(error),
    // At `trace` @fastify/multipart tells of the headers with them.
    busboyOptions: () => undefined,
    req: (request: FastifyRequest) => ({ method: request.method, path: request.url?.split('?', 1)[0] })
  },
  redact: {
    paths: ['', 'body.', 'headers.'].flatMap((holder) =>
      secretFields.map((name) => (name.includes('-') ? `${holder.replace('.', '')}["${name}"]` : `${holder}${name}`))
    ),
    censor: '[redacted]'
  }
}

/** JSON lines in production, readable ones in development; nothing of a request's headers or body. */
export async function loggerOptions({
  production,
  logLevel: level
}: Config): Promise<NonNullable<FastifyServerOptions['logger']>> {
  // A development dependency, which a production install does not have.
  const pretty = production ? undefined : await import('pino-pretty').catch(() => undefined)
  return {
    level,
    ...logSettings,
    ...(pretty && { stream: pretty.default({ ignore: 'pid,hostname', translateTime: 'HH:MM:ss', singleLine: true }) })
  }
}

/**
 * One log line a request, when it is answered, with the id that the client was given; its arrival at `debug`. Without the
 * query, which in a link that leads here by mistake holds a token.
 */
export class RequestLog extends LogController {
  constructor() {
    super({ requestIdLogLabel: 'request_id' })
  }

  override incomingRequest(request: FastifyRequest): void {
    request.log.debug({ method: request.method, path: request.url.split('?', 1)[0] }, 'incoming request')
  }

  override requestCompleted(error: Error | null, request: FastifyRequest, reply: FastifyReply): void {
    const fields = {
      method: request.method,
      path: request.url.split('?', 1)[0],
      operation: request.routeOptions.config.operationId,
      user_id: request.principal?.userId,
      address: request.ip,
      status: reply.statusCode,
      milliseconds: Math.round(reply.elapsedTime * 10) / 10
    }
    // An error here came after the answer had begun, most often a client that went away.
    if (error) request.log.warn({ ...fields, err: error }, 'request broken off')
    else request.log.info(fields, 'request completed')
  }
  /** A fault after the answer had begun, which breaks it off; `buildApp` tells of a client that went away. */
  override streamError(error: Error, request: FastifyRequest): void {
    if ((error as NodeJS.ErrnoException).code === 'ERR_STREAM_PREMATURE_CLOSE') return
    request.log.error({ err: error, operation: request.routeOptions.config.operationId }, 'The answer could not be ended')
  }
}
