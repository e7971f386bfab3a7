import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { connect, type Database } from '../../src/database/connection.ts'
import { rowById, together } from '../../src/database/loader.ts'
import { prepared } from '../../src/database/prepared.ts'
import { createTestDatabase } from '../support/postgres.ts'
import { startService } from '../support/service.ts'

async function open(t: Test) {
  const db = await createTestDatabase()
  const sent: string[] = []
  const database = connect({
    url: db.url,
    poolSize: 4,
    preparedStatements: true,
    onError: () => {},
    onStatement: ({ query }) => sent.push(query.sql)
  })
  t.teardown(async () => {
    await database.destroy()
    await db.drop()
  })
  return { database, sent, query: db.query }
}

const roleById = () =>
  rowById((connection, ids) => connection.selectFrom('auth_group').select(['id', 'name']).where('id', '=', ids))

t.test('what is asked for at the same moment is read by one statement, each its own row', async (t) => {
  const { database, sent, query } = await open(t)
  await query(`insert into auth_group (name) select 'role ' || n from generate_series(1, 100) as n`)
  const find = roleById()
  const roles = await query<{ id: number; name: string }>('select id, name from auth_group order by id')
  const beyond = [0, -1, 2147483648, 9007199254740991]
  const [first, again, ...rest] = [...roles, ...beyond.map((id) => ({ id, name: undefined }))]
  const wanted = [first, again, first, ...rest]
  const found = await Promise.all(wanted.map((role) => find(database, role?.id as number)))
  t.same(
    found.map((row) => row?.name),
    wanted.map((role) => role?.name)
  )
  t.equal(sent.length, Math.ceil(wanted.length / 32))
  t.same(await find(database, 1), { id: 1, name: 'admin' }, 'a single one too')
  t.equal(new Set(sent).size < 5, true, 'by few different statements')
})

t.test('Postgres plans each of these statements once', async (t) => {
  const { database } = await open(t)
  const find = roleById()
  const alone = database.connection().execute(async (connection) => {
    for (let round = 0; round < 12; round += 1) await Promise.all([1, 2, 3, 4, 5].map((id) => find(connection as Database, id)))
    const { rows } = await sql<{ generic_plans: number; custom_plans: number }>`
      select generic_plans, custom_plans from pg_prepared_statements where statement like '%any(array[%'`.execute(connection)
    return rows
  })
  const [{ generic_plans: generic, custom_plans: custom } = { generic_plans: 0, custom_plans: 0 }, ...others] = await alone
  t.same(others, [])
  t.same([Number(generic), Number(custom)], [7, 5], 'after the five that it tries')
})

t.test('a statement is sent after all that it answers were asked for', async (t) => {
  const { database, query } = await open(t)
  const find = roleById()
  const all = together(prepared((connection) => connection.selectFrom('auth_group').select(['id', 'name']).orderBy('id')))
  const readers = Array.from({ length: 10 }, async (_, reader) => {
    for (let round = 0; round < 20; round += 1) {
      const name = `reader ${reader} round ${round}`
      const [made] = await query<{ id: number }>('insert into auth_group (name) values ($1) returning id', [name])
      const [row, rows] = await Promise.all([find(database, made?.id as number), all(database)])
      t.equal(row?.name, name)
      t.ok(rows.some((each) => each.name === name))
    }
  })
  await Promise.all(readers)
})

t.test('a transaction sees what it changed, nobody else does', async (t) => {
  const { database } = await open(t)
  const find = roleById()
  await database.transaction().execute(async (transaction) => {
    await transaction.updateTable('auth_group').set({ name: 'changed' }).where('id', '=', 1).execute()
    const [inside, outside] = await Promise.all([find(transaction, 1), find(database, 1)])
    t.equal(inside?.name, 'changed')
    t.equal(outside?.name, 'admin')
  })
})

t.test('one that fails fails for all who asked, and for nobody after; one that hangs holds up nobody', async (t) => {
  const { database, query } = await open(t)
  await query(`insert into auth_group (id, name) overriding system value values (3, 'third')`)
  const waiting = rowById((connection, ids) =>
    connection
      .selectFrom('auth_group')
      .select('id')
      // The role 1 hangs until it is let go, 2 fails.
      .select(sql`case id when 1 then pg_advisory_lock_shared(7)::text when 2 then (1 / (id - 2))::text end`.as('done'))
      .where('id', '=', ids)
  )
  const failures = await Promise.allSettled([2, 3, 2].map((id) => waiting(database, id)))
  t.same(new Set(failures.map(({ status }) => status)), new Set(['rejected']))
  t.equal((await waiting(database, 3))?.id, 3)

  await database.connection().execute(async (connection) => {
    await sql`select pg_advisory_lock(7)`.execute(connection)
    const hanging: Promise<unknown>[] = []
    for (let count = 0; count < 2; count += 1) {
      hanging.push(waiting(database, 1))
      await new Promise((done) => setImmediate(() => setImmediate(done)))
    }
    t.equal((await waiting(database, 3))?.id, 3, 'while two statements hang')
    await sql`select pg_advisory_unlock(7)`.execute(connection)
    await Promise.all(hanging)
  })
})

t.test('users who read their profiles at the same moment each get their own', async (t) => {
  const service = await startService(t)
  const users = await Promise.all(Array.from({ length: 40 }, () => service.user()))
  for (let round = 0; round < 3; round += 1) {
    const answers = await Promise.all(users.map((user) => service.get('/api/auth/profile/', { as: user })))
    t.same(
      answers.map(({ body }) => [body.id, body.email]),
      users.map(({ id, email }) => [id, email])
    )
  }
})
