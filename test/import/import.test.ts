import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import t, { type Test } from 'tap'
import { readConfig } from '../../src/config.ts'
import { connect } from '../../src/database/connection.ts'
import { migrate } from '../../src/database/migrator.ts'
import { type ImportOptions, type ImportReport, importDjango } from '../../src/import/import.ts'
import { openSource } from '../../src/import/sources.ts'
import { openPictureStore } from '../../src/pictures/open.ts'
import type { PictureStore } from '../../src/pictures/store.ts'
import { mysqlMissing } from '../support/mysql.ts'
import { startObjectStorage } from '../support/object-storage.ts'
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts'
import { startService } from '../support/service.ts'
import {
  type DumpedObject,
  djangoMysql,
  djangoPostgres,
  dumped,
  dumpFile,
  fixture,
  sqliteFile,
  temporaryFolder
} from './sources.ts'

async function target(t: Test): Promise<TestDatabase> {
  const db = await createTestDatabase()
  t.teardown(() => db.drop())
  return db
}

async function bring(
  db: TestDatabase,
  from: string,
  options: Partial<ImportOptions> = {},
  ownLabel = 'api'
): Promise<ImportReport> {
  const database = connect({ url: db.url, poolSize: 1, preparedStatements: false, appLabel: ownLabel, onError: () => {} })
  try {
    const source = await openSource(from, options.appLabel ?? 'api')
    try {
      return await importDjango(database, source, {
        appLabel: 'api',
        dryRun: false,
        skipDuplicateEmails: false,
        skipDangling: false,
        media: undefined,
        onProgress: () => {},
        ...options
      })
    } finally {
      await source.close()
    }
  } finally {
    await database.destroy()
  }
}

/**
 * What a Django service knows of its users, whatever ids its permissions have.
 * @param dumped as dumpdata writes it: milliseconds, and no picture as an empty text
 */
async function service(db: TestDatabase, dumped: boolean) {
  const row = (...instants: string[]) => {
    const precision = dumped ? 'milliseconds' : 'microseconds'
    const changes = instants.map((name) => `'${name}', date_trunc('${precision}', ${name})`).join(', ')
    return `to_jsonb(t) || jsonb_build_object(${changes}) as row`
  }
  const picture = dumped ? `coalesce(profile_picture, '')` : 'profile_picture'
  const permission = `join auth_permission p on p.id = t.permission_id
    join django_content_type c on c.id = p.content_type_id`
  return {
    users: await db.query(`select ${row('date_joined', 'last_login')} from auth_user t order by id`),
    profiles: await db.query(
      `select ${row('created_at', 'updated_at')} from (
         select id, phone, address, birth_date, ${picture} as profile_picture, bio, created_at, updated_at, province_id, user_id
         from api_userprofile) t order by id`
    ),
    groups: await db.query('select * from auth_group order by id'),
    userGroups: await db.query('select user_id, group_id from auth_user_groups order by 1, 2'),
    profileGroups: await db.query('select userprofile_id, group_id from api_userprofile_roles order by 1, 2'),
    groupPermissions: await db.query(
      `select group_id, app_label, model, codename, p.name from auth_group_permissions t ${permission} order by 1, 2, 3, 4`
    ),
    userPermissions: await db.query(
      `select user_id, app_label, model, codename, p.name from auth_user_user_permissions t ${permission} order by 1, 2, 3, 4`
    )
  }
}

/** All that stands in the database, and the next ids. */
async function everything(db: TestDatabase) {
  const tables = await db.query<{ name: string }>(
    `select relname as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace order by 1`
  )
  const rows = await Promise.all(
    tables.map(async ({ name }) => [name, await db.query(`select to_jsonb(t) as row from ${name} t order by to_jsonb(t)::text`)])
  )
  return [rows, await db.query('select sequencename, last_value from pg_sequences order by 1')]
}

const passwords = new Map<string, string>()
for (const { password, encoded } of JSON.parse(fixture('hashes.json'))) passwords.set(encoded, password)

const sources: Record<string, (t: Test) => Promise<string>> = {
  Postgres: async (t) => (await djangoPostgres(t)).url,
  'MySQL or MariaDB': djangoMysql,
  SQLite: (t) => sqliteFile(t),
  dumpdata: (t) => dumpFile(t)
}

