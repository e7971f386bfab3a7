import { isIP } from 'node:net'
import { isDeepStrictEqual } from 'node:util'
import { type Json, rawOperation, resolveReference } from '../../src/contract/document.ts'
import { contractAjv } from '../../src/contract/validation.ts'
import { contractFaults, findOperation, sandboxContract } from '../support/contract.ts'
import type { Expectation } from './corpus.ts'
import type { Given } from './play.ts'

/** Stands for a value that is another one each time: a format of JSON Schema, `jwt`, a type, or `any` for a header. */
interface Mark {
  readonly '~': string
}

const jsonWebToken = /^[\w-]+\.[\w-]+\.[\w-]+$/
const ajv = contractAjv(false)

/** Whether a value is of a kind. */
function isOfKind(value: unknown, kind: string): boolean {
  if (kind === 'any') return value !== undefined
  if (kind === 'jwt') return typeof value === 'string' && jsonWebToken.test(value)
  if (kind === 'integer' || kind === 'number' || kind === 'string') return ajv.validate({ type: kind }, value)
  return ajv.validate({ type: 'string', format: kind }, value)
}

/** The headers that a client may go by: those that the contract declares for the answer, and a few of HTTP's own. */
function shownHeaders(method: string, path: string, { status, headers }: Given): Record<string, string> {
  const declared = responseOf(method, path, status)?.headers ?? {}
  const names = ['content-type', 'www-authenticate', 'allow', 'location', 'content-disposition', ...Object.keys(declared)]
  return Object.fromEntries(
    names
      .map((name) => name.toLowerCase())
      .flatMap((name) => (headers[name] === undefined ? [] : [[name, withoutOrigin(headers[name])]]))
  )
}

/** Addresses as they are below the origin, which is each service's own. */
function withoutOrigin(text: string): string {
  return text.replaceAll(/https?:\/\/[\w.:[\]-]+(?=\/)/g, '{{origin}}')
}

function shownBody({ body }: Given): unknown {
  if (body === undefined) return null
  // Where a client's requests come from is told differently behind each proxy.
  return JSON.parse(withoutOrigin(JSON.stringify(body)), (_, value) =>
    typeof value === 'string' && isIP(value) ? '{{address}}' : value
  )
}

function responseOf(method: string, path: string, status: number): Json | undefined {
  const operation = findOperation(method, path.split('?', 1)[0] as string)
  if (!operation) return undefined
  const { document } = sandboxContract
  const declared = (rawOperation(document, operation).responses as Record<string, Json>)[status]
  return declared && resolveReference(document, declared)
}

/** What is recorded of two answers to the same request, at two times: where they differ, of which kind the contract says it is. */
export function expectationOf(method: string, path: string, first: Given, second: Given): Expectation {
  if (first.status !== second.status)
    throw new Error(`${method} ${path}: ${first.status}, and then ${second.status}: ${second.text}`)
  const content = responseOf(method, path, first.status)?.content as Record<string, Json> | undefined
  const type = first.headers['content-type']?.split(';', 1)[0] ?? ''
  const headers = [first, second].map((answer) => shownHeaders(method, path, answer)) as [
    Record<string, string>,
    Record<string, string>
  ]
  return {
    status: first.status,
    headers: Object.fromEntries(
      Object.entries(headers[0]).map(([name, value]) => [
        name,
        // A tag is of the body with the addresses that each service has.
        name !== 'etag' && headers[1][name] === value ? value : { '~': 'any' }
      ])
    ),
    body: mark(shownBody(first), shownBody(second), [content?.[type]?.schema as Json])
  }
}

function mark(one: unknown, other: unknown, schemas: readonly (Json | undefined)[]): unknown {
  if (isDeepStrictEqual(one, other)) return one
  const known = schemas.flatMap((schema) => (schema ? branches(schema) : []))
  if (Array.isArray(one) && Array.isArray(other) && one.length === other.length) {
    return one.map((value, index) =>
      mark(
        value,
        other[index],
        known.map(({ items }) => items as Json | undefined)
      )
    )
  }
  if (isObject(one) && isObject(other) && isDeepStrictEqual(Object.keys(one), Object.keys(other))) {
    const inner = (name: string) => known.map(({ properties }) => (properties as Record<string, Json> | undefined)?.[name])
    return Object.fromEntries(Object.entries(one).map(([name, value]) => [name, mark(value, other[name], inner(name))]))
  }
  return { '~': kindOf(one, known) } satisfies Mark
}

/** The schema itself, and all that it is put together from. */
function branches(schema: Json): Json[] {
  const { allOf = [], anyOf = [], oneOf = [], ...own } = resolveReference(sandboxContract.document, schema)
  return [own, ...[allOf, anyOf, oneOf].flatMap((list) => (list as Json[]).flatMap(branches))]
}

function kindOf(value: unknown, schemas: readonly Json[]): string {
  if (typeof value === 'string' && value.startsWith('{{origin}}')) return 'string'
  const format = schemas.map((schema) => schema.format).find((each) => typeof each === 'string' && isOfKind(value, each))
  if (format !== undefined && typeof value === 'string') return format as string
  if (typeof value === 'string' && jsonWebToken.test(value)) return 'jwt'
  return typeof value === 'number' ? (Number.isInteger(value) ? 'integer' : 'number') : 'string'
}

/**
 * What of an answer is not as it was recorded, or not as the contract has it.
 * @param seeded whether the values are those of the seed; else only what the service says of itself is compared
 */
export function differences(method: string, path: string, expected: Expectation, answer: Given, seeded: boolean): string[] {
  const operation = findOperation(method, path.split('?', 1)[0] as string)
  const faults = operation
    ? contractFaults(operation, answer, { errors: 'problem', requiredRoles: new Map(), sandbox: true })
    : []
  if (answer.status !== expected.status) {
    return [`status ${answer.status}, not ${expected.status}: ${answer.text.slice(0, 200)}`, ...faults]
  }
  const headers = shownHeaders(method, path, answer)
  const compared = seeded || expected.status >= 400
  return [
    ...faults,
    ...Object.entries(expected.headers).flatMap(([name, value]) => differ(value, headers[name], `header ${name}`)),
    ...(compared ? differ(expected.body, shownBody(answer), 'body') : [])
  ]
}

function differ(expected: unknown, actual: unknown, at: string): string[] {
  if (isObject(expected) && '~' in expected) {
    return isOfKind(actual, String(expected['~'])) ? [] : [`${at}: ${show(actual)} is no ${expected['~']}`]
  }
  if (Array.isArray(expected) && Array.isArray(actual) && expected.length === actual.length) {
    return expected.flatMap((value, index) => differ(value, actual[index], `${at}[${index}]`))
  }
  if (isObject(expected) && isObject(actual)) {
    return [...new Set([...Object.keys(expected), ...Object.keys(actual)])].flatMap((name) =>
      differ(expected[name], actual[name], `${at}.${name}`)
    )
  }
  return isDeepStrictEqual(expected, actual) ? [] : [`${at}: ${show(actual)}, not ${show(expected)}`]
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? '(nothing)'
  return text.length > 100 ? `${text.slice(0, 100)}…` : text
}
