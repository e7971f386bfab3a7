import { type RawBuilder, type SelectQueryBuilder, sql } from 'kysely'
import type { Connection } from './connection.ts'

/** A way to order a list. The expression is never null, or keyset paging would lose rows. */
export interface Sort {
  readonly expression: RawBuilder<unknown>
  /** Type a cursor's value is read as. */
  readonly type: 'text' | 'timestamptz' | 'bigint'
  /** What breaks ties, where the index for this ordering has the id in another table than the list's. */
  readonly identity?: RawBuilder<number>
}

// biome-ignore lint/suspicious/noExplicitAny: any tables will do.
type AnyQuery<Row> = SelectQueryBuilder<any, any, Row>

export interface List<Row> {
  /** What is listed: filtered, not ordered; what it selects is left out. */
  readonly matches: AnyQuery<unknown>
  /** As `matches`, with a condition more by which an index finds them where they are few. */
  readonly collected?: AnyQuery<unknown>
  /** Selects what is shown of a row; asked for the rows of a page only. */
  readonly shown: AnyQuery<Row>
  /** The names that `ordering` may have. */
  readonly sorts: Readonly<Record<string, Sort>>
  readonly identity: RawBuilder<number>
  /** The table of which each row is listed; only where no filter leaves any out. */
  readonly table?: string
}

export interface PageRequest {
  readonly page?: number | undefined
  readonly page_size?: number | undefined
  readonly cursor?: string | undefined
  /** Name of a sort, `-` before it for descending. */
  readonly ordering?: string | undefined
  /** Undefined: exactly where that is cheap, else estimated. */
  readonly count?: 'exact' | 'estimated' | 'none' | undefined
}

export interface Page<Row> {
  readonly rows: Row[]
  /** Undefined where it was not asked for. */
  readonly total: Total | undefined
  /** Query parameters that lead to the pages around this one; undefined where there is none. */
  readonly links: { readonly [Relation in 'first' | 'prev' | 'next' | 'last']?: PageLink | undefined }
}

export interface Total {
  readonly count: number
  readonly estimated: boolean
}

export type PageLink = { readonly page: number } | { readonly cursor: string }

/** What a page request can be wrong in. */
export class PageRequestError extends Error {
  readonly field: 'cursor' | 'page'

  constructor(field: 'cursor' | 'page', message: string) {
    super(message)
    this.name = 'PageRequestError'
    this.field = field
  }
}

/** Where a page begins or ends: the sort value and id of a row, for the ordering they belong to. */
interface Position {
  readonly ordering: string
  /** Null for the end of the list. */
  readonly value: string | null
  readonly id: number
  /** Whether the page is the one before the position. */
  readonly before: boolean
}

const defaultPageSize = 50

/**
 * Sizes that stand in the statement as they are: a plan for a limit that is not known is one for a tenth of the list, so
 * that Postgres would rather plan each page anew, which takes longer than to fetch it.
 */
const usualSizes = new Set([10, 20, 25, 50, 100, 200, 500])

/**
 * Matches that are counted without being asked to, and collected whole before they are ordered. Where Postgres expects
 * more, the ordering's index is walked until the page is full, which soon happens then, and the total is estimated.
 */
const fewRows = 10_000

/**
 * Fetches one page of a list, in one statement whatever its size, and one before it where the list is filtered, which
 * asks Postgres how many rows it expects. Pages are asked for by number (OFFSET, which costs what it skips) or by cursor
 * (keyset, which does not); ties are broken by the id, in the same direction.
 * @throws PageRequestError on a cursor that is not one of this list and ordering
 */
export async function fetchPage<Row>(database: Connection, list: List<Row>, request: PageRequest): Promise<Page<Row>> {
  const { page_size: size = defaultPageSize, ordering = 'id', count } = request
  if (request.cursor !== undefined && request.page !== undefined) {
    throw new PageRequestError('page', 'Not together with cursor.')
  }
  const sort = list.sorts[ordering.replace(/^-/, '')] as Sort
  const position = request.cursor === undefined ? undefined : decodeCursor(request.cursor, ordering, sort.type)
  const before = position?.before ?? false
  const page = request.page ?? 1

  const expected = list.table === undefined ? await expectedRows(list.matches) : undefined
  const few = expected !== undefined && expected <= fewRows
  const matches = ((few && list.collected) || list.matches)
    .clearSelect()
    .select([sort.expression.as('sort_key'), (sort.identity ?? list.identity).as('sort_id')])
  const matched = sql`with matched as ${sql.raw(few ? 'materialized' : 'not materialized')} (${matches})`
  const totals = selectTotals(list, count, few)

  const direction = ordering.startsWith('-') === before ? 'asc' : 'desc'
  const beyond = sql.raw(direction === 'asc' ? '>' : '<')
  // In a subquery, or Postgres would plan each page near the end anew, where it expects fewer rows than a page has.
  const start = position && sql`((select ${position.value}::${sql.raw(sort.type)}), (select ${position.id}::bigint))`
  const pageRows = sql<PageColumns>`(
    ${matched}
    select sort_key, sort_id, ${totals} from matched
    ${start && position.value !== null ? sql`where (sort_key, sort_id) ${beyond} ${start}` : sql``}
    order by sort_key ${sql.raw(direction)}, sort_id ${sql.raw(direction)}
    limit ${usualSizes.has(size) ? sql.lit(size + 1) : sql`${size + 1}::bigint`}
    ${page > 1 ? sql`offset ${(page - 1) * size}::bigint` : sql``})`
  const found = (await list.shown
    .innerJoin(pageRows.as('page'), (join) => join.on(sql<boolean>`page.sort_id = ${list.identity}`))
    .select(sql`page.sort_key::text`.as('sort_value'))
    .select(['page.sort_id', 'page.total', 'page.estimate'])
    .orderBy('page.sort_key', direction)
    .orderBy('page.sort_id', direction)
    .execute()) as (Row & PageColumns)[]

  const more = found.length > size
  const rows = found.slice(0, size)
  if (before) rows.reverse()
  const total = await totalOf()
  const lastPage = total && Math.max(1, Math.ceil(total.count / size))
  const [first, last] = [rows[0], rows.at(-1)]
  const cursor = (row: typeof first, before: boolean) =>
    row && { cursor: encodeCursor({ ordering, value: row.sort_value, id: row.sort_id, before }) }
  const atEnd = position?.value === null
  return {
    rows: rows.map(({ sort_value: _value, sort_id: _id, total: _total, estimate: _estimate, ...row }) => row as Row),
    total,
    links: {
      first: { page: 1 },
      prev: position
        ? before && !more
          ? undefined
          : cursor(first, true)
        : page > 1
          ? { page: Math.min(page - 1, lastPage ?? page) }
          : undefined,
      next: (before && !atEnd) || (more && !before) ? cursor(last, false) : undefined,
      last:
        total &&
        (total.estimated
          ? { cursor: encodeCursor({ ordering, value: null, id: 0, before: true }) }
          : { page: lastPage as number })
    }
  }

  async function totalOf(): Promise<Total | undefined> {
    if (count === 'none') return undefined
    // A page that is not full tells by itself how many there are.
    if (!position && !more && (rows.length > 0 || page === 1)) {
      return { count: (page - 1) * size + rows.length, estimated: false }
    }
    const { total, estimate } = found[0] ?? ((await sql<Totals>`${matched} select ${totals}`.execute(database)).rows[0] as Totals)
    if (total !== null) return { count: total, estimated: false }
    const seen = position ? found.length : (page - 1) * size + found.length
    return { count: Math.max(estimate ?? expected ?? 0, found.length === 0 ? 0 : seen), estimated: true }
  }
}

