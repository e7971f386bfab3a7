import { readFileSync } from 'node:fs'
import t from 'tap'
import { connect } from '../../src/database/connection.ts'
import { migrate, migrationNames, missingMigrations } from '../../src/database/migrator.ts'
import { hash } from '../../src/passwords/hashing-worker.ts'
import { createDjangoDatabase } from '../support/django.ts'
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts'
import { claims, password, startService } from '../support/service.ts'

const encoded = hash({ password, cost: 4 })
const hashes: { hasher: string; cost: string; password: string; encoded: string }[] = JSON.parse(
  readFileSync(new URL('../django/fixtures/hashes.json', import.meta.url), 'utf8')
)
const argon2 = hashes.find(({ hasher, cost }) => hasher === 'argon2' && cost === 'low') as (typeof hashes)[number]

/** Columns, constraints, indexes and all rows of a database, but for our own tables and triggers. */
async function describe(db: TestDatabase): Promise<string[]> {
  const tables = await db.query<{ name: string }>(
    `select relname as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace
      and relname ~ '^(auth|django|api|shop)_' order by relname`
  )
  const facts: string[] = []
  for (const { name } of tables) {
    const rows = await db.query<{ fact: string }>(
      `select format('%s %s %s %s', attname, atttypid::regtype, attnotnull, attidentity) as fact
        from pg_attribute where attrelid = $1::regclass and attnum > 0
      union all select pg_get_constraintdef(oid) from pg_constraint
        where conrelid = $1::regclass and contype <> 't'
      union all select pg_get_indexdef(indexrelid) from pg_index where indrelid = $1::regclass
      union all select row::text from ${name} row`,
      [name]
    )
    facts.push(...rows.map(({ fact }) => `${name}: ${fact}`).sort())
  }
  return facts
}

/** What migrations add to Django's own tables. */
function indexesOfOurs(appLabel: string): string[] {
  const orderings = ['date_joined', 'email', 'first_name', 'last_name', 'username']
  return [
    ...orderings.map((field) => `auth_user_by_${field}`),
    ...['email_without_case', 'inactive', 'names_trigrams', 'staff', 'username_without_case'].map((name) => `auth_user_${name}`),
    ...['created_at', 'updated_at'].map((field) => `${appLabel}_userprofile_by_${field}`)
  ].sort()
}

const variants: [string, { appLabel: string; before41: boolean }][] = [
  ['Django 5.2', { appLabel: 'api', before41: false }],
  ['Django before 4.1 with AutoField', { appLabel: 'api', before41: true }],
  ['an app of another label', { appLabel: 'shop', before41: false }]
]

for (const [variant, { appLabel, before41 }] of variants) {
  t.test(`the tables of ${variant} are taken over: nothing of them is changed, and the service works on them`, async (t) => {
    const db = await createDjangoDatabase(t, {
      appLabel,
      before41,
      users: [
        { id: 5, username: 'Root', email: 'root@example.org', password: encoded, superuser: true },
        { id: 9, username: 'maria', email: 'maria@example.org', password: argon2.encoded }
      ]
    })
    const before = await describe(db)
    t.same(await migrate(db.url, { appLabel }), await migrationNames())
    t.same(await migrate(db.url, { appLabel }), [], 'a second time there is nothing to do')
    const after = await describe(db)
    t.same(
      before.filter((fact) => !after.includes(fact)),
      [],
      'nothing is gone'
    )
    t.same(
      after
        .filter((fact) => !before.includes(fact))
        .map((fact) => /INDEX (\w+)/.exec(fact)?.[1])
        .sort(),
      indexesOfOurs(appLabel),
      'indexes of ours have come'
    )

    const service = await startService(t, { DJANGO_APP_LABEL: appLabel }, { db })
    const login = async (username: string, secret: string) =>
      (await service.post('/api/auth/token/', { username, password: secret })).body.access as string
    const root = await login('root', password)
    const maria = await login('maria@example.org', argon2.password)
    t.same(await db.query(`select left(password, 16) as hash from auth_user where id = 9`), [{ hash: 'bcrypt_sha256$$2' }])
    t.match((await service.get('/api/auth/profile/', { as: maria })).body, { id: 9, province: 3 })
    t.equal((await service.put('/api/auth/profile/', { phone: '1', first_name: 'María' }, { as: maria })).body.phone, '1')
    t.equal((await service.get('/api/auth/users/', { as: maria })).status, 403, 'there is no role admin yet')
    const role = await service.post('/api/auth/roles/create/', { name: 'admin' }, { as: root })
    t.equal(role.body.id, 1001, 'ids come from the sequences that Django uses')
    const assigned = await service.put('/api/auth/users/9/update/', { roles: [role.body.id] }, { as: root })
    t.same(assigned.body.roles, [1001])
    const listed = await service.get('/api/auth/user_profile/?province=3&ordering=-created_at', { as: maria })
    t.equal(listed.body.length, 2)
    const fields = { username: 'Pedro', email: 'pedro@example.org', password, profile: { province: 'heredia' } }
    const { status, body } = await service.post('/api/auth/register/', fields)
    t.equal(status, 201)
    t.match(body, { id: 1001, profile: { id: 1001, province: 3 } })
    const permissions = (await service.get('/api/auth/permissions/', { as: maria })).body as {
      codename: string
      id: number
      content_type: string
    }[]
    const change = permissions.find(({ codename }) => codename === 'change_userprofile')
    t.equal(change?.content_type, `${appLabel}.userprofile`)
    const granted = await service.put('/api/auth/permissions/7/update/', { permissions: [change?.id] }, { as: maria })
    t.same(granted.body.permissions, [change?.id])
    t.equal((await service.put('/api/auth/user_profile/1001/update/', { bio: 'x' }, { as: maria })).status, 200)
    t.equal((await service.get(`/api/auth/verify/?permission=${appLabel}.change_userprofile`, { as: root })).status, 200)
    t.equal((await service.post('/api/auth/provinces/create/', { name: 'Limón' }, { as: maria })).body.id, 1001)
    t.equal((await service.delete('/api/auth/provinces/3/delete/', { as: maria })).status, 204)
    t.equal((await service.get('/api/auth/profile/', { as: maria })).body.province, null)
    t.equal((await service.delete('/api/auth/users/1001/', { as: maria })).status, 204)
    t.match((await service.app.inject('/readyz')).json(), { status: 'ready' })
  })
}

