import { type RawBuilder, type SelectQueryBuilder, sql } from 'kysely'

/** A way to order a list. The expression is never null, or keyset paging would lose rows. */
export interface Sort {
  readonly expression: RawBuilder<unknown>
  /** Type a cursor's value is read as. */
  readonly type: 'text' | 'timestamptz' | 'bigint'
}

export interface PageRequest {
  readonly page?: number | undefined
  readonly page_size?: number | undefined
  readonly cursor?: string | undefined
  /** Name of a sort, `-` before it for descending. */
  readonly ordering?: string | undefined
}

export interface Page<Row> {
  readonly rows: Row[]
  readonly total: number
  /** Query parameters that lead to the pages around this one; undefined where there is none. */
  readonly links: { readonly [Relation in 'first' | 'prev' | 'next' | 'last']?: PageLink | undefined }
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
  readonly value: string
  readonly id: number
  /** Whether the page is the one before the position. */
  readonly before: boolean
}

const defaultPageSize = 50

/**
 * Runs `query` as one page of it, in two statements whatever its size. Pages are asked for by number (OFFSET, which
 * costs what it skips) or by cursor (keyset, which does not); ties are broken by `identity`, in the same direction.
 * @param query what to select, filtered but not ordered
 * @param sorts the names that `ordering` may have
 * @throws PageRequestError on a cursor that is not one of this list and ordering
 */
export async function fetchPage<Row>(
  // biome-ignore lint/suspicious/noExplicitAny: any tables will do.
  query: SelectQueryBuilder<any, any, Row>,
  sorts: Readonly<Record<string, Sort>>,
  identity: RawBuilder<number>,
  request: PageRequest
): Promise<Page<Row>> {
  const { page_size: size = defaultPageSize, ordering = 'id' } = request
  if (request.cursor !== undefined && request.page !== undefined) {
    throw new PageRequestError('page', 'Not together with cursor.')
  }
  const descending = ordering.startsWith('-')
  const { expression, type } = sorts[ordering.replace(/^-/, '')] as Sort
  const position = request.cursor === undefined ? undefined : decodeCursor(request.cursor, ordering, type)
  const before = position?.before ?? false
  const page = request.page ?? 1

  const direction = descending !== before ? 'desc' : 'asc'
  let selection = query
    .select([sql<string>`(${expression})::text`.as('sort_value'), identity.as('sort_id')])
    .orderBy(expression, direction)
    .orderBy(identity, direction)
    .limit(size + 1)
  if (position) {
    const comparison = sql.raw(direction === 'asc' ? '>' : '<')
    const value = sql`${position.value}::${sql.raw(type)}`
    selection = selection.where(sql<boolean>`(${expression}, ${identity}) ${comparison} (${value}, ${position.id}::bigint)`)
  } else if (page > 1) {
    selection = selection.offset(sql<number>`${(page - 1) * size}::bigint`)
  }

  const found = (await selection.execute()) as (Row & { sort_value: string; sort_id: number })[]
  const { total } = (await query
    .clearSelect()
    .select(sql<number>`count(*)`.as('total'))
    .executeTakeFirstOrThrow()) as unknown as { total: number }

  const more = found.length > size
  const lastPage = Math.max(1, Math.ceil(total / size))
  const rows = found.slice(0, size)
  if (before) rows.reverse()
  const [first, last] = [rows[0], rows.at(-1)]
  const cursor = (row: typeof first, before: boolean) =>
    row && { cursor: encodeCursor({ ordering, value: row.sort_value, id: row.sort_id, before }) }
  return {
    rows: rows.map(({ sort_value: _value, sort_id: _id, ...row }) => row as Row),
    total,
    links: {
      first: { page: 1 },
      prev: position
        ? before && !more
          ? undefined
          : cursor(first, true)
        : page > 1
          ? { page: Math.min(page - 1, lastPage) }
          : undefined,
      next: before || more ? cursor(last, false) : undefined,
      last: { page: lastPage }
    }
  }
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
  const valid = typeof value === 'string' && !value.includes('\0') && Number.isSafeInteger(id) && (before === 0 || before === 1)
  if (!valid || typeof madeFor !== 'string' || !isOfType(value, type)) {
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