for (const [name, open] of Object.entries(sources)) {
  const skip = name === 'MySQL or MariaDB' && mysqlMissing
  if (skip) console.error(`SKIPPED: the import from ${name}: ${skip}`)
  t.test(`all users of a Django service come over from ${name}, and a second time changes nothing`, { skip }, async (t) => {
    const [origin, db, from] = await Promise.all([djangoPostgres(t), target(t), open(t)])
    const report = await bring(db, from)
    t.match(report, { problems: [], written: true, pictures: undefined })
    const asDumped = name === 'dumpdata'
    const [there, here] = await Promise.all([service(origin, asDumped), service(db, asDumped)])
    t.equal(here.users.length, 12)
    t.same(here, there)
    const provinces = await db.query<{ name: string }>('select * from api_provinces order by id')
    t.same(provinces.slice(0, 5), await origin.query('select * from api_provinces order by id'))
    t.same(
      provinces.slice(5).map(({ name }) => name),
      ['Puntarenas', 'Alajuela', 'Cartago'],
      'those that only we had are kept'
    )

    const before = await everything(db)
    t.match(await bring(db, from), { problems: [], written: true, changedUsers: 0 })
    t.same(await everything(db), before)
  })
}

t.test('imported users log in with their passwords and have their roles; new users get ids after theirs', async (t) => {
  const db = await target(t)
  await bring(db, await sqliteFile(t))
  const service = await startService(t, {}, { db })
  const users = await db.query<{ id: number; username: string; password: string; is_active: boolean }>(
    'select id, username, password, is_active from auth_user order by id'
  )
  let tried = 0
  for (const { id, username, password: encoded, is_active } of users) {
    const password = passwords.get(encoded)
    if (typeof password !== 'string') continue
    const answer = await service.post('/api/auth/token/', { username, password })
    t.equal(answer.status, is_active ? 200 : 401, `${username}: ${encoded.split('$')[0]}`)
    if (is_active) t.equal((await service.get('/api/auth/profile/', { as: answer.body.access })).body.id, id)
    tried += 1
  }
  t.ok(tried >= 10)

  const [maria] = users.filter(({ id }) => id === 2)
  const login = await service.post('/api/auth/login/', {
    username: 'MARÍA.ñ@example.ORG',
    password: passwords.get(maria?.password as string)
  })
  t.equal(login.status, 200, 'by email, without regard to case')
  t.equal((await service.get('/api/auth/users/', { as: login.body.access })).status, 200, 'the role admin is what it was')
  const registered = await service.post('/api/auth/register/', { username: 'nueva', password: 'a-long-and-private-phrase' })
  t.equal(registered.status, 201)
  t.ok(registered.body.id > 1000)
  const role = await service.post('/api/auth/roles/create/', { name: 'otro' }, { as: login.body.access })
  t.same([role.status, role.body.id], [201, 4])
})

t.test('what changed here since an import stays as it is, and so do roles that were taken away', async (t) => {
  const db = await target(t)
  const from = await dumpFile(t)
  await bring(db, from)
  await db.query(`update auth_user set username = 'maria2', email = 'maria2@example.org', password = 'x' where id = 2`)
  await db.query('delete from auth_user_groups where user_id = 2')
  await db.query('delete from api_userprofile_roles')
  const before = await everything(db)
  const report = await bring(db, from)
  t.match(report, { problems: [], written: true, changedUsers: 1 })
  t.same(await everything(db), before)

  const later = [...dumped(), newUser(2000, { username: 'tardía', email: 'tardia@example.org', groups: [1] })]
  t.match(await bring(db, await dumpFile(t, later)), { problems: [], written: true })
  t.same(await db.query('select username from auth_user where id = 2000'), [{ username: 'tardía' }], 'new users come')
  t.same(await db.query('select group_id from auth_user_groups where user_id = 2000'), [{ group_id: 1 }])
  t.same(await db.query('select from auth_user_groups where user_id = 2'), [])
})

t.test('a dry run tells and writes nothing', async (t) => {
  const db = await target(t)
  const before = await everything(db)
  const report = await bring(db, await sqliteFile(t), { dryRun: true })
  t.match(report, { problems: [], written: false })
  t.same(
    report.tables.filter(({ table }) => table === 'auth_user'),
    [{ table: 'auth_user', read: 12, present: 0 }]
  )
  t.same(await everything(db), before)
})

function newUser(pk: number, fields: object): DumpedObject {
  const [template] = dumped().filter(({ model }) => model === 'auth.user')
  return { model: 'auth.user', pk, fields: { ...template?.fields, groups: [], user_permissions: [], ...fields } }
}

