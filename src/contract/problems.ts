import { STATUS_CODES } from 'node:http'
import type { FastifyBaseLogger, FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import type { components } from '../../generated/api.ts'
import type { ErrorShape } from '../config.ts'
import { isDatabaseUnavailable } from '../database/connection.ts'
import { PageRequestError } from '../database/paging.ts'
import { HashingDied, HashingOverloaded } from '../passwords/hashing.ts'
import { StoreUnavailable } from '../pictures/store.ts'
import { varyByAccept } from './accept.ts'
import { problemType } from './document.ts'
import { drfBody, prefersProblem } from './drf.ts'

export type ProblemCode = components['schemas']['ProblemCode']
export type ProblemBody = components['schemas']['Problem']
/** From the name of each wrong field (nested ones with dots) to what is wrong with it. */
export type FieldErrors = Record<string, string[]>

/** The catalogue: every code the service answers with. */
export const problemTypes = {
  invalid_input: { status: 400, title: 'Invalid input' },
  malformed_body: { status: 400, title: 'Malformed body' },
  invalid_confirmation_token: { status: 400, title: 'Invalid confirmation token' },
  invalid_reset_token: { status: 400, title: 'Invalid reset token' },
  not_authenticated: { status: 401, title: 'Not authenticated' },
  invalid_token: { status: 401, title: 'Invalid token' },
  invalid_credentials: { status: 401, title: 'Invalid credentials' },
  permission_denied: { status: 403, title: 'Permission denied' },
  not_found: { status: 404, title: 'Not found' },
  method_not_allowed: { status: 405, title: 'Method not allowed' },
  already_exists: { status: 409, title: 'Already exists' },
  still_referenced: { status: 409, title: 'Still referenced' },
  last_administrator: { status: 409, title: 'Last administrator' },
  role_protected: { status: 409, title: 'Role protected' },
  not_possible: { status: 409, title: 'Not possible' },
  request_in_progress: { status: 409, title: 'Request in progress' },
  cursor_expired: { status: 410, title: 'Cursor expired' },
  precondition_failed: { status: 412, title: 'Precondition failed' },
  payload_too_large: { status: 413, title: 'Payload too large' },
  unsupported_media_type: { status: 415, title: 'Unsupported media type' },
  idempotency_key_reused: { status: 422, title: 'Idempotency key reused' },
  too_many_requests: { status: 429, title: 'Too many requests' },
  internal_error: { status: 500, title: 'Internal error' },
  unavailable: { status: 503, title: 'Unavailable' },
  insufficient_storage: { status: 507, title: 'Insufficient storage' }
} as const satisfies Record<ProblemCode, { status: number; title: string }>

/** An answer that is an error (RFC 9457): thrown anywhere, written by `SendProblem`. */
export class Problem extends Error {
  readonly code: ProblemCode
  readonly errors: FieldErrors | undefined
  readonly headers: Readonly<Record<string, string>>

  constructor(code: ProblemCode, detail: string, { errors, headers = {} }: ProblemOptions = {}) {
    super(detail)
    this.name = 'Problem'
    this.code = code
    this.errors = errors
    this.headers = headers
  }
}

export interface ProblemOptions {
  readonly errors?: FieldErrors | undefined
  readonly headers?: Readonly<Record<string, string>>
}

/** Collects what is wrong with the fields of a request, to tell all of it at once. */
export class FieldFaults {
  readonly #errors: FieldErrors = Object.create(null)

  add(field: string, ...messages: string[]): void {
    this.#errors[field] = [...(this.#errors[field] ?? []), ...messages]
  }

  get any(): boolean {
    return Object.keys(this.#errors).length > 0
  }

  get errors(): FieldErrors {
    return { ...this.#errors }
  }

  /** @throws Problem invalid_input, if there are any faults */
  throwIfAny(): void {
    if (this.any) throw invalidInput(this.errors)
  }
}

/** 400 with the wrong fields. */
export function invalidInput(errors: FieldErrors): Problem {
  const count = Object.keys(errors).length
  return new Problem('invalid_input', `${count === 1 ? '1 field is' : `${count} fields are`} invalid.`, { errors })
}

/** The challenge of every 401 (RFC 6750, 3). */
export const challenge = 'Bearer realm="user-management"'

/** Seconds after which a client may try again when a part we need is out of reach. */
const retryAfter = '5'

/** 503: a part that the service needs can't do its work now. */
export function unavailable(detail: string): Problem {
  return new Problem('unavailable', detail, { headers: { 'retry-after': retryAfter } })
}

/** 429, with the seconds after which the next try may succeed. */
export function tooManyRequests(detail: string, seconds: number): Problem {
  const wait = Math.max(1, Math.ceil(seconds))
  return new Problem('too_many_requests', `${detail} Try again in ${wait} seconds.`, { headers: { 'retry-after': String(wait) } })
}

// https://fastify.dev/docs/latest/Reference/Errors/ and the error codes of @fastify/multipart
const fastifyErrors: Record<string, ProblemCode> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'payload_too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
  FST_REQ_FILE_TOO_LARGE: 'payload_too_large',
  FST_PARTS_LIMIT: 'payload_too_large',
  FST_FIELDS_LIMIT: 'payload_too_large',
  FST_FILES_LIMIT: 'malformed_body',
  FST_PROTO_VIOLATION: 'malformed_body',
  FST_INVALID_MULTIPART_CONTENT_TYPE: 'unsupported_media_type'
}

/** What an error of any kind is to a client; anything unforeseen is an internal_error that says nothing more. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (error instanceof PageRequestError) return invalidInput({ [error.field]: [error.message] })
  const { code, statusCode, message } = error as Partial<FastifyError>
  // Its message quotes the address with the query, which may hold a token, and is logged.
  if (code === 'FST_ERR_BAD_URL') return new Problem('malformed_body', 'The path can not be decoded.')
  const known = fastifyErrors[code ?? '']
  if (known) return new Problem(known, message ?? problemTypes[known].title)
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new Problem('malformed_body', message ?? 'The request can not be read.')
  }
  if (isDatabaseUnavailable(error)) return unavailable('The database can not serve this now. Try again shortly.')
  if (error instanceof StoreUnavailable && error.full) {
    return new Problem('insufficient_storage', 'There is no space left for pictures.')
  }
  if (error instanceof StoreUnavailable) return unavailable('The picture storage is out of reach. Try again shortly.')
  if (error instanceof HashingOverloaded) return unavailable('Too many passwords wait to be checked. Try again shortly.')
  if (error instanceof HashingDied) return unavailable('The password could not be checked. Try again shortly.')
  return new Problem('internal_error', 'The service failed. The request id leads to the cause in its log.')
}

/** The body of a problem, as the contract's schema `Problem`. */
export function problemBody({ code, message, errors }: Problem, requestId: string): ProblemBody {
  const { status, title } = problemTypes[code]
  return {
    type: `urn:problem:${code}`,
    title,
    status,
    code,
    detail: message,
    request_id: requestId,
    ...(errors && { errors })
  }
}

/** Answers with what `error` is to a client, and logs what an operator has to know of it. */
export type SendProblem = (error: unknown, request: FastifyRequest, reply: FastifyReply) => FastifyReply

/** @param shape how those clients are answered that do not ask for problems by name */
export function problemSender(shape: ErrorShape): SendProblem {
  return (error, request, reply) => {
    const problem = toProblem(error)
    const { status } = problemTypes[problem.code]
    if (status >= 500) request.log.error({ err: error }, problem.message)
    else
      request.log.info(
        { code: problem.code, fields: problem.errors && Object.keys(problem.errors).slice(0, 20) },
        problem.message
      )
    // Hooks have set it, but for a request that never came to a route.
    reply.header('x-request-id', request.id)
    if (status === 401) reply.header('www-authenticate', challenge)
    // A body that was not read to its end would be taken for the next request.
    if (status === 413) reply.header('connection', 'close')
    if (shape === 'drf') varyByAccept(reply)
    const drf = shape === 'drf' && !prefersProblem(request.headers.accept)
    return reply
      .code(status)
      .headers(problem.headers)
      .type(drf ? 'application/json' : problemType)
      .serializer(JSON.stringify)
      .send(drf ? drfBody(problem, request.routeOptions.config?.handledBy) : problemBody(problem, request.id))
  }
}

interface RawProblem {
  readonly status: number
  readonly detail: string
  readonly requestId: string
}

/** A whole HTTP/1.1 answer for bytes that never became a request (no route, no request id of ours, no `Accept`). */
export function rawProblem({ status, detail, requestId }: RawProblem, shape: ErrorShape, log: FastifyBaseLogger): string {
  log.info({ request_id: requestId, status }, detail)
  const title = STATUS_CODES[status] ?? 'Bad Request'
  const problem = { type: 'about:blank', title, status, code: 'malformed_body', detail, request_id: requestId }
  const body = JSON.stringify(shape === 'drf' ? { detail } : problem)
  return [
    `HTTP/1.1 ${status} ${title}`,
    `content-type: ${shape === 'drf' ? 'application/json' : problemType}`,
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${requestId}`,
    'connection: close',
    '',
    body
  ].join('\r\n')
}