t.test('an empty database gets its tables, and content types, with the label of DJANGO_APP_LABEL', async (t) => {
  const db = await createTestDatabase('template0')
  t.teardown(() => db.drop())
  await migrate(db.url, { appLabel: 'a_label_of_twenty_8_letters_' })
  const rows = await db.query(
    `select model from django_content_type where app_label = 'a_label_of_twenty_8_letters_' order by id`
  )
  t.same(rows, [{ model: 'provinces' }, { model: 'userprofile' }])
  const service = await startService(t, { DJANGO_APP_LABEL: 'a_label_of_twenty_8_letters_' }, { db })
  t.equal((await service.get('/api/auth/provinces/')).body.length, 7)
  await t.rejects(
    migrate(db.url),
    { message: /the table api_userprofile is missing/ },
    'with another label it is not the same database'
  )
})

t.test('tables that are not as they have to be are listed, all at once, and nothing is changed', async (t) => {
  const db = await createDjangoDatabase(t)
  await db.query(`
    alter table api_userprofile rename to shop_userprofile;
    alter table auth_user alter first_name type varchar(30), alter email drop not null, drop last_name;
    alter table auth_user add color text not null, alter date_joined type timestamp, add height int not null default 0;
    alter table api_provinces drop constraint api_provinces_name_key, alter id drop identity;
    alter table auth_group alter name type text;
    create table user_session ()`)
  const before = await describe(db)
  const { message } = await migrate(db.url, { duplicates: 'defer' }).then(
    () => new Error('it was taken over'),
    (error: Error) => error
  )
  t.same(
    message.split('\n').filter((line) => line.startsWith('  - ')),
    [
      '  - the column api_provinces.id has no sequence that fills it',
      '  - the table api_provinces lacks a unique constraint on name',
      '  - the table api_userprofile is missing (there is shop_userprofile)',
      '  - the column auth_user.first_name is character varying(30) not null, not character varying(150) not null',
      '  - the column auth_user.last_name is missing (character varying(150) not null)',
      '  - the column auth_user.email is character varying(254), not character varying(254) not null',
      '  - the column auth_user.date_joined is timestamp without time zone not null, not timestamp with time zone not null',
      '  - the column auth_user.color is unknown here, and has neither a default nor may it be null',
      '  - there is a table user_session, which this service has to make'
    ]
  )
  t.same(await describe(db), before)
  t.same(await db.query(`select to_regclass('audit_event') as ours`), [{ ours: null }])
})

const twins = [
  { id: 5, username: 'root', password: encoded, superuser: true },
  { id: 11, username: 'maria', email: 'maria@example.org', password: encoded },
  { id: 12, username: 'Maria', email: 'MARIA@example.org', password: encoded },
  { id: 13, username: 'ana', email: 'ana@example.org', password: encoded },
  { id: 14, username: 'ana2', email: 'ana@example.org', password: encoded },
  { id: 15, username: 'pedro', email: 'pedro@example.org', password: encoded },
  { id: 16, username: 'pedro2', email: 'pedro@example.org', password: encoded, active: false },
  { id: 17, username: 'nobody', email: '' },
  { id: 18, username: 'nobody2', email: '' }
]

