import { type RawBuilder, type SelectQueryBuilder, sql } from 'kysely'
import { type Connection, ids } from './connection.ts'
import type { Sort } from './paging.ts'
import type { Read } from './standby.ts'

/** Rows a statement: what they are shown from is wide. */
const batch = 500
/** Keys a statement: few at first, so that the first rows come as soon as a page would. Without an index each sorts all. */
const [firstKeys, moreKeys] = [50, 10_000]

interface Key {
  readonly sort_value: string
  readonly sort_id: number
}

/**
 * Reads all rows of `select` in order, ties broken by `identity`: the keys of the next thousands from where the last ones
 * ended (keyset), then their rows, a batch a statement. To ask for both at once tempts Postgres to join from the first
 * row of all for each batch.
 *
 * No connection and no transaction is held between two batches, however slowly they are taken, so that this works through
 * PgBouncer too and many may read at once; the price is that each batch shows its rows as they are by then. A row that is
 * there all the time comes exactly once, as long as what it is sorted by does not change.
 * @param read where each statement is sent; it may be another server each time
 * @param select what to select, filtered but not ordered
 * @param ordering name of a sort, `-` before it for descending
 * @returns batches, each of which is emptied when the next one is asked for
 */
export async function* readBatches<Row>(
  read: Read,
  // biome-ignore lint/suspicious/noExplicitAny: any tables will do.
  select: (connection: Connection) => SelectQueryBuilder<any, any, Row>,
  sorts: Readonly<Record<string, Sort>>,
  identity: RawBuilder<number>,
  ordering = 'id'
): AsyncGenerator<Row[], void, undefined> {
  const descending = ordering.startsWith('-')
  const direction = descending ? 'desc' : 'asc'
  const { expression, type } = sorts[ordering.replace(/^-/, '')] as Sort
  const ordered = (connection: Connection) =>
    select(connection)
      .clearSelect()
      .select([sql<string>`(${expression})::text`.as('sort_value'), identity.as('sort_id')])
      .orderBy(expression, direction)
      .orderBy(identity, direction)
  let rest = ordered
  for (let size = firstKeys; ; size = moreKeys) {
    const [statement, limit] = [rest, size]
    const keys = (await read((connection) => statement(connection).limit(limit).execute())) as unknown as Key[]
    const wanted = keys.map(({ sort_id }) => sort_id)
    const last = keys.at(-1)
    release(keys)
    for (let at = 0; at < wanted.length; at += batch) {
      const some = wanted.slice(at, at + batch)
      const place = new Map(some.map((id, index) => [id, index]))
      const placeOf = (row: unknown) => place.get((row as Key).sort_id) as number
      // Who was deleted, or fits no more, since the keys were read is left out.
      const rows = await read((connection) =>
        select(connection).select(identity.as('sort_id')).where(identity, '=', ids(some)).execute()
      )
      yield rows.sort((a, b) => placeOf(a) - placeOf(b)) as Row[]
      release(rows)
    }
    if (last === undefined || wanted.length < size) return
    const position = sql`(${last.sort_value}::${sql.raw(type)}, ${last.sort_id}::bigint)`
    const beyond = sql<boolean>`(${expression}, ${identity}) ${sql.raw(descending ? '<' : '>')} ${position}`
    rest = (connection) => ordered(connection).where(beyond)
  }
}

/**
 * Empties a result that is needed no more. One result hangs on the next in node-postgres, and an old one, though dead,
 * would keep young rows from being freed until the whole heap is collected.
 */
function release(rows: unknown[]): void {
  rows.length = 0
}
