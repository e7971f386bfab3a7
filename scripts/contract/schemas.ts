import { isDeepStrictEqual } from 'node:util'
import { type Json, resolveReference } from '../../src/contract/document.ts'

/** Of a schema in requests the newer one has to take all that the older one took; of one in answers the reverse. */
export type Direction = 'request' | 'answer'

export interface SchemaChange {
  readonly breaking: boolean
  /** Below the schema that was compared, or the named one that it was found in: `Profile.province`, `[].id`. */
  readonly at: string
  /** Whether `at` begins with a named schema. */
  readonly shared: boolean
  readonly what: string
}

interface Documents {
  readonly before: Json
  readonly after: Json
}

type Fits = (inner: unknown, outer: unknown) => boolean

const absent = undefined
const atMost: Fits = (inner, outer) => outer === absent || (typeof inner === 'number' && inner <= (outer as number))
const atLeast: Fits = (inner, outer) => outer === absent || (typeof inner === 'number' && inner >= (outer as number))
const asStrict: Fits = (inner, outer) => outer !== true || inner === true
const asBefore: Fits = (inner, outer) => outer === absent || isDeepStrictEqual(inner, outer)

/**
 * For each keyword that narrows what is valid, whether all that `inner` leaves valid is valid by `outer`.
 * https://json-schema.org/draft/2020-12/json-schema-validation
 */
const keywords: Readonly<Record<string, Fits>> = {
  type: (inner, outer) => outer === absent || (inner !== absent && typesOf(inner).every((type) => isAmong(type, typesOf(outer)))),
  enum: (inner, outer) =>
    outer === absent ||
    (Array.isArray(inner) && inner.every((value) => (outer as unknown[]).some((other) => isDeepStrictEqual(value, other)))),
  const: asBefore,
  format: (inner, outer) => asBefore(inner, outer) || (inner === 'int32' && outer === 'int64'),
  pattern: asBefore,
  multipleOf: asBefore,
  maximum: atMost,
  exclusiveMaximum: atMost,
  maxLength: atMost,
  maxItems: atMost,
  maxProperties: atMost,
  minimum: atLeast,
  exclusiveMinimum: atLeast,
  minLength: (inner, outer) => atLeast(inner ?? 0, outer),
  minItems: (inner, outer) => atLeast(inner ?? 0, outer),
  minProperties: (inner, outer) => atLeast(inner ?? 0, outer),
  uniqueItems: asStrict,
  'x-not-in-future': asStrict,
  additionalProperties: (inner, outer) => outer !== false || inner === false
}

/** What says nothing about which values are valid. */
const silent = new Set(['$ref', 'title', 'description', 'example', 'examples', 'deprecated', '$comment', 'externalDocs'])
/** What is compared by a way of its own. */
const structural = new Set(['properties', 'required', 'items', 'allOf', 'anyOf', 'oneOf', 'discriminator'])

function typesOf(type: unknown): string[] {
  return [type].flat() as string[]
}

function isAmong(type: string, types: readonly string[]): boolean {
  return types.includes(type) || (type === 'integer' && types.includes('number'))
}

/** All that differs between two schemas, either of which may be a reference; undefined stands for one that takes anything. */
export function schemaChanges(documents: Documents, before: unknown, after: unknown, direction: Direction): SchemaChange[] {
  return compare(documents, (before ?? {}) as Json, (after ?? {}) as Json, direction, '', false, new Set())
}

function compare(
  documents: Documents,
  before: Json,
  after: Json,
  direction: Direction,
  place: string,
  inNamed: boolean,
  underWay: ReadonlySet<string>
): SchemaChange[] {
  const name = nameOf(before) ?? nameOf(after)
  const pair = `${before.$ref} ${after.$ref}`
  // A schema that holds itself: what differs in it is found one level up.
  if (name !== undefined && underWay.has(pair)) return []
  const [at, shared] = name === undefined ? [place, inNamed] : [name, true]
  const within = name === undefined ? underWay : new Set([...underWay, pair])
  const [old, now] = [flatten(documents.before, before), flatten(documents.after, after)]
  const tell = (breaking: boolean, what: string, below = ''): SchemaChange => ({ breaking, at: at + below, shared, what })

  if (old.anyOf || old.oneOf || now.anyOf || now.oneOf) {
    const [olds, nows] = [alternatives(documents.before, old), alternatives(documents.after, now)]
    const fits = (one: Json, other: Json) =>
      !compare(documents, one, other, direction, at, shared, within).some(({ breaking }) => breaking)
    const lost = olds.filter((one) => !nows.some((other) => fits(one, other)))
    const gained = nows.filter((other) => !olds.some((one) => fits(one, other)))
    const [broken, harmless] = direction === 'request' ? [lost, gained] : [gained, lost]
    const verb = direction === 'request' ? 'is not taken as it was' : 'is new, or not as it was'
    return [
      ...broken.map((schema) => tell(true, `the alternative ${describe(schema)} ${verb}`)),
      ...harmless.map((schema) =>
        tell(false, `the alternative ${describe(schema)} ${direction === 'request' ? 'is new' : 'is gone'}`)
      )
    ]
  }

  const changes: SchemaChange[] = []
  for (const keyword of new Set([...Object.keys(old), ...Object.keys(now)])) {
    if (structural.has(keyword) || silent.has(keyword) || isDeepStrictEqual(old[keyword], now[keyword])) continue
    if (keyword === 'additionalProperties' && isSchema(old[keyword]) && isSchema(now[keyword])) {
      changes.push(...compare(documents, old[keyword], now[keyword], direction, `${at}{}`, shared, within))
      continue
    }
    const what = `${keyword}: ${show(old[keyword])} → ${show(now[keyword])}`
    const breaking = isBreaking(keyword, old, now, direction)
    if (breaking !== undefined) changes.push(tell(breaking, what))
  }
  changes.push(
    ...compareProperties(old, now, direction, tell, (one, other, step) =>
      compare(documents, one, other, direction, at + step, shared, within)
    )
  )
  if (old.items || now.items) {
    changes.push(
      ...compare(documents, (old.items ?? {}) as Json, (now.items ?? {}) as Json, direction, `${at}[]`, shared, within)
    )
  }
  return changes
}

