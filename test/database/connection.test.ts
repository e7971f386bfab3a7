import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { connect, type Database, id, isDatabaseUnavailable } from '../../src/database/connection.ts'
import { createTestDatabase } from '../support/postgres.ts'

async function open(t: Test, preparedStatements = true): Promise<Database> {
  const db = await createTestDatabase()
  const database = connect({ url: db.url, poolSize: 1, preparedStatements, onError: () => {} })
  t.teardown(async () => {
    await database.destroy()
    await db.drop()
  })
  return database
}

const prepared = async (database: Database) => {
  const { rows } = await sql<{
    name: string
  }>`select name from pg_prepared_statements where statement like '%from "auth_group"%'`.execute(database)
  return rows.length
}

t.test('a statement with parameters is prepared once, by name, unless that is turned off', async (t) => {
  for (const [on, count] of [
    [true, 1],
    [false, 0]
  ] as const) {
    const database = await open(t, on)
    for (const roleId of [1, 2, 3]) await database.selectFrom('auth_group').select('name').where('id', '=', id(roleId)).execute()
    t.equal(await prepared(database), count)
  }
})

t.test('an id beyond the range of a column is one that does not occur', async (t) => {
  const database = await open(t)
  const find = (value: number) => database.selectFrom('auth_group').select('name').where('id', '=', id(value)).execute()
  t.same(await find(1), [{ name: 'admin' }])
  t.same(await find(9007199254740991), [])
})

t.test('bigints are numbers, and dates are the text they were', async (t) => {
  const database = await open(t)
  const { rows } = await sql`select 9007199254740991::bigint as big, date '2024-02-29' as day`.execute(database)
  t.same(rows, [{ big: 9007199254740991, day: '2024-02-29' }])
})

t.test('a database out of reach is told apart from a fault of ours', async (t) => {
  const database = await open(t)
  const failure = (query: Promise<unknown>) =>
    query.then(
      () => undefined,
      (error: unknown) => error
    )
  const closed = connect({ url: 'postgres://x@127.0.0.1:1/x', poolSize: 1, preparedStatements: true, onError: () => {} })
  t.ok(isDatabaseUnavailable(await failure(sql`select 1`.execute(closed))))
  await closed.destroy()
  t.ok(isDatabaseUnavailable(await failure(sql`select pg_terminate_backend(pg_backend_pid())`.execute(database))))
  t.ok(isDatabaseUnavailable(await failure(sql`set statement_timeout = 20; select pg_sleep(5)`.execute(database))))
  t.notOk(isDatabaseUnavailable(await failure(sql`selec`.execute(database))))
  t.notOk(isDatabaseUnavailable(await failure(sql`select 1 / 0`.execute(database))))
})
