import { sql } from 'kysely'
import type { Connection } from '../database/connection.ts'
import type { EventRow } from './queries.ts'

/** An event that an endpoint is to be sent now. */
export interface Delivery extends EventRow {
  /** With the one that was just begun. */
  readonly attempts: number
}

/**
 * Makes an endpoint known, which is sent what happens from then on; or has it asked again, if it said that it is gone. One
 * that is known already goes on where it was.
 */
export async function registerEndpoint(database: Connection, id: string): Promise<void> {
  await sql`
    insert into webhook_endpoint (id, position) select ${id}, last_position from outbox
    on conflict (id) do update set stopped_at = null where webhook_endpoint.stopped_at is not null`.execute(database)
}

/** Notes that an endpoint is gone; what waits for it goes on waiting. */
export async function stopEndpoint(database: Connection, id: string): Promise<void> {
  await sql`update webhook_endpoint set stopped_at = now() where id = ${id}`.execute(database)
}

/**
 * The most deliveries that stand in the table for an endpoint. Where more wait they stay in the outbox: looking for one
 * that is due must not take longer the more there are.
 */
const mostQueued = 10_000

/** Queues the deliveries of events that got their positions since; of several replicas, one at a time. @returns whether there were any */
export async function queueDeliveries(database: Connection, endpoint: string): Promise<boolean> {
  const { rows } = await sql`
    with endpoint as (
      select position from webhook_endpoint where id = ${endpoint} and stopped_at is null for update skip locked
    ), next as (
      select outbox_event.position, subject from outbox_event, endpoint
      where outbox_event.position > endpoint.position
      order by outbox_event.position
      limit (select greatest(0, ${mostQueued} - count(*)) from webhook_delivery where endpoint = ${endpoint})
    ), queued as (
      insert into webhook_delivery (endpoint, position, subject) select ${endpoint}, position, subject from next
      returning position
    )
    update webhook_endpoint set position = (select max(position) from queued)
    where id = ${endpoint} and exists (select from queued)
    returning id`.execute(database)
  return rows.length > 0
}

/**
 * Takes up to `limit` deliveries that are due, at most the earliest of each subject: what follows has to wait for it.
 * Nobody else takes them for `lease` seconds, after which their sender must have ended.
 */
export async function claimDeliveries(
  database: Connection,
  { endpoint, limit, lease }: { readonly endpoint: string; readonly limit: number; readonly lease: number }
): Promise<Delivery[]> {
  const { rows } = await sql<Delivery>`
    with due as materialized (
      select delivery.position from webhook_delivery as delivery
      join webhook_endpoint on webhook_endpoint.id = delivery.endpoint and webhook_endpoint.stopped_at is null
      where delivery.endpoint = ${endpoint} and delivery.due_at <= now()
        and not exists (
          select from webhook_delivery as earlier
          where earlier.endpoint = delivery.endpoint and earlier.subject = delivery.subject
            and earlier.position < delivery.position
        )
      order by delivery.due_at, delivery.position
      limit ${limit}
      for update of delivery skip locked
    )
    update webhook_delivery set attempts = attempts + 1, due_at = now() + make_interval(secs => ${lease})
    from due join outbox_event using (position)
    where webhook_delivery.endpoint = ${endpoint} and webhook_delivery.position = due.position
    returning attempts, outbox_event.id, outbox_event.position, outbox_event.type, outbox_event.subject, occurred_at, data`.execute(
    database
  )
  return rows.sort((a, b) => a.position - b.position)
}

/** Notes that an endpoint took an event. */
export async function finishDelivery(database: Connection, endpoint: string, position: number): Promise<void> {
  await sql`delete from webhook_delivery where endpoint = ${endpoint} and position = ${position}`.execute(database)
}

/** Has a delivery tried again in so many seconds, unless somebody else took it up since. */
export async function postponeDelivery(
  database: Connection,
  endpoint: string,
  { position, attempts }: Pick<Delivery, 'position' | 'attempts'>,
  seconds: number
): Promise<void> {
  await sql`
    update webhook_delivery set due_at = now() + make_interval(secs => ${seconds})
    where endpoint = ${endpoint} and position = ${position} and attempts = ${attempts}`.execute(database)
}

export interface Backlog {
  readonly endpoint: string
  /** Events that it has not taken. */
  readonly pending: number
  /** Age of the oldest of them in seconds; 0 where there is none. */
  readonly oldest: number
}

/** What waits for each endpoint of `ids`. */
export async function backlogs(database: Connection, ids: readonly string[]): Promise<Backlog[]> {
  const { rows } = await sql<Backlog>`
    select id as endpoint,
      (select count(*) from webhook_delivery where endpoint = endpoint.id)
        + greatest(0, (select last_position from outbox) - endpoint.position) as pending,
      coalesce((
        select extract(epoch from now() - occurred_at)::float8 from outbox_event
        where position >= coalesce(
          (select min(position) from webhook_delivery where endpoint = endpoint.id), endpoint.position + 1
        )
        order by position limit 1
      ), 0) as oldest
    from webhook_endpoint as endpoint
    where id = any(${ids}::text[])`.execute(database)
  return rows
}
