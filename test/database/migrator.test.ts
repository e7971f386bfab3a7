import t from 'tap'
import { connect } from '../../src/database/connection.ts'
import { migrate, migrationNames, missingMigrations } from '../../src/database/migrator.ts'
import { createTestDatabase } from '../support/postgres.ts'

t.test('an empty database is brought to this version once, also by five replicas that start together', async (t) => {
  const db = await createTestDatabase('template0')
  t.teardown(() => db.drop())
  const database = connect({ url: db.url, poolSize: 1, preparedStatements: true, onError: () => {} })
  t.teardown(() => database.destroy())
  t.same(await missingMigrations(database), await migrationNames())
  const runs = await Promise.all(Array.from({ length: 5 }, () => migrate(db.url)))
  t.same(runs.flat().sort(), await migrationNames())
  t.same(await migrate(db.url), [], 'a second time there is nothing to do')
  t.same(await missingMigrations(database), [])
  const last = (await migrationNames()).at(-1)
  await db.query('delete from user_management_migration where name = $1', [last])
  t.same(await missingMigrations(database), [last])
})

t.test('a migration that fails is named, and nothing is half done', async (t) => {
  const db = await createTestDatabase('template0')
  t.teardown(() => db.drop())
  await db.query('create table user_session (id int)')
  await t.rejects(migrate(db.url), { message: /0004_sessions/ })
  t.same(await db.query(`select to_regclass('auth_user') as django`), [{ django: null }])
  await db.query('drop table user_session')
  t.same(await migrate(db.url), await migrationNames())
})