t.test('users who share a name are listed by id, and nothing is changed unless that is allowed', async (t) => {
  const db = await createDjangoDatabase(t, { users: twins })
  const before = await describe(db)
  for (const duplicates of ['refuse', 'keep'] as const) {
    const { message } = await migrate(db.url, { duplicates }).then(
      () => new Error('it was taken over'),
      (error: Error) => error
    )
    t.match(message, /one username belongs to several users, without regard to case:\n +maria: ids 11, 12\n/)
    t.match(message, /3 emails belong to several users, without regard to case:\n +maria@example.org: ids 11, 12\n/)
    t.match(message, /ana@example.org: ids 13, 14\n/)
    t.match(message, /--allow-duplicates/)
    t.same(await describe(db), before, duplicates)
  }
  const notices: string[] = []
  const onNotice = (notice: string) => notices.push(notice)
  t.same(await migrate(db.url, { duplicates: 'defer', onNotice }), await migrationNames())
  t.match(notices.at(-1), /one username belongs to several users, 3 emails belong/)
  await t.rejects(migrate(db.url), { message: /ids 11, 12/ }, 'a later migrate asks for clean data again')
  t.same(await migrate(db.url, { duplicates: 'keep' }), [], 'a start goes on')
  const database = connect({ url: db.url, poolSize: 1, preparedStatements: true, onError: () => {} })
  t.teardown(() => database.destroy())
  t.same(await missingMigrations(database), [], 'the service is ready')

  await db.query(`delete from api_userprofile where user_id in (12, 14, 16); delete from auth_user where id in (12, 14, 16)`)
  const both = await Promise.all([migrate(db.url), migrate(db.url, { duplicates: 'keep' })])
  t.same(both, [[], []])
  await t.rejects(db.query(`update auth_user set email = 'Maria@Example.org' where id = 13`), { code: '23505' })
  await t.rejects(db.query(`update auth_user set username = 'MARIA' where id = 13`), { code: '23505' })
})

t.test('where names are not unique yet, an ambiguous one logs nobody in, and no new ones come about', async (t) => {
  const db = await createDjangoDatabase(t, { users: twins })
  await migrate(db.url, { duplicates: 'defer' })
  const service = await startService(t, {}, { db })
  const login = async (username: string) => {
    const { status, body } = await service.post('/api/auth/token/', { username, password })
    return status === 200 ? claims(body.access).user_id : body.code
  }
  t.equal(await login('maria'), 11, 'as Django has it')
  t.equal(await login('Maria'), 12)
  t.equal(await login('MARIA'), 'invalid_credentials', 'neither of the two')
  t.equal(await login('MARIA@example.org'), 12)
  t.equal(await login('ana@example.org'), 'invalid_credentials')
  t.equal(await login('ana'), 13)
  const tell = async (secret: string) =>
    (await service.post('/api/auth/token/', { username: 'ana@example.org', password: secret })).body.detail
  t.match(await tell(password), /Several accounts have this name. Log in with the username/, 'who knows a password is told why')
  t.match(await tell('wrong'), /No active account/, 'nobody else is')
  t.equal(await login('pedro@example.org'), 15, 'the other one is inactive')
  t.match(service.log(), /"user_ids":\[13,14\],[^\n]*A login was refused: several users have the name/)
  t.match((await service.app.inject('/metrics')).payload, 'logins_total{result="ambiguous"} 4')

  const forgot = await service.post('/api/auth/forgot-password/', { email: 'ana@example.org' })
  const { uid, token } = forgot.body
  t.equal((await service.post('/api/auth/reset-password-confirm/', { uid, token, new_password: `${password}!` })).status, 400)
  const root = (await service.post('/api/auth/token/', { username: 'root', password })).body.access
  t.equal((await service.post('/api/auth/users/14/password-reset/', undefined, { as: root })).status, 409)

  const fields = (name: string) => ({ username: name, email: `${name}@example.org`, password })
  t.equal((await service.post('/api/auth/register/', fields('ANA'))).status, 409)
  const race = await Promise.all(
    Array.from({ length: 10 }, (_, index) => service.post('/api/auth/register/', fields(index % 2 ? 'lucia' : 'LUCIA')))
  )
  t.same(race.map(({ status }) => status).sort(), [201, ...Array(9).fill(409)])
  const renames = await Promise.all(
    [13, 14, 15].map((id) => service.put(`/api/auth/users/${id}/update/`, { email: `Sofia@example.org` }, { as: root }))
  )
  t.same(renames.map(({ status }) => status).sort(), [200, 409, 409])
  const same = await service.put('/api/auth/users/12/update/', { email: 'MARIA@example.org', username: 'Maria' }, { as: root })
  t.equal(same.status, 200, 'who shares a name may be saved with it')
})
