import { sql } from 'kysely'
import type { components } from '../../generated/api.ts'
import type { Connection } from '../database/connection.ts'

export type Event = components['schemas']['Event']
export type EventType = Event['type']

/** An event as the outbox has it. */
export interface EventRow {
  readonly id: string
  readonly position: number
  readonly type: EventType
  readonly subject: string
  readonly occurred_at: Date
  readonly data: object
}

/** An event as others see it: CloudEvents 1.0, with its extension for sequences. @param source PUBLIC_URL */
export function toEvent({ id, position, type, subject, occurred_at, data }: EventRow, source: string): Event {
  return {
    specversion: '1.0',
    id,
    source,
    type,
    subject,
    time: occurred_at.toISOString(),
    datacontenttype: 'application/json',
    sequence: sequenceOf(position),
    // The triggers that write it and this type are held together by the tests, which check every event.
    data
  } as Event
}

/** A position as text, which sorts as it does. */
export function sequenceOf(position: number): string {
  return String(position).padStart(16, '0')
}

/** Has the triggers write events, or not; for everybody who uses this database. */
export async function switchEvents(database: Connection, enabled: boolean): Promise<void> {
  await sql`update outbox set enabled = ${enabled} where enabled <> ${enabled}`.execute(database)
}

/** How many events are given their positions at once. */
const mostOrdered = 10_000

/** Gives events that were committed since their positions. @returns how many, up to some number, and whether that was reached */
export async function orderEvents(database: Connection): Promise<{ readonly count: number; readonly more: boolean }> {
  const { rows } = await sql<{ count: number }>`select user_management_order_events(${mostOrdered}) as count`.execute(database)
  const count = rows[0]?.count ?? 0
  return { count, more: count === mostOrdered }
}

/** How many positions a page looks at: where few events are of the types asked for, it ends without being full. */
const mostLookedAt = 10_000

export interface EventPage {
  readonly rows: EventRow[]
  /** The position after which the next page begins. */
  readonly next: number
  readonly more: boolean
  /** The last position there is. */
  readonly last: number
  /** The last position whose event was deleted for its age. */
  readonly pruned: number
}

/** The events after a position, in order, of any of `types`. @param after undefined: from the oldest; `latest`: none */
export async function pageOfEvents(
  database: Connection,
  request: {
    readonly after: number | 'latest' | undefined
    readonly types?: readonly EventType[] | undefined
    readonly limit: number
  }
): Promise<EventPage> {
  const { types, limit } = request
  const ordered = await orderEvents(database)
  const after = request.after === 'latest' ? sql`last_position` : sql`coalesce(${request.after ?? null}::bigint, pruned_position)`
  const { rows } = await sql<Partial<EventRow> & { after: number; last: number; pruned: number }>`
    select event.*, outbox.after, last_position as last, pruned_position as pruned
    from (select *, ${after} as after from outbox) as outbox left join lateral (
      select outbox_event.id, position, type, subject, occurred_at, data from outbox_event
      where position > outbox.after and position <= outbox.after + ${mostLookedAt}::bigint
        and (${types ?? null}::text[] is null or type = any(${types ?? null}::text[]))
      order by position limit ${limit + 1}
    ) as event on true
    order by event.position`.execute(database)
  const [first] = rows
  if (!first) throw new Error('The table outbox has lost its row')
  const events = rows.filter((row) => typeof row.position === 'number') as unknown as EventRow[]
  const page = events.slice(0, limit)
  const full = events.length > limit
  const next = full ? (page.at(-1) as EventRow).position : Math.min(first.after + mostLookedAt, Math.max(first.last, first.after))
  return { rows: page, next, more: full || next < first.last || ordered.more, last: first.last, pruned: first.pruned }
}

/**
 * Deletes those of the `batch` oldest events that are older than `retention` seconds, and the deliveries of them that no
 * endpoint has taken; events that nobody has asked for get their positions before.
 */
export async function deleteOldEvents(
  database: Connection,
  retention: number,
  batch: number
): Promise<{ readonly deleted: number; readonly undelivered: number }> {
  await orderEvents(database)
  const { rows } = await sql<{ deleted: number; undelivered: number }>`
    with oldest as (
      select position, occurred_at from outbox_event where position is not null order by position limit ${batch}
    ), gone as (
      delete from outbox_event using oldest
      where outbox_event.position = oldest.position and oldest.occurred_at < now() - make_interval(secs => ${retention})
      returning outbox_event.position
    ), undelivered as (
      delete from webhook_delivery where position in (select position from gone) returning position
    ), pruned as (
      update outbox set pruned_position = greatest(pruned_position, (select max(position) from gone))
      where exists (select from gone)
    )
    select (select count(*) from gone) as deleted, (select count(*) from undelivered) as undelivered`.execute(database)
  return rows[0] ?? { deleted: 0, undelivered: 0 }
}
