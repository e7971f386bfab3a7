import { isDeepStrictEqual } from 'node:util'
import { type Access, type Json, rawOperation, readOperations, resolveReference } from '../../src/contract/document.ts'
import { combined, type Direction, schemaChanges } from './schemas.ts'

/** What differs between two contracts, and whether a client of the older one may fail because of it. */
export interface Change {
  readonly breaking: boolean
  /** `POST /api/auth/register/ body Registration.email`, say; or a schema, where many operations have it. */
  readonly at: string
  /** `maxLength: 150 → 100`, say. */
  readonly what: string
  /** operationIds of the older contract, or of the newer one where it is new. */
  readonly operations: readonly string[]
}

interface RawOperation {
  readonly raw: Json
  readonly parameters: ReadonlyMap<string, Json>
  readonly access: Access
}

/**
 * All changes from one contract to another. What a client sent has to be taken still; what it is sent has to be as it was,
 * but for fields that were added: a client has to leave alone what it does not know.
 */
export function compareContracts(before: Json, after: Json): Change[] {
  const changes = new Map<string, { readonly change: Omit<Change, 'operations'>; readonly operations: Set<string> }>()
  const [older, newer] = [operationsOf(before), operationsOf(after)]

  function note(operationId: string, breaking: boolean, at: string, what: string): void {
    const key = JSON.stringify([at, what, breaking])
    const known = changes.get(key) ?? { change: { breaking, at, what }, operations: new Set<string>() }
    changes.set(key, known)
    known.operations.add(operationId)
  }

  for (const [name, { raw }] of newer) {
    if (!older.has(name)) note(raw.operationId as string, false, name, 'the operation was added')
  }
  for (const [name, old] of older) {
    const id = old.raw.operationId as string
    const tell = (breaking: boolean, part: string, what: string) =>
      note(id, breaking, part === '' ? name : `${name} ${part}`, what)
    const schemas = (part: string, direction: Direction, one: unknown, other: unknown) => {
      for (const { breaking, at, what, shared } of schemaChanges({ before, after }, one, other, direction)) {
        const side = direction === 'request' ? 'in requests' : 'in answers'
        note(id, breaking, shared ? `${at} ${side}` : `${name} ${part}${at}`, what)
      }
    }
    const now = newer.get(name)
    if (!now) tell(true, '', 'the operation was removed')
    else compareOperations(old, now, { before, after, tell, schemas })
  }
  const schemes = [before, after].map((document) => combined((document.components as Json | undefined)?.securitySchemes))
  if (!isDeepStrictEqual(schemes[0], schemes[1])) note('all', true, 'securitySchemes', 'differ')
  return [...changes.values()].map(({ change, operations }) => ({ ...change, operations: [...operations] }))
}

interface Comparing {
  readonly before: Json
  readonly after: Json
  tell(breaking: boolean, part: string, what: string): void
  schemas(part: string, direction: Direction, before: unknown, after: unknown): void
}

function operationsOf(document: Json): Map<string, RawOperation> {
  return new Map(
    readOperations(document).map(({ method, path, access }) => {
      const item = (document.paths as Record<string, Record<string, Json>>)[path] as Record<string, Json>
      const raw = rawOperation(document, { method, path })
      const listed = [...((item.parameters ?? []) as unknown as Json[]), ...((raw.parameters ?? []) as Json[])]
      const resolved = listed.map((parameter) => resolveReference(document, parameter))
      const parameters = new Map(resolved.map((parameter) => [parameterName(parameter), parameter]))
      return [`${method} ${path}`, { raw, parameters, access }]
    })
  )
}

function parameterName({ in: where, name }: Json): string {
  return `${where} parameter ${where === 'header' ? String(name).toLowerCase() : name}`
}

function compareOperations(old: RawOperation, now: RawOperation, comparing: Comparing): void {
  const { tell } = comparing
  const [oldId, newId] = [old.raw.operationId, now.raw.operationId]
  // Clients name a method after it.
  if (oldId !== newId) tell(true, '', `operationId: ${oldId} → ${newId}`)
  compareAccess(old.access, now.access, comparing)
  compareParameters(old.parameters, now.parameters, comparing)
  compareBodies(old.raw.requestBody, now.raw.requestBody, comparing)
  compareResponses(old.raw.responses as Record<string, Json>, now.raw.responses as Record<string, Json>, comparing)
}

