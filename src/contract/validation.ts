import type { ErrorObject } from 'ajv'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import type { FastifySchemaCompiler } from 'fastify'
import { type Clock, systemClock } from '../clock.ts'
import type { Lazily } from './lazily.ts'
import { type FieldErrors, invalidInput, type Problem } from './problems.ts'

/**
 * An Ajv for the contract's schemas: JSON Schema 2020-12 with OpenAPI's formats, all errors at once. The schemas themselves
 * were checked by `npm run lint`.
 * `x-not-in-future` on a date refuses one after today (UTC). The format `email-or-empty` stands in the place of an `anyOf`,
 * of which generators for Go and Java make a type of its own that is awkward to fill.
 */
export function contractAjv(coerceTypes: boolean | 'array', clock: Clock = systemClock): Ajv2020 {
  const ajv = new Ajv2020({ validateSchema: false, allErrors: true, strict: false, coerceTypes, useDefaults: true })
  addFormats.default(ajv)
  const email = ajv.formats.email as RegExp
  ajv.addFormat('email-or-empty', (text: string) => text === '' || email.test(text))
  ajv.addKeyword({
    keyword: 'x-not-in-future',
    type: 'string',
    schemaType: 'boolean',
    error: { message: 'must not be in the future' },
    // Nor in a year 0, which ISO 8601 has and Postgres has not.
    validate: (_: boolean, date: string) => date >= '0001' && date <= new Date(clock()).toISOString().slice(0, 10)
  })
  return ajv
}

/**
 * Compiles validators for Fastify. What comes as text (path, query, form) is coerced to the schema's types; a JSON
 * body is taken as it is.
 */
export function validatorCompiler(clock: Clock, lazily: Lazily): FastifySchemaCompiler<unknown> {
  const strict = contractAjv(false, clock)
  const coercing = contractAjv('array', clock)
  // Aliases and shared parameters have the same schemas, and compiling them is a good part of a start.
  const known = new Map<string, ValidateFunction>()
  function compile(schema: object, json: boolean): ValidateFunction {
    const key = `${json} ${JSON.stringify(schema)}`
    const validate = known.get(key) ?? ((json ? strict : coercing).compile(schema) as ValidateFunction)
    known.set(key, validate)
    return validate
  }
  return ({ schema, httpPart, contentType }: Parameters<FastifySchemaCompiler<unknown>>[0] & { contentType?: string }) => {
    const json = httpPart === 'body' && (contentType === undefined || contentType === 'application/json')
    const compiled = httpPart === 'headers' ? lowerCaseNames(schema as HeadersSchema) : (schema as object)
    const validate = lazily(() => compile(compiled, json))
    const integers = json ? [] : integerFields(compiled as ObjectSchema)
    return (input: unknown) => {
      const loose = looseIntegers(input, integers)
      const check = validate()
      const faults = check(input) ? [] : (check.errors ?? [])
      const error = faults.length + loose.length > 0 ? inputProblem([...loose, ...faults]) : textProblem(input)
      return error ? { error } : { value: input }
    }
  }
}

interface ObjectSchema {
  readonly properties?: Record<string, { readonly type?: unknown; readonly items?: { readonly type?: unknown } }>
}

/** The fields that take an integer, or a list of them, and no other text. */
function integerFields({ properties = {} }: ObjectSchema): string[] {
  return Object.keys(properties).filter((name) => [properties[name]?.type, properties[name]?.items?.type].includes('integer'))
}

/** Texts that JavaScript takes for an integer and nobody else does, such as `0x2`, `2e0` or ` 2`: an id is spelled in one way. */
function looseIntegers(input: unknown, names: readonly string[]): ErrorObject[] {
  return names.flatMap((name) => {
    const values = [(input as Record<string, unknown> | null)?.[name]].flat()
    const loose = values.some((value) => typeof value === 'string' && value !== '' && !/^(0|-?[1-9][0-9]*)$/.test(value))
    return loose ? [{ instancePath: `/${name}`, schemaPath: '', keyword: 'type', params: { type: 'integer' } }] : []
  })
}

/** More than any honest request has wrong, and than an answer or a log line should have. */
const mostFaults = 200

interface HeadersSchema {
  readonly properties: Record<string, unknown>
}

/** Node has header names in lower case; Fastify sees to that for its own validators only. */
function lowerCaseNames({ properties, ...rest }: HeadersSchema): object {
  const lower = Object.entries(properties).map(([name, schema]) => [name.toLowerCase(), schema])
  return { ...rest, properties: Object.fromEntries(lower) }
}

