import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { preferredType } from '../../src/contract/accept.ts'
import { type Service, startService, type TestUser } from '../support/service.ts'

const path = '/api/auth/users/'
const csv = 'text/csv'
const ndjson = 'application/x-ndjson'

/** So many users, every tenth one in a role, with ties in all but the id and the names. */
async function seed(service: Service, users: number, bio = 1): Promise<TestUser> {
  const admin = await service.user({ username: 'zz_admin', email: 'zz@example.org', roles: ['admin'] })
  await service.db.query(`
    insert into auth_user (password, is_superuser, username, first_name, last_name, email, is_staff, is_active, date_joined, last_login)
    select '!', false, 'User' || n, 'First' || n % 3, 'Last' || n % 2, 'u' || n || '@example.org', n % 5 = 0, n % 4 <> 0,
      timestamptz '2026-01-01 00:00:00.123456+00' + (n / 100) * interval '1 day', case when n % 3 = 0 then now() end
    from generate_series(1, ${users}) n;
    insert into auth_user_groups (user_id, group_id) select id, 2 from auth_user where id % 10 = 0;
    insert into api_userprofile (user_id, bio, created_at, updated_at, province_id)
    select id, repeat('x', ${bio}), now(), now(), id % 7 + 1 from auth_user where id % 2 = 0;
    analyze`)
  return admin
}

async function take(service: Service, as: TestUser, accept: string, query = '') {
  const before = service.statements()
  const answer = await service.get(`${path}?${query}`, { as, headers: { accept } })
  return { ...answer, statements: service.statements() - before }
}

const lines = (body: string) => body.split('\n').slice(0, -1)
const users = (body: string) => lines(body).map((line) => JSON.parse(line))

/** Reads RFC 4180 to its letter. */
function cells(body: string): string[][] {
  const rows: string[][] = []
  let at = 0
  const field = /"((?:[^"]|"")*)"(,|\r\n)|([^",\r\n]*)(,|\r\n)/y
  for (let row: string[] = []; at < body.length; ) {
    field.lastIndex = at
    const found = field.exec(body)
    if (!found) throw new Error(`No CSV at ${at}: ${body.slice(at, at + 40)}`)
    at = field.lastIndex
    row.push(found[1]?.replaceAll('""', '"') ?? found[3] ?? '')
    if ((found[2] ?? found[4]) === ',') continue
    rows.push(row)
    row = []
  }
  return rows
}

t.test('both types hold all users in the order of the list, over the bounds of batches and ties', async (t) => {
  const service = await startService(t)
  const admin = await seed(service, 1203)
  for (const ordering of ['id', '-id', 'username', '-email', 'first_name', '-last_name', '-date_joined', 'last_login']) {
    const pages = []
    for (const page of [1, 2, 3]) {
      pages.push((await service.get(`${path}?page_size=500&ordering=${ordering}&page=${page}`, { as: admin })).body)
    }
    const listed = pages.flat()
    t.equal(listed.length, 1204)
    const streamed = await take(service, admin, ndjson, `ordering=${ordering}`)
    t.same(users(streamed.text), listed, `${ordering}: the same objects`)
    const table = cells((await take(service, admin, csv, `ordering=${ordering}`)).text)
    t.same(
      table.slice(1).map(([id]) => Number(id)),
      listed.map(({ id }) => id),
      `${ordering}, as CSV`
    )
  }
})

t.test('an export takes a statement for a batch, not for a user', async (t) => {
  const service = await startService(t)
  const admin = await seed(service, 5003)
  const { statements, text } = await take(service, admin, ndjson)
  t.equal(lines(text).length, 5004)
  t.ok(statements >= 10, 'no statement holds all of them')
  t.ok(statements <= 20, `${statements} statements`)
})

t.test('filters, search and ordering are those of the list', async (t) => {
  const service = await startService(t)
  const admin = await seed(service, 300)
  for (const query of [
    'role=cliente',
    'is_active=false&is_staff=true',
    'province=3&ordering=-username',
    'search=user2+first1&ordering=last_name',
    'search=nobody',
    'role=admin'
  ]) {
    const listed = (await service.get(`${path}?page_size=500&${query}`, { as: admin })).body
    t.same(users((await take(service, admin, ndjson, query)).text), listed, query)
    t.equal(cells((await take(service, admin, csv, query)).text).length, 1 + listed.length, query)
  }
})

