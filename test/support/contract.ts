import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ValidateFunction } from 'ajv'
import type { ErrorShape } from '../../src/config.ts'
import { type Json, loadContract, type Operation, resolveReference } from '../../src/contract/document.ts'
import { contractAjv } from '../../src/contract/validation.ts'

export const coverageVariable = 'TEST_COVERAGE_DIR'
export const contract = loadContract()
/** Of a deployment with ERRORS=drf; the other one's clients must never see what it adds. */
const drfContract = loadContract('drf')

const ajv = contractAjv(false)
ajv.addSchema({ $id: 'contract', ...contract.document })
const validators = new Map<string, ValidateFunction>()

const routes = [...contract.operations, ...contract.probes].map((operation) => ({
  operation,
  pattern: new RegExp(`^${operation.path.replaceAll(/\{\w+\}/g, '[^/]+').replace(/\/$/, '/?')}$`)
}))

/** The operation that a request is for; undefined where the contract has none. */
export function findOperation(method: string, path: string): Operation | undefined {
  const candidates = routes.filter(({ operation, pattern }) => operation.method === method && pattern.test(path))
  // A path without parameters comes before one whose parameter would also match.
  return candidates.sort((a, b) => a.operation.path.split('{').length - b.operation.path.split('{').length)[0]?.operation
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly text: string
}

/**
 * What in `answer` the contract does not say of `operation`; empty when it is as the contract has it.
 * @param errors the setting ERRORS of the service that answered
 */
export function contractFaults(operation: Operation, { status, headers, text }: Answer, errors: ErrorShape): string[] {
  const { document } = errors === 'drf' ? drfContract : contract
  const responses = rawOperation(operation).responses as Record<string, Json>
  const declared = responses[String(status)]
  if (!declared) return [`${operation.operationId} answered with the undeclared status ${status}: ${text.slice(0, 300)}`]
  const response = resolveReference(document, declared)
  return [...headerFaults(response, headers), ...bodyFaults(response, headers, text)].map(
    (fault) => `${operation.operationId} ${status}: ${fault}`
  )
}

function rawOperation({ path, method }: Operation): Json {
  return (contract.document.paths as Record<string, Record<string, Json>>)[path]?.[method.toLowerCase()] as Json
}

const headerForms: Readonly<Record<string, RegExp>> = { integer: /^\d+$/, boolean: /^(true|false)$/ }

function headerFaults(response: Json, headers: Answer['headers']): string[] {
  return Object.entries((response.headers ?? {}) as Record<string, Json>).flatMap(([name, reference]) => {
    const header = resolveReference(contract.document, reference)
    const value = headers[name.toLowerCase()]
    if (value === undefined) return header.required ? [`lacks the header ${name}`] : []
    const { type } = header.schema as { type: string }
    return headerForms[type]?.test(String(value)) === false ? [`the header ${name} is no ${type}: ${value}`] : []
  })
}

function bodyFaults(response: Json, headers: Answer['headers'], text: string): string[] {
  const content = response.content as Record<string, Json> | undefined
  if (!content) return text === '' ? [] : [`has a body where none is declared: ${text.slice(0, 200)}`]
  const type = String(headers['content-type']).split(';', 1)[0] as string
  if (!content[type]) return [`has the content type ${type}, not ${Object.keys(content).join(' or ')}`]
  // Any text is one.
  if ((content[type].schema as Json).type === 'string') return []
  const { $ref } = content[type].schema as { $ref: string }
  let validate = validators.get($ref)
  if (!validate) {
    validate = ajv.compile({ $ref: `contract${$ref}` })
    validators.set($ref, validate)
  }
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    return [`is no JSON: ${text.slice(0, 200)}`]
  }
  return validate(body) ? [] : (validate.errors ?? []).map((error) => `${error.instancePath || 'body'} ${error.message}`)
}

/** Notes that a test reached a status of an operation; `test/run.ts` adds them up. */
export function noteReached(operation: Operation, status: number): void {
  const folder = process.env[coverageVariable]
  if (folder !== undefined) appendFileSync(join(folder, `${process.pid}.txt`), `${operation.operationId} ${status}\n`)
}

/** The example of a JSON request body, as it stands in the contract. */
export function requestExample(operation: Operation): Json | undefined {
  const body = rawOperation(operation).requestBody as Json | undefined
  if (!body) return undefined
  const content = resolveReference(contract.document, body).content as Record<string, Json>
  return content['application/json']?.example as Json
}