function changed(model: string, pk: number, fields: object): DumpedObject[] {
  return dumped().map((object) =>
    object.model === model && object.pk === pk ? { ...object, fields: { ...object.fields, ...fields } } : object
  )
}

t.test('whatever is in the way is told by its id, and nothing is written', async (t) => {
  const inTheWay: Record<string, [before: string | undefined, objects: DumpedObject[], told: RegExp]> = {
    'usernames that differ in case only': [
      undefined,
      [...dumped(), newUser(2001, { username: 'MARÍA', email: '' })],
      /2 \(maría\), 2001 \(MARÍA\)/
    ],
    'usernames with one normal form': [
      undefined,
      [...dumped(), newUser(2001, { username: 'ｓtaff', email: '' })],
      /10 \(staff\), 2001 \(staff\)/
    ],
    'emails that differ in case only': [
      undefined,
      [...dumped(), newUser(2001, { username: 'otra', email: 'ULTIMA@example.org' })],
      /1000 \(última\), 2001 \(otra\)/
    ],
    'an id that another has, as after a first start': [
      `insert into auth_user (id, username, password, is_superuser, first_name, last_name, email, is_staff, is_active, date_joined)
       values (1, 'root', '', true, '', '', '', true, true, now())`,
      dumped(),
      /user 1 is root here, root in the source/
    ],
    'a username and an email that another has': [
      `insert into auth_user (id, username, password, is_superuser, first_name, last_name, email, is_staff, is_active, date_joined)
       values (5000, 'STAFF', '', true, '', '', 'SIN@example.org', true, true, now())`,
      dumped(),
      /user 10 of the source has the username of user 5000 here: STAFF[\s\S]*user 7 of the source has the email of user 5000 here/
    ],
    'a role in use': [
      `insert into auth_group_permissions (group_id, permission_id) select id, 1 from auth_group where name = 'admin'`,
      dumped(),
      /role 1 is admin here, and in use; in the source 1 is cliente/
    ],
    'a text that is too long': [
      undefined,
      changed('api.userprofile', 2, { phone: '1'.repeat(21) }),
      /api_userprofile, id 2: phone has more than 20/
    ],
    'a date that is none': [
      undefined,
      changed('api.userprofile', 2, { birth_date: '2023-02-30' }),
      /id 2: birth_date is no date \(2023-02-30\)/
    ],
    'a time that is none': [
      undefined,
      changed('auth.user', 3, { date_joined: 'yesterday' }),
      /auth_user, id 3: date_joined is no time/
    ],
    'a value that is missing': [undefined, changed('auth.user', 3, { is_active: null }), /auth_user, id 3: is_active is missing/],
    'a null character': [
      undefined,
      changed('auth.user', 3, { first_name: 'a\0b' }),
      /auth_user, id 3: first_name has a character/
    ],
    'an id that is too large': [
      undefined,
      [...dumped(), newUser(2 ** 31, { username: 'mucho', email: '' })],
      /id 2147483648: id is larger/
    ],
    'references to nothing': [
      undefined,
      dumped().filter(({ model }) => model !== 'auth.permission'),
      /auth_group_permissions: 1 rows name \d+ of auth_permission/
    ]
  }
  for (const [what, [before, objects, told]] of Object.entries(inTheWay)) {
    const db = await createTestDatabase()
    if (before) await db.query(before)
    const state = await everything(db)
    const file = await dumpFile(t, objects)
    for (const dryRun of [true, false]) {
      const { problems, written } = await bring(db, file, { dryRun })
      t.match(problems.flatMap(({ lines }) => lines).join('\n'), told, what)
      t.ok(
        problems.every(({ remedy }) => remedy),
        'each with how to go on'
      )
      t.notOk(written)
    }
    t.same(await everything(db), state, `${what}: nothing was written`)
    await db.drop()
  }
})

t.test('of users that share an email the first keeps it, where that is asked for', async (t) => {
  const db = await target(t)
  const objects = [
    ...dumped(),
    newUser(2001, { username: 'otra', email: 'ULTIMA@example.org' }),
    newUser(2002, { username: 'más', email: 'ultima@EXAMPLE.org' }),
    newUser(2003, { username: 'sola', email: 'sola@example.org' })
  ]
  const { notes, written } = await bring(db, await dumpFile(t, objects), { skipDuplicateEmails: true })
  t.ok(written)
  t.match(notes, [{ total: 2, lines: ['user 2001 (otra): ULTIMA@example.org', 'user 2002 (más): ultima@EXAMPLE.org'] }])
  t.same(await db.query('select id, email from auth_user where id >= 1000 order by id'), [
    { id: 1000, email: 'ultima@example.org' },
    { id: 2001, email: '' },
    { id: 2002, email: '' },
    { id: 2003, email: 'sola@example.org' }
  ])
})

