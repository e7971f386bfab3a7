import type { components } from './generated.ts'
import type { CodeOf, OperationId } from './types.ts'

export type ProblemCode = components['schemas']['ProblemCode']

/** A problem (RFC 9457) as the service writes it; of a gateway's answer in another shape, only `status` and `title` are known. */
type ProblemBody = Partial<Omit<components['schemas']['Problem'], 'code'> & { code: ProblemCode }>

/** What a call rejects with where the service, or a gateway before it, answers with an error. */
export class ProblemError<Code extends ProblemCode = ProblemCode> extends Error {
  override readonly name = 'ProblemError'
  /** The operation that was called. */
  readonly operation: OperationId
  readonly status: number
  /** What went wrong, stable over releases; undefined where the answer did not come from the service. */
  readonly code: Code | undefined
  /** From the name of each wrong field (nested ones with dots) to what is wrong with it; empty where no field is. */
  readonly fields: Readonly<Record<string, readonly string[]>>
  /** The id under which the service's log tells more. */
  readonly requestId: string | undefined
  /** Seconds after which the service asks to be tried again. */
  readonly retryAfter: number | undefined

  constructor(operation: OperationId, { status, headers }: Pick<Response, 'status' | 'headers'>, body: ProblemBody) {
    super(body.detail ?? body.title ?? `HTTP ${status}`)
    this.operation = operation
    this.status = status
    this.code = body.code as Code | undefined
    this.fields = body.errors ?? {}
    this.requestId = body.request_id ?? headers.get('x-request-id') ?? undefined
    this.retryAfter = retryAfter(headers)
  }
}

/**
 * Whether `error` is what `operation` rejected with; its `code` is then one of those that the contract declares for it.
 *
 *   if (isProblem(error, 'createUser') && error.code === 'already_exists') …
 */
export function isProblem<Op extends OperationId>(error: unknown, operation: Op): error is ProblemError<CodeOf<Op>> {
  return error instanceof ProblemError && error.operation === operation
}

/** Reads an answer that is no success. */
export async function readProblem(operation: OperationId, response: Response): Promise<ProblemError> {
  const isJson = response.headers.get('content-type')?.startsWith('application/problem+json') === true
  const body = (isJson ? await response.json().catch(() => ({})) : {}) as ProblemBody
  // A body that nobody reads keeps Node from using the connection again.
  if (!isJson) await response.body?.cancel()
  return new ProblemError(operation, response, { ...(response.statusText !== '' && { title: response.statusText }), ...body })
}

/** `Retry-After` in seconds (RFC 9110, 10.2.3), which the service never writes as a date. */
export function retryAfter(headers: Headers): number | undefined {
  const value = headers.get('retry-after')
  return value !== null && /^\d+$/.test(value) ? Number(value) : undefined
}
