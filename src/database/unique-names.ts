import { sql } from 'kysely'
import type { Connection } from './connection.ts'

/**
 * Usernames and emails are unique without regard to case here (migration 0003), not in Django. Where a database of
 * Django's has duplicates, the unique indexes can be deferred: plain ones of the same names stand in for them, so that
 * lookups stay fast, until the duplicates are gone and `migrate` makes them unique.
 */
export interface NameIndex {
  readonly name: string
  /** Of auth_user. */
  readonly column: string
  /** What stands behind the name in CREATE INDEX. */
  readonly definition: string
}

/** The unique indexes that a migration makes. */
export function nameIndexesOf(migration: string): NameIndex[] {
  const statements = migration.matchAll(/^CREATE UNIQUE INDEX (\w+) (ON auth_user \(lower\((\w+)\)\).*);$/gm)
  return [...statements].map(([, name, definition, column]) => ({ name, definition, column }) as NameIndex)
}

/** Users who share a name, whatever its case. */
interface Duplicate {
  readonly name: string
  readonly ids: number[]
}

/** How many shared names, and how many users of each, are listed. */
const [listedNames, listedUsers] = [50, 20]

/** How to go on where there are some. */
export const duplicateAdvice = [
  'Give all but one of each another name, leave all but one email empty, or delete or merge the users; then migrate again.',
  'Or go on without: `npm run migrate -- --allow-duplicates` makes everything but these unique indexes, and a later',
  '`npm run migrate` makes them too. Until then nobody can log in by a name that is ambiguous.'
]

/** Which names several users have: for each column how many that are, and then a line a name; empty where there are none. */
export async function listDuplicates(database: Connection, indexes: readonly NameIndex[]): Promise<string[]> {
  const lines: string[] = []
  for (const { column } of indexes) {
    const names = await listDuplicatesOf(database, column)
    if (names.length > 0) lines.push(names.join('\n    '))
  }
  return lines
}

async function listDuplicatesOf(database: Connection, column: string): Promise<string[]> {
  const { rows } = await sql<Duplicate & { total: number }>`
    select lower(${sql.ref(column)}) as name, array_agg(id order by id) as ids, count(*) over () as total
    from auth_user
    where ${sql.ref(column)} <> ''
    group by lower(${sql.ref(column)})
    having count(*) > 1
    order by min(id)
    limit ${listedNames}::bigint`.execute(database)
  const total = rows[0]?.total ?? 0
  if (total === 0) return []
  const more = total > rows.length ? [`and ${total - rows.length} more`] : []
  return [
    `${total === 1 ? `one ${column} belongs` : `${total} ${column}s belong`} to several users, without regard to case:`,
    ...rows.map(({ name, ids }) => {
      const further = ids.length > listedUsers ? ` and ${ids.length - listedUsers} more` : ''
      return `${name}: ids ${ids.slice(0, listedUsers).join(', ')}${further}`
    }),
    ...more
  ]
}

/** An arbitrary number that all replicas take the same lock by. */
const indexesLock = 0x6e616d65

/**
 * Makes the indexes that are missing, unique where the users let them be so, and makes deferred ones unique that now can
 * be.
 * @returns those that are deferred
 */
export async function makeNameIndexes(transaction: Connection, indexes: readonly NameIndex[]): Promise<NameIndex[]> {
  await sql`select pg_advisory_xact_lock(${indexesLock}::bigint)`.execute(transaction)
  const { rows } = await sql<{ name: string }>`
    select relname as name from pg_index join pg_class on pg_class.oid = indexrelid
    where indrelid = 'auth_user'::regclass and indisunique`.execute(transaction)
  const unique = new Set(rows.map(({ name }) => name))
  const deferred: NameIndex[] = []
  for (const index of indexes.filter(({ name }) => !unique.has(name))) {
    const { name, column, definition } = index
    const clean = async () => (await listDuplicatesOf(transaction, column)).length === 0
    // Asked first without keeping others from writing, since a start with deferred indexes asks each time.
    const possible = (await clean()) && (await sql`lock table auth_user in share mode`.execute(transaction)) && (await clean())
    if (possible) await sql`drop index if exists ${sql.ref(name)}`.execute(transaction)
    else deferred.push(index)
    await sql.raw(`CREATE ${possible ? 'UNIQUE ' : ''}INDEX IF NOT EXISTS ${name} ${definition}`).execute(transaction)
  }
  return deferred
}