t.test('rows that refer to missing ones are left out, where that is asked for', async (t) => {
  const db = await target(t)
  const objects = dumped().filter(
    ({ model, pk }) => !(model === 'auth.user' && pk === 2) && !(model === 'api.provinces' && pk === 1)
  )
  const { notes, written } = await bring(db, await dumpFile(t, objects), { skipDangling: true })
  t.ok(written)
  t.match(
    notes.flatMap(({ lines }) => lines),
    ['api_userprofile: 1 rows name 2 of auth_user, which is missing']
  )
  t.same(await db.query('select from api_userprofile where user_id = 2'), [])
  t.same(await db.query('select province_id from api_userprofile where user_id = 8'), [{ province_id: null }])
})

t.test('a service whose app has another name comes over too', async (t) => {
  const origin = await djangoPostgres(t)
  const renamed = fixture('import/sqlite.sql')
    .replaceAll(/"api_(provinces|userprofile|userprofile_roles)"/g, '"core_$1"')
    .replaceAll(/VALUES\((\d+),'api',/g, "VALUES($1,'core',")
  const objects = dumped().map((object) => ({
    ...object,
    model: object.model.replace(/^api\./, 'core.'),
    fields:
      object.model === 'contenttypes.contenttype' && object.fields.app_label === 'api'
        ? { ...object.fields, app_label: 'core' }
        : object.fields
  }))
  for (const from of [await sqliteFile(t, renamed), await dumpFile(t, objects)]) {
    const db = await target(t)
    t.match(await bring(db, from, { appLabel: 'core' }), { written: true })
    t.same(await service(db, true), await service(origin, true))
    await t.rejects(bring(db, from), { message: /Is --app-label right|is --app-label right/ })
  }
})

t.test('a source that can not be used is told what is wrong with it', async (t) => {
  const db = await target(t)
  const state = await everything(db)
  const [first, ...rest] = dumped()
  const dump = (content: DumpedObject[] | string) => dumpFile(t, content)
  const wrong: Record<string, [from: string, told: RegExp]> = {
    'no file': ['/nowhere/at/all.json', /ENOENT/],
    'another database': ['oracle://localhost/x', /oracle:\/\/ is none of/],
    'no dump': [await dump('hello'), /neither an SQLite database nor JSON/],
    'a dump that breaks off': [await dump(JSON.stringify(dumped()).slice(0, -40)), /can't be used/],
    'a dump of something else': [await dump('[1, 2]'), /no object of a model: 1/],
    'a dump without users': [await dump(dumped().filter(({ model }) => model !== 'auth.user')), /has no auth.user/],
    'natural primary keys': [await dump([{ ...first, pk: undefined } as DumpedObject, ...rest]), /without --natural-primary/],
    'natural foreign keys': [await dump(changed('api.userprofile', 2, { user: ['maría'] })), /without --natural-foreign/],
    'natural keys in lists': [await dump(changed('auth.user', 2, { groups: [['admin']] })), /without --natural-foreign/],
    'a file of other tables': [await sqliteFile(t, 'create table other (id integer)'), /django_content_type.*no such table/],
    'no server': ['postgres://nobody:hidden-word@127.0.0.1:1/x', /ECONNREFUSED/],
    'no MySQL': ['mysql://nobody:hidden-word@127.0.0.1:1/x', /ECONNREFUSED/]
  }
  for (const [what, [from, told]] of Object.entries(wrong)) {
    const error: Error = await bring(db, from).then(
      () => new Error('it was taken'),
      (error) => error
    )
    t.equal(error.name, 'SourceError', what)
    t.match(error.message, told, what)
    t.notMatch(error.message, 'hidden-word', what)
  }
  t.same(await everything(db), state)
})

async function mediaFolder(t: Test): Promise<string> {
  const folder = await temporaryFolder(t)
  const files = { 'root/profile_pics/maría.png': 'maría', 'root/profile_pics/2024/ultima.jpeg': 'última', 'secret.png': 'secret' }
  for (const [name, content] of Object.entries(files)) {
    const file = join(folder, name)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, content)
  }
  return join(folder, 'root')
}

async function textOf(store: PictureStore, path: string): Promise<string | undefined> {
  const picture = await store.read(path)
  return picture && Buffer.concat(await picture.body.toArray()).toString()
}

for (const kind of ['disk', 's3']) {
  t.test(`pictures are copied to ${kind} under the names that profiles have; missing ones are told`, async (t) => {
    const db = await target(t)
    const settings = kind === 's3' ? await startObjectStorage(t) : {}
    const store = await openPictureStore(readConfig({ DATA_DIR: await temporaryFolder(t), ...settings }))
    t.teardown(() => store.close())
    const media = { folder: await mediaFolder(t), store }
    const from = await dumpFile(t, changed('api.userprofile', 3, { profile_picture: '../secret.png' }))

    const counts = { profiles: 4, missing: 2 }
    t.match(await bring(db, from, { media, dryRun: true }), { pictures: { ...counts, copied: 2, present: 0 }, written: false })
    t.equal(await textOf(store, 'profile_pics/maría.png'), undefined, 'a dry run copies nothing')
    const report = await bring(db, from, { media })
    t.match(report, { pictures: { ...counts, copied: 2, present: 0 }, written: true })
    t.same(report.notes.at(-1)?.lines, ['../secret.png, of user 3', 'profile_pics/absent.jpg, of user 10'])
    t.equal(await textOf(store, 'profile_pics/maría.png'), 'maría')
    t.equal(await textOf(store, 'profile_pics/2024/ultima.jpeg'), 'última')

    await store.remove('profile_pics/maría.png')
    await writeFile(join(media.folder, 'profile_pics/2024/ultima.jpeg'), 'another one by now')
    t.match(await bring(db, from, { media }), { pictures: { ...counts, copied: 1, present: 1 } }, 'it goes on where it was')
    t.equal(await textOf(store, 'profile_pics/2024/ultima.jpeg'), 'última')
  })
}

t.test('where a picture can not be stored, no row is written either', async (t) => {
  const db = await target(t)
  const state = await everything(db)
  const folder = await temporaryFolder(t)
  const store = await openPictureStore(readConfig({ DATA_DIR: folder }))
  await writeFile(join(folder, 'media/profile_pics'), 'a file where the folder would be')
  await t.rejects(bring(db, await dumpFile(t), { media: { folder: await mediaFolder(t), store } }), { message: /EEXIST|ENOTDIR/ })
  t.same((await everything(db))[0], state[0])
})

t.test('reading an SQLite file leaves nothing beside it', async (t) => {
  const db = await target(t)
  const file = await sqliteFile(t)
  const bytes = await readFile(file)
  await bring(db, file)
  t.same(await readdir(dirname(file)), ['db.sqlite3'])
  t.ok(bytes.equals(await readFile(file)))
  await writeFile(`${file}-journal`, 'x')
  await t.rejects(bring(db, file), { message: /in use, or was left in the middle of a change/ })
})

t.test('users come over to tables of another app label, with its content types, and new ids after theirs', async (t) => {
  const db = await createTestDatabase('template0')
  t.teardown(() => db.drop())
  await migrate(db.url, { appLabel: 'shop' })
  const from = await sqliteFile(t)
  const plain = await target(t)
  await bring(plain, from)
  t.match(await bring(db, from, {}, 'shop'), { written: true, problems: [] })
  const profiles = (table: string) => `select id, user_id, phone, province_id::int from ${table} order by id`
  t.same(await db.query(profiles('shop_userprofile')), await plain.query(profiles('api_userprofile')))
  const roles = (table: string) => `select userprofile_id, group_id from ${table} order by 1, 2`
  t.same(await db.query(roles('shop_userprofile_roles')), await plain.query(roles('api_userprofile_roles')))
  t.same(await db.query(`select from django_content_type where app_label = 'api'`), [])
  t.match(await bring(db, from, {}, 'shop'), { written: true, problems: [] }, 'again')
  const service = await startService(t, { DJANGO_APP_LABEL: 'shop' }, { db })
  const [most] = await db.query<{ id: number }>('select max(id) as id from shop_userprofile')
  t.ok(Number(most?.id) > 0)
  t.equal((await service.get('/api/auth/profile/', { as: await service.user({ username: 'after' }) })).status, 200)
  const [next] = await db.query<{ id: number }>('select max(id) as id from shop_userprofile')
  t.ok(Number(next?.id) > Number(most?.id))
})
