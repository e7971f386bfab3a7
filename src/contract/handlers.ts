import type { FastifyBaseLogger } from 'fastify'
import type { aliases, callerOperations, operations, probes } from '../../generated/api.ts'
import type { Origin } from '../audit/queries.ts'
import type { UploadedFile } from '../profiles/form.ts'
import type { FieldErrors, Problem, ProblemCode } from './problems.ts'

/** Who calls: true at the time of the request, not at the time the token was made. */
export interface Principal {
  readonly userId: number
  readonly username: string
  readonly sessionId: string
  readonly isSuperuser: boolean
  /** Names of the user's roles. */
  readonly roles: readonly string[]
  /** Whether the user has the permission that was asked for; true where none was. */
  readonly permitted: boolean
}

/** The operations that need a handler: all but aliases and probes. */
export type HandledOperation = Exclude<keyof operations, keyof aliases | probes>

type Content<Body> = Body extends { content: infer Types } ? Types : never
type JsonOf<Body> = [Content<Body>] extends [never]
  ? undefined
  : Content<Body> extends { 'application/json': infer Value }
    ? Value
    : undefined
type BodyOf<Op extends HandledOperation> = operations[Op] extends { requestBody: infer Body }
  ? JsonOf<Body>
  : operations[Op] extends { requestBody?: infer Body }
    ? JsonOf<NonNullable<Body>> | undefined
    : undefined
type PathOf<Op extends HandledOperation> = NonNullable<operations[Op]['parameters']['path']>
type QueryOf<Op extends HandledOperation> = NonNullable<operations[Op]['parameters']['query']>
type StatusOf<Op extends HandledOperation> = keyof operations[Op]['responses']
type Success = 200 | 201 | 204
/** The content types of a success of `Op`. */
type AnswerTypeOf<Op extends HandledOperation> = {
  [Status in StatusOf<Op> & Success]: keyof Content<operations[Op]['responses'][Status]>
}[StatusOf<Op> & Success]

/** The codes of the problems that the operation declares. */
type RefusalOf<Op extends HandledOperation> = {
  [Status in StatusOf<Op>]: Content<operations[Op]['responses'][Status]> extends {
    'application/problem+json': { code: infer Code }
  }
    ? Code
    : never
}[StatusOf<Op>] &
  ProblemCode

/** A validated and authorized request for operation `Op`. */
export interface Call<Op extends HandledOperation> {
  readonly params: PathOf<Op>
  readonly query: QueryOf<Op>
  readonly body: BodyOf<Op>
  readonly principal: Op extends callerOperations ? Principal : Principal | undefined
  /** The picture that came with a multipart body. */
  readonly upload: UploadedFile | undefined
  /** Which of the declared types of the answer the client likes best. */
  readonly answerType: AnswerTypeOf<Op>
  /** Path of the request, as the contract names it, and its query as it came: what links to other pages are made from. */
  readonly target: { readonly path: string; readonly query: Readonly<Record<string, unknown>> }
  /** Who asks, and from where, for the audit log. */
  readonly origin: Origin
  readonly userAgent: string | undefined
  /**
   * Refuses the change where `If-Match` names another state than `current`, the object as the contract shows it, locked
   * in the transaction of the change (RFC 9110, 13.1.1).
   * @throws Problem precondition_failed
   */
  assertMatch(current: object): void
  readonly log: FastifyBaseLogger
  /** Makes the problem to throw; only those compile whose code the operation declares. */
  refuse(code: RefusalOf<Op>, detail: string, errors?: FieldErrors): Problem
}

/** An answer of another type than JSON, which is read while the client takes it; not begun for a HEAD. */
interface Streamed<Type> {
  readonly status: 200
  readonly type: Type
  readonly chunks: AsyncIterable<string>
  readonly headers?: Readonly<Record<string, string | number>>
}
type StreamedOf<Op extends HandledOperation> = [Exclude<AnswerTypeOf<Op>, 'application/json'>] extends [never]
  ? never
  : Streamed<Exclude<AnswerTypeOf<Op>, 'application/json'>>

/** What a handler of `Op` may return: one of the declared successes, with its body. */
export type Reply<Op extends HandledOperation> = StreamedOf<Op> | JsonReply<Op>
type JsonReply<Op extends HandledOperation> = {
  [Status in StatusOf<Op> & Success]: JsonOf<operations[Op]['responses'][Status]> extends infer Body
    ? Body extends undefined
      ? { readonly status: Status }
      : { readonly status: Status; readonly body: Body; readonly headers?: Readonly<Record<string, string | number>> }
    : never
}[StatusOf<Op> & Success]

export type Handler<Op extends HandledOperation> = (call: Call<Op>) => Promise<Reply<Op>>

/** A feature's handlers, by operationId. */
export type HandlersOf<Op extends HandledOperation> = { readonly [Each in Op]: Handler<Each> }

/** A handler for each operation of the contract. */
export type Handlers = HandlersOf<HandledOperation>