t.test('CSV keeps every text as it is, but for what a spreadsheet would run', async (t) => {
  const service = await startService(t)
  const admin = await service.admin()
  const exact = ['a,b', 'say "no"', 'two\nlines', 'two\r\nlines', 'old\rMac', ' space ', "'quoted", 'Ñandú 🦤', ';', 'x=1']
  const dangerous = ['=1+1', '+506 2222', '-1', '@SUM(A1)', '\tx', '\r=1', '=cmd|"/c calc"!A1', '＝1', '＋1', '－1', '＠x']
  for (const [index, bio] of [...exact, ...dangerous].entries()) {
    await service.db.query(
      `with made as (
         insert into auth_user (password, is_superuser, username, first_name, last_name, email, is_staff, is_active, date_joined)
         values ('!', false, $1, $2, '', '', false, true, '2026-01-01 00:00:00.5+00') returning id)
       insert into api_userprofile (user_id, bio, address, phone, birth_date, profile_picture, created_at, updated_at, province_id)
       select id, $2, null, '', '2000-02-29', 'profile_pics/x.png', now(), now(), 4 from made`,
      [`text${index}`, bio]
    )
  }
  await service.db.query(`insert into auth_user_groups (user_id, group_id) select id, g from auth_user, (values (1), (2)) r (g)
    where username = 'text0'`)
  const { text, headers } = await take(service, admin, csv, 'search=text')
  t.match(headers, {
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': 'attachment; filename="users.csv"',
    'cache-control': 'no-store',
    vary: 'Accept'
  })
  const [head, ...rows] = cells(text)
  t.same(
    head?.join(),
    'id,username,email,first_name,last_name,is_active,is_staff,date_joined,last_login,roles,phone,address,birth_date,bio,province,profile_picture'
  )
  t.same(
    rows.map((row) => [row[3], row[13]]),
    [...exact, ...dangerous.map((text) => `'${text}`)].map((text) => [text, text])
  )
  t.same(rows[0]?.slice(4, 13), ['', 'true', 'false', '2026-01-01T00:00:00.500Z', '', 'admin|cliente', '', '', '2000-02-29'])
  t.same(rows[0]?.[14], 'Heredia')
  t.match(rows[0]?.[15], /^http.*\/media\/profile_pics\/x\.png$/)
  const streamed = await take(service, admin, ndjson, 'search=text')
  t.match(streamed.headers, { 'content-type': ndjson, 'content-disposition': 'attachment; filename="users.ndjson"' })
  t.same(
    users(streamed.text).map(({ first_name, profile }) => [first_name, profile.bio]),
    [...exact, ...dangerous].map((text) => [text, text]),
    'NDJSON keeps all of it'
  )
})

t.test('JSON is what everybody gets who does not prefer an export', async (t) => {
  const types = ['application/json', csv, ndjson] as const
  const cases: [string | undefined, string][] = [
    [undefined, 'application/json'],
    ['', 'application/json'],
    ['*/*', 'application/json'],
    ['application/*', 'application/json'],
    ['image/png', 'application/json'],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8', 'application/json'],
    ['application/json, text/plain, */*', 'application/json'],
    ['text/csv, application/json, application/x-ndjson, application/problem+json', 'application/json'],
    ['text/csv;q=0.9, application/json', 'application/json'],
    ['text/csv;q=0, */*;q=0.1', 'application/json'],
    ['text/csv;q=0', 'application/json'],
    ['text/csv;q=2', 'application/json'],
    ['text/csv', csv],
    ['Text/CSV; charset=utf-8', csv],
    ['text/*', csv],
    ['text/csv, */*', csv],
    ['text/csv;q=0.5, application/json;q=0.4', csv],
    ['application/json;q=0.5, text/csv;q=0.8, application/x-ndjson', ndjson],
    ['application/x-ndjson;q=0.2, application/json;q=0', ndjson]
  ]
  for (const [accept, type] of cases) t.equal(preferredType(accept, types), type, accept ?? 'no Accept')

  const service = await startService(t)
  const admin = await service.admin()
  for (const accept of ['*/*', 'application/json', 'image/png']) {
    const { headers, body } = await take(service, admin, accept)
    t.match(headers, { 'content-type': /^application\/json/, vary: 'Accept', 'x-total-count': '1' })
    t.notOk('content-disposition' in headers)
    t.equal(body.length, 1)
  }
})

t.test('a page of an export is refused, by name, and so is whoever may not list users', async (t) => {
  const service = await startService(t)
  const admin = await service.admin()
  const user = await service.user()
  // From now on it is known who the administrator is.
  await service.get(path, { as: admin })
  for (const type of [csv, ndjson]) {
    for (const name of ['page', 'page_size', 'cursor']) {
      const { status, body, headers, statements } = await take(service, admin, type, `${name}=50`)
      t.same([status, body.errors], [400, { [name]: [`Not together with ${type}.`] }])
      t.same([headers.vary, statements], ['Accept', 0])
    }
    const both = await take(service, admin, type, 'page=1&page_size=50')
    t.same(Object.keys(both.body.errors), ['page', 'page_size'])
    t.equal((await take(service, admin, type, 'ordering=password')).status, 400)
    t.equal((await take(service, user, type)).status, 403)
    t.equal((await service.get(path, { headers: { accept: type } })).status, 401)
  }
  t.equal((await take(service, admin, 'text/csv;q=0.5, application/json', 'page=1')).status, 200)
  const left = await service.db.query(`select from audit_event where action = 'users.exported'`)
  t.equal(left.length, 0, 'nothing that was refused is told of as exported')
})