function compareAccess(old: Access, now: Access, { tell }: Comparing): void {
  const describe = ({ anonymous, roles, owner }: Access) =>
    anonymous ? 'everyone' : `${roles.join(' or ') || 'every user'}${owner === undefined ? '' : ' or the owner'}`
  if (describe(old) === describe(now)) return
  const everyUser = (access: Access) => access.anonymous || access.roles.length === 0
  const keeps =
    (now.anonymous || !old.anonymous) &&
    (everyUser(now) || (!everyUser(old) && old.roles.every((role) => now.roles.includes(role)))) &&
    (everyUser(now) || old.owner === undefined || now.owner === old.owner)
  tell(!keeps, 'access', `${describe(old)} → ${describe(now)}`)
}

function compareParameters(old: RawOperation['parameters'], now: RawOperation['parameters'], comparing: Comparing): void {
  const { tell, schemas } = comparing
  for (const [name, parameter] of now) {
    if (!old.has(name)) tell(parameter.required === true, name, parameter.required === true ? 'added, required' : 'added')
  }
  for (const [name, parameter] of old) {
    const other = now.get(name)
    if (!other) {
      tell(true, name, 'removed')
      continue
    }
    if (parameter.required !== true && other.required === true) tell(true, name, 'required now')
    if (parameter.required === true && other.required !== true) tell(false, name, 'no longer required')
    for (const keyword of ['style', 'explode']) {
      if (parameter[keyword] !== other[keyword]) tell(true, name, `${keyword}: ${parameter[keyword]} → ${other[keyword]}`)
    }
    schemas(name, 'request', parameter.schema, other.schema)
  }
}

function compareBodies(old: unknown, now: unknown, { before, after, tell, schemas }: Comparing): void {
  if (old === undefined && now === undefined) return
  const [one, other] = [old, now].map((body, index) => body && resolveReference(index === 0 ? before : after, body as Json)) as [
    Json | undefined,
    Json | undefined
  ]
  if (!one || !other) {
    tell(!other || other.required === true, 'body', other ? `added${other.required === true ? ', required' : ''}` : 'removed')
    return
  }
  if (one.required !== true && other.required === true) tell(true, 'body', 'required now')
  if (one.required === true && other.required !== true) tell(false, 'body', 'no longer required')
  compareContents('body ', 'request', one.content, other.content, { tell, schemas })
}

function compareContents(
  part: string,
  direction: Direction,
  old: unknown,
  now: unknown,
  { tell, schemas }: Pick<Comparing, 'tell' | 'schemas'>
): void {
  const [one, other] = [old ?? {}, now ?? {}] as [Record<string, Json>, Record<string, Json>]
  for (const type of Object.keys(other)) {
    // A client that got a body where there was none, or the reverse, has another method now.
    const first = direction === 'answer' && Object.keys(one).length === 0
    if (!(type in one)) tell(first, `${part}${type}`, 'added')
  }
  for (const [type, { schema }] of Object.entries(one)) {
    const match = other[type]
    if (!match) tell(true, `${part}${type}`, 'removed')
    else schemas(`${part}${type} `, direction, schema, match.schema)
  }
}

function compareResponses(old: Record<string, Json>, now: Record<string, Json>, comparing: Comparing): void {
  const { before, after, tell, schemas } = comparing
  for (const status of Object.keys(now)) {
    // Of errors a client knows that there may be others than it was told of; of successes it does not.
    if (!(status in old)) tell(/^[123d]/.test(status), status, 'the status was added')
  }
  for (const [status, response] of Object.entries(old)) {
    const match = now[status]
    if (!match) {
      tell(true, status, 'the status was removed')
      continue
    }
    const [one, other] = [resolveReference(before, response), resolveReference(after, match)]
    compareContents(`${status} `, 'answer', one.content, other.content, { tell, schemas })
    compareHeaders(status, one.headers, other.headers, comparing)
  }
}

function compareHeaders(status: string, old: unknown, now: unknown, { before, after, tell, schemas }: Comparing): void {
  const [one, other] = [old, now].map((headers) =>
    Object.fromEntries(
      Object.entries((headers ?? {}) as Record<string, Json>).map(([name, value]) => [name.toLowerCase(), value])
    )
  ) as [Record<string, Json>, Record<string, Json>]
  for (const name of Object.keys(other)) if (!(name in one)) tell(false, `${status} header ${name}`, 'added')
  for (const [name, reference] of Object.entries(one)) {
    const part = `${status} header ${name}`
    const match = other[name]
    if (!match) {
      tell(true, part, 'removed')
      continue
    }
    const [header, present] = [resolveReference(before, reference), resolveReference(after, match)]
    if (header.required === true && present.required !== true) tell(true, part, 'no longer sent always')
    if (header.required !== true && present.required === true) tell(false, part, 'sent always now')
    schemas(`${part} `, 'answer', header.schema, present.schema)
  }
}