interface Totals {
  readonly total: number | null
  readonly estimate: number | null
}

/** What the statement of a page selects beside what is shown. */
interface PageColumns extends Totals {
  readonly sort_value: string
  readonly sort_id: number
}

/** Selects the total over `matched`, and where there is none an estimate. */
function selectTotals({ table }: List<unknown>, count: PageRequest['count'], few: boolean): RawBuilder<unknown> {
  const counted = sql`(select count(*) from matched)`
  if (count === 'none') return sql`null::bigint as total, null::bigint as estimate`
  if (few || count === 'exact') return sql`${counted} as total, null::bigint as estimate`
  if (table === undefined) return sql`null::bigint as total, null::bigint as estimate`
  const estimate = rowsOf(table)
  const bound = count === 'estimated' ? 0 : fewRows
  return sql`case when coalesce(${estimate}, 0) <= ${bound}::bigint then ${counted} end as total, ${estimate} as estimate`
}

/** How many rows Postgres' planner expects of a query with just these parameters. */
async function expectedRows(query: AnyQuery<unknown>): Promise<number> {
  const [row] = await query
    .clearSelect()
    .select(sql`1`.as('one'))
    .explain<{ 'QUERY PLAN': [{ Plan: { 'Plan Rows': number } }] }>('json')
  return row?.['QUERY PLAN'][0].Plan['Plan Rows'] ?? 0
}

/**
 * How many rows a table has, as the planner reckons: as densely packed as the last ANALYZE found them. Null where the
 * table is empty or was never analysed.
 */
function rowsOf(table: string): RawBuilder<unknown> {
  return sql`(
    select (nullif(reltuples, -1) / nullif(relpages, 0) * pg_relation_size(oid) / current_setting('block_size')::bigint)::bigint
    from pg_class where oid = (select tableoid from ${sql.table(table)} limit 1))`
}

function encodeCursor({ ordering, value, id, before }: Position): string {
  return Buffer.from(JSON.stringify([ordering, value, id, before ? 1 : 0])).toString('base64url')
}

function decodeCursor(cursor: string, ordering: string, type: Sort['type']): Position {
  let parts: unknown
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64url').toString())
  } catch {
    parts = undefined
  }
  const [madeFor, value, id, before] = Array.isArray(parts) && parts.length === 4 ? parts : []
  const atEnd = value === null && before === 1
  const valid =
    atEnd || (typeof value === 'string' && !value.includes('\0') && Number.isSafeInteger(id) && (before === 0 || before === 1))
  if (!valid || typeof madeFor !== 'string' || (!atEnd && !isOfType(value, type))) {
    throw new PageRequestError('cursor', 'This is no cursor of this list.')
  }
  if (madeFor !== ordering) throw new PageRequestError('cursor', `This cursor belongs to ordering=${madeFor}.`)
  return { ordering, value, id, before: before === 1 }
}

function isOfType(value: string, type: Sort['type']): boolean {
  if (type === 'bigint') return /^-?\d{1,18}$/.test(value)
  if (type === 'timestamptz') return value === '-infinity' || isTimestamp(value)
  return true
}

/** Whether a text is a timestamp as Postgres writes them, of a day and an offset that there are. */
function isTimestamp(value: string): boolean {
  const parts = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.\d{1,6})?[+-](\d\d)(?::[0-5]\d){0,2}$/.exec(value)
  const [, date, time, offset] = parts ?? []
  const parsed = new Date(`${date}T${time}Z`)
  if (Number.isNaN(parsed.getTime()) || parsed.getUTCFullYear() < 1 || Number(offset) > 15) return false
  return parsed.toISOString().startsWith(`${date}T${time}`)
}
