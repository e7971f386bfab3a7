import type { ValidateFunction } from 'ajv'
import type { Access, Contract, Json, Operation } from './document.ts'
import { rawOperation, resolveReference } from './document.ts'
import { contractAjv } from './validation.ts'

/** What of a response is not as the contract has it. */
export type FaultKind = 'status' | 'header' | 'content_type' | 'body'

export interface Fault {
  readonly kind: FaultKind
  /** Where it is and what is wrong, with none of the response's own values: those may be secret. */
  readonly message: string
}

export interface Answer {
  readonly status: number
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, unknown>>
  /** Undefined where it is not known (a stream) or there is none to expect (a HEAD). */
  readonly text: string | undefined
}

/** What in `answer` the contract does not say of `operation`; empty when it is as the contract has it. */
export type CheckResponse = (operation: Operation, answer: Answer) => Fault[]

/**
 * Checks responses (status, headers, content type, body) against `contract`.
 * @param compile when schemas are compiled, which takes several milliseconds for each: when they are first needed, or now
 * @param rules the deployment's access rules: an operation that they close answers 401 and 403 too
 */
export function responseChecker(
  { document, operations }: Contract,
  rules: ReadonlyMap<string, Access>,
  compile: 'first' | 'now' = 'first'
): CheckResponse {
  const ajv = contractAjv(false)
  // Not looked at as a schema itself: that takes longer than all else here, and lint does it.
  ajv.addSchema({ $id: 'contract', ...document }, undefined, false, false)
  const validators = new Map<string, ValidateFunction>()
  const resolve = (value: Json) => resolveReference(document, value)

  /** @param pointer JSON pointer of a schema in the document */
  function validator(pointer: string): ValidateFunction {
    const validate = validators.get(pointer) ?? ajv.getSchema(`contract#${pointer}`)
    if (validate === undefined) throw new Error(`The contract has no schema at ${pointer}`)
    validators.set(pointer, validate as ValidateFunction)
    return validate as ValidateFunction
  }

  function declaredResponse(operation: Operation, status: number): { response: Json; pointer: string } | undefined {
    const path = `/paths/${escapePointer(operation.path)}/${operation.method.toLowerCase()}/responses/${status}`
    const declared = rawOperation(document, operation).responses as Record<string, Json>
    const closed = operation.access.anonymous && rules.get(operation.operationId)?.anonymous === false
    const response = declared[status] ?? (closed ? closedResponses[status] : undefined)
    if (response === undefined) return undefined
    return { response: resolve(response), pointer: typeof response.$ref === 'string' ? response.$ref.slice(1) : path }
  }

  function headerValidator(pointer: string, name: string, reference: Json): ValidateFunction {
    const at = typeof reference.$ref === 'string' ? reference.$ref.slice(1) : `${pointer}/headers/${escapePointer(name)}`
    return validator(`${at}/schema`)
  }

  function bodyValidator(pointer: string, type: string, { $ref }: Json): ValidateFunction {
    return validator(typeof $ref === 'string' ? $ref.slice(1) : `${pointer}/content/${escapePointer(type)}/schema`)
  }

  function compileAll(): void {
    for (const operation of operations) {
      for (const status of operation.statuses) {
        const { response, pointer } = declaredResponse(operation, status) as { response: Json; pointer: string }
        for (const [name, header] of entries(response.headers)) headerValidator(pointer, name, header)
        for (const [type, { schema }] of entries(response.content)) bodyValidator(pointer, type, schema as Json)
      }
    }
  }

  function headerFaults(response: Json, pointer: string, headers: Answer['headers']): Fault[] {
    return entries(response.headers).flatMap(([name, reference]) => {
      const header = resolve(reference)
      const value = headers[name.toLowerCase()]
      if (value === undefined) return header.required ? [fault('header', `lacks the header ${name}`)] : []
      const validate = headerValidator(pointer, name, reference)
      const { type } = resolve(header.schema as Json) as { type: string }
      if (validate(headerValue(String(value), type))) return []
      return [fault('header', `the header ${name} ${validate.errors?.[0]?.message}`)]
    })
  }

  function bodyFaults(response: Json, pointer: string, { headers, text }: Answer): Fault[] {
    const content = response.content as Record<string, Json> | undefined
    if (!content) return text ? [fault('body', 'has a body where none is declared')] : []
    const type = String(headers['content-type']).split(';', 1)[0] as string
    const declared = content[type]
    if (!declared) return [fault('content_type', `has the content type ${type}, not ${Object.keys(content).join(' or ')}`)]
    const schema = declared.schema as Json
    // Any text is one.
    if (text === undefined || schema.type === 'string') return []
    const validate = bodyValidator(pointer, type, schema)
    let body: unknown
    try {
      body = JSON.parse(text)
    } catch {
      return [fault('body', 'is no JSON')]
    }
    if (validate(body)) return []
    return (validate.errors ?? []).map((error) => fault('body', `${error.instancePath || 'body'} ${error.message}`))
  }

  if (compile === 'now') compileAll()
  return (operation, answer) => {
    const declared = declaredResponse(operation, answer.status)
    if (!declared) return [fault('status', `the status ${answer.status} is not declared`)]
    const { response, pointer } = declared
    return [...headerFaults(response, pointer, answer.headers), ...bodyFaults(response, pointer, answer)]
  }
}

/** What REQUIRED_ROLES adds to an operation that the contract opens to everyone. */
const closedResponses: Readonly<Record<number, Json>> = {
  401: { $ref: '#/components/responses/Unauthorized' },
  403: { $ref: '#/components/responses/Forbidden' }
}

function entries(value: unknown): [string, Json][] {
  return Object.entries((value ?? {}) as Record<string, Json>)
}

function fault(kind: FaultKind, message: string): Fault {
  return { kind, message }
}

function escapePointer(name: string): string {
  return encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'))
}

/** A header's text as a value of `type`; as it is where it is none, which the schema then refuses. */
function headerValue(text: string, type: string): unknown {
  if (type === 'integer' && /^-?\d+$/.test(text)) return Number(text)
  if (type === 'boolean' && /^(true|false)$/.test(text)) return text === 'true'
  return text
}