t.test('HEAD tells of an export without reading it', async (t) => {
  const service = await startService(t)
  const admin = await service.admin()
  await service.get(path, { as: admin })
  const before = service.statements()
  const { statusCode, headers, payload } = await service.app.inject({
    method: 'HEAD',
    url: path,
    headers: { accept: csv, authorization: `Bearer ${admin.access}` }
  })
  t.same([statusCode, payload, headers['content-length']], [200, '', undefined])
  t.match(headers, { 'content-type': /^text\/csv/, 'content-disposition': /users\.csv/ })
  t.equal(service.statements() - before, 0)
})

t.test('an export is an event of the audit log, with its filter', async (t) => {
  const service = await startService(t)
  const admin = await service.admin()
  const { headers } = await take(service, admin, csv, 'is_active=true&search=us&ordering=-username')
  const { body } = await service.get('/api/auth/audit_log/?action=users.exported', { as: admin })
  t.match(body, [
    {
      actor_id: admin.id,
      target_type: null,
      request_id: headers['x-request-id'],
      after: { type: csv, is_active: true, search: 'us', ordering: '-username' }
    }
  ])
  t.equal(body.length, 1)
})

t.test('an export that can not begin is a problem like any other', async (t) => {
  const service = await startService(t)
  const admin = await service.admin()
  await take(service, admin, 'application/json')
  await service.db.query('alter table api_userprofile rename to elsewhere')
  const { status, headers } = await take(service, admin, csv)
  t.same([status, headers['content-type'], headers['content-disposition']], [500, 'application/problem+json', undefined])
})

/** Listens, and asks for an export that does not fit into the buffers between here and there; not a byte is taken yet. */
async function begin(service: Service, admin: TestUser): Promise<IncomingMessage> {
  await service.app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = service.app.server.address() as AddressInfo
  const request = get({ port, path, headers: { accept: ndjson, authorization: `Bearer ${admin.access}` }, agent: false })
  const [response] = await once(request, 'response')
  return response
}

/** Waits until the service asks Postgres no more, since nobody takes what it has. */
async function stalled(service: Service): Promise<number> {
  for (let seen = -1; ; ) {
    const now = service.statements()
    if (now === seen) return now
    seen = now
    await sleep(300)
  }
}

/** Some 50 MB. */
const [many, bio] = [20_000, 5000]
/** But for a few that read the keys. */
const statementsOfAll = many / 500

/** The line of the log that tells of it, once there is one. */
async function logged(service: Service, pattern: RegExp): Promise<string | undefined> {
  for (let wait = 0; ; wait += 1) {
    const line = service
      .log()
      .split('\n')
      .find((each) => pattern.test(each))
    if (line !== undefined || wait === 200) return line
    await sleep(50)
  }
}

t.test('what the client does not take is not read, and holds no connection', async (t) => {
  const service = await startService(t, { DATABASE_POOL_SIZE: '1' })
  const admin = await seed(service, many, bio)
  const response = await begin(service, admin)
  const read = await stalled(service)
  t.equal((await service.get('/api/auth/roles/', { as: admin })).status, 200, 'the one connection is free')
  t.equal(lines(await text(response)).length, many + 1, 'the rest comes once it is taken')
  t.ok(service.statements() - read > statementsOfAll / 2, 'and was read no earlier')
  t.ok(await logged(service, /"operation":"listUsers".*"status":200.*request completed/), 'the log tells of its end')
})

t.test('a client that goes away ends the reading', async (t) => {
  const service = await startService(t)
  const admin = await seed(service, many, bio)
  const response = await begin(service, admin)
  const read = await stalled(service)
  response.destroy()
  t.ok(await logged(service, /"operation":"listUsers".*request broken off/), 'the log tells of it')
  t.ok((await stalled(service)) <= read + 1, 'but for what was under way')
})

t.test('a database that goes away in the middle breaks the answer off, and the log says in which request', async (t) => {
  const service = await startService(t)
  const admin = await seed(service, many, bio)
  const response = await begin(service, admin)
  await stalled(service)
  await service.db.drop()
  const whole = await text(response).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code
  )
  t.equal(whole, 'ECONNRESET')
  t.notOk(response.complete)
  const id = response.headers['x-request-id']
  const told = await logged(service, /The answer could not be ended/)
  t.match(told, new RegExp(`"level":50.*"request_id":"${id}"`))
  t.match(told, /"err":.*database/, 'with its cause')
})
