import { sql } from 'kysely'
import { OperatorError } from '../operations/operator-error.ts'
import type { Connection } from './connection.ts'

/** A database whose rows or tables this version can't work with; the message has a line for each fault. */
export class AdoptionError extends OperatorError {
  constructor(faults: readonly string[], advice: readonly string[]) {
    const lines = faults.map((fault) => `  - ${fault}`)
    super(['The database can not be taken over as it is:', ...lines, ...advice].join('\n'))
    this.name = 'AdoptionError'
  }
}

export const tableAdvice =
  "Let Django's own migrate (3.2 or newer) bring its tables to what its models say, and name its app in DJANGO_APP_LABEL; then migrate again."

/** Which of `tables` are in the database. */
export async function presentTables(database: Connection, tables: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select name from unnest(${tables}::text[]) as name where to_regclass(quote_ident(name)) is not null`.execute(database)
  return rows.map(({ name }) => name)
}

/** Names of the tables that a migration makes. */
export function tablesMadeBy(migration: string): string[] {
  return [...migration.matchAll(/^CREATE TABLE (\w+)/gm)].map(([, name]) => name as string)
}

/**
 * What keeps us from working on the tables that Django made: missing tables, columns and unique constraints, columns of
 * another type or nullability, columns that we would have to fill without knowing them.
 *
 * What the tables have to be is not written down again: `definition`, the migration that would make them, makes them as
 * temporary tables, and the catalogue tells the difference.
 */
export async function tableFaults(transaction: Connection, definition: string): Promise<string[]> {
  const names = tablesMadeBy(definition)
  const actual = await describe(transaction, sql`to_regclass(quote_ident(name))`, names)
  await sql`select set_config('user_management.search_path', current_setting('search_path'), true)`.execute(transaction)
  await sql`set local search_path to pg_temp`.execute(transaction)
  await sql.raw(definition).execute(transaction)
  const expected = await describe(transaction, sql`to_regclass('pg_temp.' || quote_ident(name))`, names)
  await sql`drop table ${sql.join(names.map((name) => sql.table(`pg_temp.${name}`)))}`.execute(transaction)
  await sql`select set_config('search_path', current_setting('user_management.search_path'), true)`.execute(transaction)

  const faults: string[] = []
  for (const [name, table] of expected) {
    const found = actual.get(name)
    if (!found) {
      const alike = await tablesEndingLike(transaction, name)
      faults.push(`the table ${name} is missing${alike.length > 0 ? ` (there is ${alike.join(', ')})` : ''}`)
      continue
    }
    faults.push(...columnFaults(name, table, found))
    for (const key of table.keys) {
      if (!found.keys.includes(key)) faults.push(`the table ${name} lacks a unique constraint on ${key}`)
    }
  }
  return faults
}

interface Column {
  readonly name: string
  /** As SQL writes it, without a length. */
  readonly type: string
  /** In characters; null for no limit, and where there can be none. */
  readonly length: number | null
  readonly nullable: boolean
  /** Whether the database fills it where an INSERT does not. */
  readonly filled: boolean
}

interface Table {
  readonly columns: readonly Column[]
  /** Columns that are unique together, in alphabetical order, with commas. */
  readonly keys: readonly string[]
}

async function describe(
  transaction: Connection,
  table: ReturnType<typeof sql>,
  names: readonly string[]
): Promise<Map<string, Table>> {
  const { rows } = await sql<{ name: string; columns: Column[]; keys: string[] }>`
    select name,
      (select json_agg(json_build_object(
          'name', attname, 'type', format_type(atttypid, null), 'nullable', not attnotnull,
          'length', case when atttypid = 'varchar'::regtype and atttypmod > 4 then atttypmod - 4 end,
          'filled', atthasdef or attidentity <> ''))
        from pg_attribute where attrelid = oid and attnum > 0 and not attisdropped) as columns,
      (select coalesce(json_agg(columns), '[]') from (
        select string_agg(attname, ', ' order by attname) as columns
        from pg_index join pg_attribute on attrelid = indrelid and attnum = any(indkey)
        where indrelid = oid and indisunique and indimmediate and indisvalid and indpred is null and indexprs is null
        group by indexrelid) as key) as keys
    from unnest(${names}::text[]) as name, lateral (select ${table}::oid as oid) as found
    where oid is not null`.execute(transaction)
  return new Map(rows.map(({ name, ...description }) => [name, description]))
}

function columnFaults(table: string, expected: Table, found: Table): string[] {
  const faults: string[] = []
  for (const column of expected.columns) {
    const present = found.columns.find(({ name }) => name === column.name)
    const place = `${table}.${column.name}`
    if (!present) faults.push(`the column ${place} is missing (${typeOf(column)})`)
    else if (!fits(present, column)) faults.push(`the column ${place} is ${typeOf(present)}, not ${typeOf(column)}`)
    else if (column.filled && !present.filled) faults.push(`the column ${place} has no sequence that fills it`)
  }
  for (const column of found.columns) {
    if (!column.nullable && !column.filled && !expected.columns.some(({ name }) => name === column.name)) {
      faults.push(`the column ${table}.${column.name} is unknown here, and has neither a default nor may it be null`)
    }
  }
  return faults
}

/** Types that take all values of another one and give none that it has not. */
const alternatives: Readonly<Record<string, readonly string[]>> = {
  // DEFAULT_AUTO_FIELD was AutoField before Django 3.2.
  bigint: ['integer'],
  'character varying': ['text'],
  text: ['character varying']
}

function fits(found: Column, expected: Column): boolean {
  const { type, length } = expected
  return (
    (found.type === type || alternatives[type]?.includes(found.type) === true) &&
    (found.length === null || (length !== null && found.length >= length)) &&
    found.nullable === expected.nullable
  )
}

function typeOf({ type, length, nullable }: Column): string {
  return `${type}${length === null ? '' : `(${length})`}${nullable ? '' : ' not null'}`
}

/** Tables named as `name` is but for the app's label, for those who have to find out what that is. */
async function tablesEndingLike(transaction: Connection, name: string): Promise<string[]> {
  const ending = /_(provinces|userprofile|userprofile_roles)$/.exec(name)?.[0]
  if (ending === undefined) return []
  const { rows } = await sql<{ name: string }>`
    select relname as name from pg_class
    where relkind in ('r', 'p') and pg_table_is_visible(oid) and right(relname, length(${ending})) = ${ending}
    order by relname limit 5`.execute(transaction)
  return rows.map(({ name }) => name)
}
