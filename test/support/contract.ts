import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ValidateFunction } from 'ajv'
import type { Config } from '../../src/config.ts'
import { accessRules } from '../../src/contract/access.ts'
import {
  type Json,
  loadContract,
  type Operation,
  problemType,
  rawOperation,
  resolveReference
} from '../../src/contract/document.ts'
import { type CheckResponse, responseChecker } from '../../src/contract/response-check.ts'
import { contractAjv } from '../../src/contract/validation.ts'
import { withSandbox } from '../../src/sandbox/contract.ts'

export const coverageVariable = 'TEST_COVERAGE_DIR'
export const contract = loadContract()
/** With the operations that a sandbox has beside them. */
export const sandboxContract = withSandbox(contract)
/** Of a deployment with ERRORS=drf; the other one's clients must never see what it adds. */
const drfContract = loadContract('drf')

const routes = [...sandboxContract.operations, ...sandboxContract.probes].map((operation) => ({
  operation,
  pattern: new RegExp(`^${operation.path.replaceAll(/\{\w+\}/g, '[^/]+').replace(/\/$/, '/?')}$`)
}))

const published = new Set([...contract.operations, ...contract.probes].map(({ operationId }) => operationId))

/** The operation that a request is for; undefined where the contract has none. @param sandbox whether a sandbox is asked */
export function findOperation(method: string, path: string, sandbox = true): Operation | undefined {
  const candidates = routes.filter(
    ({ operation, pattern }) =>
      operation.method === method && pattern.test(path) && (sandbox || published.has(operation.operationId))
  )
  // A path without parameters comes before one whose parameter would also match.
  return candidates.sort((a, b) => a.operation.path.split('{').length - b.operation.path.split('{').length)[0]?.operation
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly text: string
}

const checkers = new Map<string, CheckResponse>()

/** Checks answers as a deployment with these settings does for its sample. */
function checkerFor({ errors, requiredRoles }: DeploymentSettings): CheckResponse {
  const key = JSON.stringify([errors, [...requiredRoles]])
  const deployed = errors === 'drf' ? drfContract : sandboxContract
  const check = checkers.get(key) ?? responseChecker(deployed, accessRules(deployed, requiredRoles))
  checkers.set(key, check)
  return check
}

/** The settings that answers depend on. */
export type DeploymentSettings = Pick<Config, 'errors' | 'requiredRoles' | 'sandbox'>

/** What in `answer` the contract does not say of `operation`; empty when it is as the contract has it. */
export function contractFaults(operation: Operation, answer: Answer, settings: DeploymentSettings, head = false): string[] {
  const { status, headers, text } = answer
  return checkerFor(settings)(operation, { status, headers, text: head ? undefined : text }).map(
    ({ message }) => `${operation.operationId} ${status}: ${message}; the answer: ${text.slice(0, 300)}`
  )
}

const ajv = contractAjv(false)
ajv.addSchema({ $id: 'contract', ...contract.document })

/** What in an event that was sent the contract does not say of its type. */
export function eventFaults(event: { readonly type: string }): string[] {
  const webhook = (contract.document.webhooks as Record<string, Json>)[event.type]
  if (!webhook) return [`there is no webhook ${event.type}`]
  const { requestBody } = webhook.post as { requestBody: { content: Record<string, { schema: { $ref: string } }> } }
  const { $ref } = (requestBody.content['application/cloudevents+json'] as { schema: { $ref: string } }).schema
  const validate = ajv.getSchema(`contract${$ref}`) as ValidateFunction
  return validate(event) ? [] : (validate.errors ?? []).map((error) => `${error.instancePath || 'event'} ${error.message}`)
}

/** Notes that a test reached a status of an operation, and with which problem; `test/run.ts` adds them up. */
export function noteReached({ operationId }: Operation, { status, headers, text }: Answer): void {
  const folder = process.env[coverageVariable]
  if (folder === undefined) return
  const problem = String(headers['content-type']).startsWith(problemType) && text !== ''
  const code = problem ? `${operationId} ${status} ${JSON.parse(text).code}\n` : ''
  appendFileSync(join(folder, `${process.pid}.txt`), `${operationId} ${status}\n${code}`)
}

/** The problem codes that the contract declares for a status of an operation. */
export function declaredCodes(operation: Operation, status: number): string[] {
  const resolve = (value: unknown) => resolveReference(sandboxContract.document, value as Json)
  const { content } = resolve((rawOperation(sandboxContract.document, operation).responses as Json)[status]) as {
    content?: Record<string, Json>
  }
  const schema = content?.[problemType] && resolve(content[problemType].schema)
  return schema ? (resolve((schema.properties as Json).code).enum as string[]) : []
}

/** The example of a JSON request body, as it stands in the contract. */
export function requestExample(operation: Operation): Json | undefined {
  const body = rawOperation(sandboxContract.document, operation).requestBody as Json | undefined
  if (!body) return undefined
  const content = resolveReference(sandboxContract.document, body).content as Record<string, Json>
  return content['application/json']?.example as Json
}
