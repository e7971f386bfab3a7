import { existsSync, readFileSync } from 'node:fs'
import { parse, stringify } from 'yaml'
import type { ErrorShape } from '../config.ts'
import { type Deprecation, readDeprecation } from './deprecation.ts'

export const contractFile = new URL('../../openapi.yaml', import.meta.url)
/** The same in JSON, which a build makes: it is parsed in a tenth of the time. */
const builtFile = new URL('../../openapi.json', import.meta.url)

/** JSON Schema or OpenAPI object as it was parsed. */
export type Json = { [key: string]: unknown }

/** What the security requirement of an operation says. */
export interface Access {
  /** Whether a caller without a token is let in. */
  readonly anonymous: boolean
  /** Role names any of which lets a caller in; empty: every authenticated user. */
  readonly roles: readonly string[]
  /** The path parameter that holds the id of the user who is let in without the role. */
  readonly owner: string | undefined
  /** Query parameters that name a role, and a permission (`app_label.codename`), the caller must have as well. */
  readonly roleParameter?: string | undefined
  readonly permissionParameter?: string | undefined
}

export interface Operation {
  readonly operationId: string
  /** The operation whose handler does the work: itself, or the one that `x-alias-of` names. */
  readonly handledBy: string
  /** In upper case. */
  readonly method: string
  /** Path template as it stands in the contract. */
  readonly path: string
  readonly access: Access
  /** Whether the work is about the caller's own data, so that there must be one. */
  readonly needsCaller: boolean
  readonly body: { readonly required: boolean; readonly contentTypes: readonly string[] } | undefined
  readonly takesQuery: boolean
  /** The content types of its 200, JSON first; the client chooses. */
  readonly answerTypes: readonly string[]
  /** Query parameters that an answer of another type than JSON does not have (`x-json-only`). */
  readonly jsonOnly: readonly string[]
  /** Whether it takes guesses at a password or token, and so has the narrower rate limit. */
  readonly takesCredentials: boolean
  /** Whether its success carries an ETag. */
  readonly tagged: boolean
  readonly probe: boolean
  /** The declared statuses. */
  readonly statuses: readonly number[]
  /** Undefined where it is not deprecated. */
  readonly deprecation: Deprecation | undefined
}

export interface Contract {
  /** The document in YAML: the file, byte for byte, but where ERRORS=drf or BASE_PATH change it. */
  readonly text: string
  /** The same in JSON: byte for byte the file that a build made. */
  readonly json: string
  readonly document: Json
  readonly operations: readonly Operation[]
  /** What is for gateways (`x-probe`): neither limited nor protected, and answered by `operations/health.ts` alone. */
  readonly probes: readonly Operation[]
}

export const multipart = 'multipart/form-data'
export const problemType = 'application/problem+json'
export const jsonType = 'application/json'
const methods = new Set(['get', 'put', 'post', 'delete', 'patch'])

/**
 * Loads openapi.yaml, with what `errors` adds to its responses and `basePath` puts before its paths: the document is true
 * for the deployment that serves it.
 * @throws Error on a contract that does not fit together (an alias of nothing, an operationId twice)
 */
export function loadContract(errors: ErrorShape = 'problem', basePath = ''): Contract {
  const text = readFileSync(contractFile, 'utf8')
  // The JSON round trip makes YAML's shared anchors objects of their own.
  const json = existsSync(builtFile) ? readFileSync(builtFile, 'utf8') : JSON.stringify(parse(text))
  const document = JSON.parse(json) as Json
  if (errors === 'problem' && basePath === '') return { text, json, document, ...readContract(document) }
  if (errors === 'drf') addDrfErrors(document)
  for (const server of document.servers as Json[]) server.url = basePath + (server.url as string)
  return { text: stringify(document), json: JSON.stringify(document), document, ...readContract(document) }
}

/** The operations of a document. @throws Error as `loadContract` */
export function readContract(document: Json): Pick<Contract, 'operations' | 'probes'> {
  const all = readOperations(document)
  const operations = all.filter(({ probe }) => !probe)
  const probes = all.filter(({ probe }) => probe)
  const ids = new Set(operations.map(({ operationId }) => operationId))
  if (ids.size !== operations.length) throw new Error('openapi.yaml: an operationId stands there twice')
  for (const { operationId, handledBy } of operations) {
    if (!ids.has(handledBy)) throw new Error(`openapi.yaml: ${operationId} is an alias of ${handledBy}, which is not there`)
  }
  return { operations, probes }
}

function addDrfErrors(document: Json): void {
  const { responses } = document.components as Record<string, Record<string, Json>>
  for (const { content } of Object.values(responses ?? {})) {
    if (content && problemType in (content as Json)) Object.assign(content, structuredClone(document['x-drf-errors']))
  }
}