function inputProblem(errors: readonly ErrorObject[]): Problem {
  const fields: FieldErrors = Object.create(null)
  // A body of a megabyte can have as many faults as it has values; the first ones will do.
  for (const error of withoutBranches(errors.slice(0, mostFaults))) {
    const field = fieldName(error)
    const message = fieldMessage(error)
    if (message === undefined || fields[field]?.includes(message)) continue
    fields[field] = [...(fields[field] ?? []), message]
  }
  return invalidInput({ ...fields })
}

/**
 * Of a value that an anyOf takes in several types, each branch of another type tells that type: they are told as one, and
 * not at all where a branch of the value's own type has found something. In no other schema do they stand side by side.
 */
function withoutBranches(errors: readonly ErrorObject[]): ErrorObject[] {
  const values = new Map<string, ErrorObject[]>()
  for (const error of errors) values.set(error.instancePath, [...(values.get(error.instancePath) ?? []), error])
  return [...values.values()].flatMap((found) => {
    if (!found.some(({ keyword }) => keyword === 'anyOf')) return found
    const types = found.filter(({ keyword }) => keyword === 'type')
    const others = found.filter(({ keyword }) => keyword !== 'type')
    if (types.length === 0 || others.some((error) => fieldMessage(error) !== undefined)) return others
    return [{ ...(types[0] as ErrorObject), params: { type: [...new Set(types.flatMap(({ params }) => params.type))] } }]
  })
}

/** Dotted name of the field an error is about; `body` for the body as a whole. */
function fieldName({ instancePath, keyword, params }: ErrorObject): string {
  const path = instancePath
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
  if (keyword === 'required') path.push(params.missingProperty)
  if (keyword === 'additionalProperties') path.push(params.additionalProperty)
  return path.join('.') || 'body'
}

const messages: Record<string, (params: ErrorObject['params']) => string | undefined> = {
  required: () => 'This field is required.',
  additionalProperties: () => 'There is no such field.',
  type: ({ type }) => `Must be ${[type].flat().join(' or ')}.`,
  minLength: ({ limit }) => (limit === 1 ? 'Must not be empty.' : `Must have at least ${limit} characters.`),
  maxLength: ({ limit }) => `Must not be longer than ${limit} characters.`,
  minimum: ({ limit }) => `Must be at least ${limit}.`,
  maximum: ({ limit }) => `Must be at most ${limit}.`,
  maxItems: ({ limit }) => `Must not have more than ${limit} items.`,
  enum: ({ allowedValues }) => `Must be one of ${allowedValues.join(', ')}.`,
  format: ({ format }) => formats[format] ?? `Must be a valid ${format}.`,
  pattern: ({ pattern }) => patterns[pattern] ?? `Must match ${pattern}.`,
  // Each branch of an anyOf tells its own error; this one adds nothing to them.
  anyOf: () => undefined
}

const formats: Record<string, string> = {
  date: 'Must be a real date of the form YYYY-MM-DD.',
  email: 'Must be a valid email address.',
  'email-or-empty': 'Must be a valid email address.'
}

const patterns: Record<string, string> = {
  '^[\\p{L}\\p{N}_.@+\\-]+$': 'May have letters, digits and @ . + - _ only.',
  '\\S': 'Must not be blank.'
}

function fieldMessage({ keyword, params, message }: ErrorObject): string | undefined {
  const write = messages[keyword]
  return write ? write(params) : `${(message ?? 'is invalid').replace(/^./, (first) => first.toUpperCase())}.`
}

/**
 * Postgres' text can hold neither a null character nor half of a surrogate pair (RFC 8259, 8.2); better told as bad input
 * than found by the database.
 */
function textProblem(input: unknown): Problem | undefined {
  const fields: FieldErrors = Object.create(null)
  const visit = (value: unknown, path: string): void => {
    if (typeof value === 'string' && value.includes('\0')) fields[path] = ['Null characters are not allowed.']
    else if (typeof value === 'string' && !value.isWellFormed()) fields[path] = ['Must be well-formed Unicode.']
    else if (typeof value === 'object' && value !== null) {
      for (const [key, child] of Object.entries(value)) visit(child, path === '' ? key : `${path}.${key}`)
    }
  }
  visit(input, '')
  return Object.keys(fields).length > 0 ? invalidInput({ ...fields }) : undefined
}
