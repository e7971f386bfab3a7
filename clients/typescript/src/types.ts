import type { components, operations, pagedOperations } from './generated.ts'

/** The contract's name of an operation, which is the client's name of its method. */
export type OperationId = keyof operations

/** A picture or other file: in memory, or as a stream that is read to its end before it is sent. */
export type Upload = Blob | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>

/** The members of `T` that can have a value: openapi-typescript writes `query?: never` where there is none. */
type Given<T> = { [Key in keyof T as [Exclude<T[Key], undefined>] extends [never] ? never : Key]: T[Key] }

type BodyArgument<Op> = Op extends { requestBody: { content: infer Content } }
  ? { body: Content[keyof Content] }
  : Op extends { requestBody?: { content: infer Content } }
    ? { body?: Content[keyof Content] }
    : unknown

type Responses<Op extends OperationId> = operations[Op]['responses']
type Content<Answer> = Answer extends { content: infer Types } ? Types : never
type Success<Op extends OperationId> = Responses<Op>[Extract<keyof Responses<Op>, 200 | 201 | 204>]
type OtherTypes<Op extends OperationId> = Exclude<keyof Content<Success<Op>>, 'application/json'>

/**
 * What an operation takes: `path`, `query` and `headers` as the contract has them, `body` as JSON, or as a form where a
 * field of it is an Upload.
 */
export type Arguments<Op extends OperationId> = Given<Pick<operations[Op]['parameters'], 'path' | 'query'>> &
  Given<{ headers?: Exclude<operations[Op]['parameters']['header'], undefined> }> &
  BodyArgument<operations[Op]> & {
    /** Breaks the call off. */
    signal?: AbortSignal
  } & Given<{
    /** Another content type than JSON that the operation can answer with. */
    accept?: OtherTypes<Op>
  }>

/** Nothing has to be given where all arguments are optional. */
export type ArgumentList<Op extends OperationId> =
  Record<never, never> extends Arguments<Op> ? [args?: Arguments<Op>] : [args: Arguments<Op>]

/** The JSON of a success; undefined where there is none. */
export type Data<Op extends OperationId> = Success<Op> extends { content: { 'application/json': infer Body } } ? Body : undefined

export interface Answer<Op extends OperationId> {
  /** Undefined where the answer is not JSON: 204, 304 and what `accept` asked for. Its body is then left to be read. */
  readonly data: Data<Op> | undefined
  readonly response: Response
}

/** The codes of the problems that an operation declares. */
export type CodeOf<Op extends OperationId> = {
  [Status in keyof Responses<Op>]: Content<Responses<Op>[Status]> extends {
    'application/problem+json': { code: infer Code extends components['schemas']['ProblemCode'] }
  }
    ? Code
    : never
}[keyof Responses<Op>]

export type Method<Op extends OperationId> = (...args: ArgumentList<Op>) => Promise<Data<Op>>

/** Operations that answer with a page of a list. */
export type PagedOperation = pagedOperations
export type Item<Op extends PagedOperation> = Data<Op> extends readonly (infer Each)[] ? Each : never

export interface Page<Each> {
  readonly items: readonly Each[]
  /** How many items the list has over all pages; undefined with `count: 'none'`. */
  readonly total: number | undefined
  /** Whether `total` is an estimate. */
  readonly totalEstimated: boolean
}
