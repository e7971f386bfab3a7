import pg from 'pg'
import { OperatorError } from '../operations/operator-error.ts'

/** The schema that marks a database as a sandbox's, and holds its time. */
const schema = 'user_management_sandbox'

/**
 * Where a sandbox looks for functions: in its schema before Postgres' own, so that every `now()` of every statement, of
 * triggers and of the defaults of columns is the sandbox's. Nothing of a statement is changed for that, and a connection
 * without this path does not know of it.
 */
export const sandboxSearchPath = `public,${schema},pg_catalog`

/** https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-SEARCH-PATH */
const makeSchema = `
  create schema ${schema};
  create table ${schema}.clock (ahead interval not null);
  insert into ${schema}.clock values ('0');
  create function ${schema}.now() returns timestamptz language sql stable
    return pg_catalog.now() + (select ahead from ${schema}.clock);
  create function ${schema}.clock_timestamp() returns timestamptz language sql volatile
    return pg_catalog.clock_timestamp() + (select ahead from ${schema}.clock);`

/**
 * Makes an empty database a sandbox's, before it is migrated. A sandbox deletes all rows, so it takes no database that
 * was not made for it; and what is no sandbox takes none of a sandbox's, whose passwords everybody knows.
 * @throws OperatorError that says so
 */
export async function checkMark(url: string, sandbox: boolean): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    // Two that start together: the second one finds what the first one made.
    await client.query('begin')
    await client.query("select pg_advisory_xact_lock(hashtextextended('user-management sandbox', 0))")
    const { rows } = await client.query<{ marked: boolean; used: boolean }>(
      `select to_regnamespace($1) is not null as marked,
         exists (select from pg_tables where schemaname = 'public') as used`,
      [schema]
    )
    const { marked = false, used = false } = rows[0] ?? {}
    if (sandbox && !marked && used) {
      throw new OperatorError(
        'SANDBOX=1 deletes all rows of its database again and again, and this one was not made for it. Give it an empty one.'
      )
    }
    if (!sandbox && marked) {
      throw new OperatorError("This is a sandbox's database, whose passwords everybody knows. Set SANDBOX=1, or take another.")
    }
    if (sandbox && !marked) await client.query(makeSchema)
    await client.query('commit')
  } finally {
    await client.end()
  }
}
