import { type RawBuilder, type SelectQueryBuilder, sql } from 'kysely'
import type { Sort } from './paging.ts'

/** Rows a statement: few at first, so that the first ones come as soon as a page would. */
const [firstBatch, fullBatch] = [50, 1000]

/**
 * Reads all rows of `query`, a batch a statement, each from where the last one ended (keyset), ties broken by `identity`.
 * No connection and no transaction is held between two batches, however slowly they are taken, so that this works through
 * PgBouncer too and many may read at once; the price is that each batch shows the rows of its own moment. A row that is
 * there all the time comes exactly once as long as what it is sorted by does not change.
 * @param query what to select, filtered but not ordered
 * @param ordering name of a sort, `-` before it for descending
 */
export async function* readBatches<Row>(
  // biome-ignore lint/suspicious/noExplicitAny: any tables will do.
  query: SelectQueryBuilder<any, any, Row>,
  sorts: Readonly<Record<string, Sort>>,
  identity: RawBuilder<number>,
  ordering = 'id'
): AsyncGenerator<Row[], void, undefined> {
  const descending = ordering.startsWith('-')
  const direction = descending ? 'desc' : 'asc'
  const { expression, type } = sorts[ordering.replace(/^-/, '')] as Sort
  const ordered = query
    .select([sql<string>`(${expression})::text`.as('sort_value'), identity.as('sort_id')])
    .orderBy(expression, direction)
    .orderBy(identity, direction)
  let rest = ordered
  for (let size = firstBatch; ; size = fullBatch) {
    const rows = (await rest.limit(size).execute()) as (Row & { sort_value: string; sort_id: number })[]
    if (rows.length > 0) yield rows
    const last = rows.at(-1)
    if (last === undefined || rows.length < size) return
    const position = sql`(${last.sort_value}::${sql.raw(type)}, ${last.sort_id}::bigint)`
    rest = ordered.where(sql<boolean>`(${expression}, ${identity}) ${sql.raw(descending ? '<' : '>')} ${position}`)
  }
}