/** The operations of a document, as routes are made from them. */
export function readOperations(document: Json): Operation[] {
  const operations: Operation[] = []
  for (const [path, item] of Object.entries(document.paths as Record<string, Json>)) {
    for (const [method, raw] of Object.entries(item)) {
      if (!methods.has(method)) continue
      const operation = raw as Json
      const operationId = operation.operationId as string
      const body = operation.requestBody ? resolveReference(document, operation.requestBody as Json) : undefined
      const responses = operation.responses as Record<string, Json>
      const ok = responses['200'] ? resolveReference(document, responses['200']) : {}
      const query = ((operation.parameters ?? []) as Json[])
        .map((parameter) => resolveReference(document, parameter))
        .filter((parameter) => parameter.in === 'query')
      operations.push({
        operationId,
        handledBy: (operation['x-alias-of'] as string | undefined) ?? operationId,
        method: method.toUpperCase(),
        path,
        access: readAccess(operation, document),
        needsCaller: operation['x-needs-caller'] === true,
        body: body && { required: body.required === true, contentTypes: Object.keys(body.content as Json) },
        takesCredentials: operation['x-rate-limit'] === 'credentials',
        tagged: 'ETag' in ((ok.headers ?? {}) as Json),
        probe: operation['x-probe'] === true,
        takesQuery: query.length > 0,
        answerTypes: Object.keys((ok.content ?? {}) as Json),
        jsonOnly: query.filter((parameter) => parameter['x-json-only'] === true).map(({ name }) => name as string),
        statuses: Object.keys(responses).map(Number),
        deprecation: readDeprecation(
          operation,
          Object.keys(responses)
            .filter((status) => Number(status) < 400)
            .map((status) => resolveReference(document, responses[status] as Json))
        )
      })
    }
  }
  return operations
}

function readAccess(operation: Json, document: Json): Access {
  const requirements = (operation.security ?? document.security) as Record<string, string[]>[]
  const bearer = requirements.find((requirement) => 'bearerAuth' in requirement)
  return {
    anonymous: bearer === undefined || requirements.some((requirement) => Object.keys(requirement).length === 0),
    roles: bearer?.bearerAuth ?? [],
    owner: operation['x-owner'] as string | undefined,
    roleParameter: operation['x-required-role-parameter'] as string | undefined,
    permissionParameter: operation['x-required-permission-parameter'] as string | undefined
  }
}

/** An operation as it stands in the document. */
export function rawOperation(document: Json, { path, method }: Pick<Operation, 'path' | 'method'>): Json {
  return (document.paths as Record<string, Record<string, Json>>)[path]?.[method.toLowerCase()] as Json
}

/** Follows a `$ref` within the document, if `value` is one. */
export function resolveReference(document: Json, value: Json): Json {
  if (typeof value.$ref !== 'string') return value
  const keys = value.$ref.slice(2).split('/')
  const target = keys.reduce<unknown>((at, key) => (at as Json)[key.replaceAll('~1', '/').replaceAll('~0', '~')], document)
  return resolveReference(document, target as Json)
}

/** What Fastify validates the requests of an operation against, and serializes its answers by; without references. */
export interface RouteSchema {
  readonly params?: Json
  readonly querystring?: Json
  readonly headers?: Json
  readonly body?: RouteContent
  readonly response: Readonly<Record<string, RouteContent>>
}

interface RouteContent {
  readonly content: Readonly<Record<string, { readonly schema: Json }>>
}

/**
 * The schemas of an operation's route. Two things differ from what is published: a form is validated as the JSON it stands
 * for (`profiles/form.ts`), and only answers in JSON have a response schema: of problems, since the error handler writes
 * them and a serializer for each of some 500 would only cost start-up time; of what is streamed, since nothing is left to
 * serialize.
 */
export function routeSchema(document: Json, operation: Operation): RouteSchema {
  const raw = rawOperation(document, operation)
  const resolve = (value: unknown) => resolveReference(document, value as Json)
  const content = (schemas: Record<string, unknown>): RouteContent => ({
    content: Object.fromEntries(
      Object.entries(schemas).map(([type, schema]) => [type, { schema: inlined(document, schema) as Json }])
    )
  })
  const item = (document.paths as Record<string, Json>)[operation.path]
  const parameters = [item?.parameters ?? [], raw.parameters ?? []].flatMap((list) => (list as Json[]).map(resolve))
  const group = (place: string): Json | undefined => {
    const found = parameters.filter((parameter) => parameter.in === place)
    const properties = Object.fromEntries(found.map(({ name, schema }) => [name, inlined(document, schema)]))
    const required = found.filter((parameter) => parameter.required === true).map(({ name }) => name)
    return found.length > 0 ? { type: 'object', properties, required } : undefined
  }
  const response: Record<string, RouteContent> = {}
  for (const [status, declared] of Object.entries(raw.responses as Json)) {
    const types = (resolve(declared).content ?? {}) as Record<string, Json>
    const schema = types[jsonType]?.schema
    if (schema && !(problemType in types)) response[status] = content({ [jsonType]: schema })
  }
  const bodies = raw.requestBody === undefined ? undefined : (resolve(raw.requestBody).content as Record<string, Json>)
  const [params, querystring, headers] = [group('path'), group('query'), group('header')]
  return {
    ...(params && { params }),
    ...(querystring && { querystring }),
    ...(headers && { headers }),
    ...(bodies && {
      body: content(
        Object.fromEntries(
          Object.entries(bodies).map(([type, { schema }]) => [type, type === multipart ? bodies[jsonType]?.schema : schema])
        )
      )
    }),
    response
  }
}

/** A copy of a schema of the document, with what each `$ref` leads to in its place. The contract has no cycles. */
function inlined(document: Json, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((element) => inlined(document, element))
  const entries = Object.entries(resolveReference(document, value as Json))
  return Object.fromEntries(entries.map(([key, child]) => [key, inlined(document, child)]))
}
