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

t.test(
  'where the extension for the index of search can not be had all else is done, and the index as soon as it can',
  async (t) => {
    const db = await createTestDatabase('template0')
    t.teardown(() => db.drop())
    const role = db.name.replace('test', 'owner')
    await db.query(`create role ${role} login password 'secret'`)
    t.teardown(() => db.query(`drop owned by ${role}; drop role ${role}`))
    // Whoever may make a schema in the database may make this extension too.
    await db.query(`grant all on schema public to ${role}`)
    const url = new URL(db.url)
    Object.assign(url, { username: role, password: 'secret' })
    const index = async () => (await db.query(`select to_regclass('auth_user_names_trigrams') as name`))[0]?.name

    const notices: string[] = []
    const onNotice = (notice: string) => notices.push(notice)
    t.same(await migrate(url.href, { onNotice }), await migrationNames())
    t.match(notices, [/^Search reads all users: .*CREATE EXTENSION pg_trgm/])
    t.equal(await index(), null)

    await db.query('create schema elsewhere; create extension pg_trgm schema elsewhere')
    await db.query(`grant usage on schema elsewhere to ${role}`)
    t.same(await migrate(url.href, { onNotice }), [])
    t.equal(notices.length, 1)
    t.equal(await index(), 'auth_user_names_trigrams')
  }
)
