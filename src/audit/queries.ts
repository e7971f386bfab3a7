import { sql } from 'kysely'
import type { components } from '../../generated/api.ts'
import { type Connection, id } from '../database/connection.ts'
import { fetchPage, type Page, type PageRequest, type Sort } from '../database/paging.ts'
import { prepared } from '../database/prepared.ts'

export type AuditAction = components['schemas']['AuditAction']
export type AuditTargetType = components['schemas']['AuditTargetType']

/** Who asked, from where: what every event of a request has in common. */
export interface Origin {
  readonly actorId: number | undefined
  readonly actorName: string | undefined
  readonly address: string
  readonly requestId: string
}

export interface AuditEntry {
  readonly action: AuditAction
  readonly target?: { readonly type: AuditTargetType; readonly id: number; readonly name: string } | undefined
  /** The fields that changed, as they were; never a secret. */
  readonly before?: object | undefined
  readonly after?: object | undefined
}

/** Writes an event; in the transaction of the change it tells of. */
export async function recordEvent(transaction: Connection, origin: Origin, entry: AuditEntry): Promise<void> {
  const { action, target, before, after } = entry
  await insertEvent.all(
    transaction,
    action,
    origin.actorId ?? null,
    origin.actorName ?? null,
    target?.type ?? null,
    target?.id ?? null,
    target?.name ?? null,
    origin.address,
    origin.requestId,
    before ? JSON.stringify(before, shortened) : null,
    after ? JSON.stringify(after, shortened) : null
  )
}

const insertEvent = prepared(
  (
    transaction,
    action: string,
    actor_id: number | null,
    actor_name: string | null,
    target_type: string | null,
    target_id: number | null,
    target_name: string | null,
    address: string,
    request_id: string,
    before: string | null,
    after: string | null
  ) =>
    transaction
      .insertInto('audit_event')
      .values({ action, actor_id, actor_name, target_type, target_id, target_name, address, request_id, before, after })
)

/**
 * The fields in which two states of an object differ, as `before` and `after`; undefined where there are none.
 * @param ignore fields that every save changes
 */
export function changedFields<State extends object>(
  before: State,
  after: State,
  ignore: readonly (keyof State)[] = []
): { before: Partial<State>; after: Partial<State> } | undefined {
  const names = (Object.keys(after) as (keyof State)[]).filter(
    (name) => !ignore.includes(name) && JSON.stringify(before[name]) !== JSON.stringify(after[name])
  )
  if (names.length === 0) return undefined
  const pick = (state: State) => Object.fromEntries(names.map((name) => [name, state[name]])) as Partial<State>
  return { before: pick(before), after: pick(after) }
}

/** Characters of a text that an event keeps: enough to tell what it was, not a copy of every version of it. */
const longestText = 200

function shortened(_name: string, value: unknown): unknown {
  return typeof value === 'string' && value.length > longestText ? `${value.slice(0, longestText).toWellFormed()}…` : value
}

export interface AuditFilter {
  readonly action?: AuditAction | undefined
  /** User id. */
  readonly actor?: number | undefined
  readonly target_type?: AuditTargetType | undefined
  readonly target?: number | undefined
  readonly since?: string | undefined
  readonly until?: string | undefined
}

export interface AuditRow {
  readonly id: number
  readonly occurred_at: Date
  readonly action: AuditAction
  readonly actor_id: number | null
  readonly actor_name: string | null
  readonly target_type: string | null
  readonly target_id: number | null
  readonly target_name: string | null
  readonly address: string | null
  readonly request_id: string | null
  readonly before: Record<string, unknown> | null
  readonly after: Record<string, unknown> | null
}

const sorts: Record<string, Sort> = { id: { expression: sql.ref('audit_event.id'), type: 'bigint' } }

function selectEvents(database: Connection) {
  return database
    .selectFrom('audit_event')
    .select(['id', 'occurred_at', 'actor_id', 'actor_name', 'target_type', 'target_id', 'target_name', 'request_id'])
    .select([
      sql<AuditAction>`action`.as('action'),
      sql<string | null>`host(address)`.as('address'),
      sql<Record<string, unknown> | null>`before`.as('before'),
      sql<Record<string, unknown> | null>`after`.as('after')
    ])
}

export function pageOfEvents(database: Connection, filter: AuditFilter, request: PageRequest): Promise<Page<AuditRow>> {
  let matches = selectEvents(database)
  if (filter.action !== undefined) matches = matches.where('action', '=', filter.action)
  if (filter.actor !== undefined) matches = matches.where('actor_id', '=', id(filter.actor))
  if (filter.target_type !== undefined) matches = matches.where('target_type', '=', filter.target_type)
  if (filter.target !== undefined) matches = matches.where('target_id', '=', id(filter.target))
  if (filter.since !== undefined) matches = matches.where('occurred_at', '>=', time(filter.since))
  if (filter.until !== undefined) matches = matches.where('occurred_at', '<', time(filter.until))
  const { action, actor, target_type, target, since, until } = filter
  const all = [action, actor, target_type, target, since, until].every((value) => value === undefined)
  const list = { matches, shown: selectEvents(database), sorts, identity: sql<number>`audit_event.id` }
  return fetchPage(database, { ...list, ...(all && { table: 'audit_event' }) }, request)
}

/** A time of RFC 3339 in UTC: Postgres takes neither every offset nor the year 0, before which nothing happened anyway. */
function time(text: string): Date {
  const milliseconds = Date.parse(text.replace(/:60(?=[.Zz+-])/, ':59'))
  return new Date(Math.max(milliseconds || 0, 0))
}

/**
 * Deletes a batch of events that are older than `retention` seconds; replicas that do it at the same time take
 * different ones.
 * @returns how many were deleted; fewer than `batch` when no more are left
 */
export async function deleteOldEvents(database: Connection, retention: number, batch: number): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from audit_event where id in (
      select id from audit_event
      where occurred_at < now() - make_interval(secs => ${retention})
      order by occurred_at limit ${batch} for update skip locked
    )`.execute(database)
  return Number(numAffectedRows ?? 0)
}