/** Undefined for a keyword that means nothing to a client. */
function isBreaking(keyword: string, old: Json, now: Json, direction: Direction): boolean | undefined {
  // What is done where nothing is sent is another thing then.
  if (keyword === 'default') return direction === 'request'
  // Of such a schema clients were told to expect more values.
  if (keyword === 'enum' && direction === 'answer' && old['x-open-enum'] === true && Array.isArray(now.enum)) return false
  // Fields that a client does not know, it leaves alone.
  if (keyword === 'additionalProperties' && direction === 'answer') return false
  const fits = keywords[keyword]
  if (fits) return direction === 'request' ? !fits(old[keyword], now[keyword]) : !fits(now[keyword], old[keyword])
  // Of a keyword that is not known here nobody can say that it does no harm.
  return keyword.startsWith('x-') ? undefined : true
}

function compareProperties(
  old: Json,
  now: Json,
  direction: Direction,
  tell: (breaking: boolean, what: string, below: string) => SchemaChange,
  inside: (before: Json, after: Json, step: string) => SchemaChange[]
): SchemaChange[] {
  const [olds, nows] = [old, now].map(({ properties }) => (properties ?? {}) as Record<string, Json>) as [
    Record<string, Json>,
    Record<string, Json>
  ]
  const [wasRequired, isRequired] = [old, now].map(({ required }) => new Set((required ?? []) as string[])) as [
    Set<string>,
    Set<string>
  ]
  const changes: SchemaChange[] = []
  for (const name of new Set([...Object.keys(olds), ...Object.keys(nows), ...wasRequired, ...isRequired])) {
    const step = `.${name}`
    const [one, other] = [olds[name], nows[name]]
    if (one && !other) changes.push(tell(true, 'the field was removed', step))
    else if (!one && other) {
      const required = direction === 'request' && isRequired.has(name)
      changes.push(tell(required, required ? 'the field was added, required' : 'the field was added', step))
    } else {
      if (!wasRequired.has(name) && isRequired.has(name)) changes.push(tell(direction === 'request', 'required now', step))
      if (wasRequired.has(name) && !isRequired.has(name)) changes.push(tell(direction === 'answer', 'no longer required', step))
      if (one && other) changes.push(...inside(one, other, step))
    }
  }
  return changes
}

function isSchema(value: unknown): value is Json {
  return typeof value === 'object' && value !== null
}

/** The name of the component that a reference is to. */
function nameOf({ $ref }: Json): string | undefined {
  return typeof $ref === 'string' ? $ref.slice($ref.lastIndexOf('/') + 1) : undefined
}

/** A schema with its reference followed and its allOf made one with it. */
function flatten(document: Json, schema: Json): Json {
  const { allOf, ...own } = resolveReference(document, schema)
  const whole: Json = {}
  const [properties, required]: [Json, string[]] = [{}, []]
  for (const part of [...((allOf ?? []) as Json[]).map((each) => flatten(document, each)), own]) {
    Object.assign(whole, part)
    Object.assign(properties, part.properties)
    required.push(...((part.required ?? []) as string[]))
  }
  if (whole.properties) whole.properties = properties
  if (whole.required) whole.required = [...new Set(required)]
  return whole
}

/** The schemas any of which a value has to fit, each of one type. */
function alternatives(document: Json, { anyOf, oneOf, ...base }: Json): Json[] {
  const branches = (anyOf ?? oneOf) as Json[] | undefined
  const whole = branches
    ? branches.flatMap((branch) => alternatives(document, flatten(document, { allOf: [base, branch] })))
    : [base]
  return whole.flatMap((schema) => (Array.isArray(schema.type) ? schema.type.map((type) => ({ ...schema, type })) : [schema]))
}

function describe(schema: Json): string {
  return show(combined(schema))
}

function show(value: unknown): string {
  if (value === undefined) return '(none)'
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > 100 ? `${text.slice(0, 100)}…` : text
}

/** A copy without what is only for people. */
export function combined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(combined)
  if (!isSchema(value)) return value
  return Object.fromEntries(Object.entries(value).flatMap(([key, inner]) => (silent.has(key) ? [] : [[key, combined(inner)]])))
}
