import pg from 'pg'
import t from 'tap'
import type { Operation } from '../../src/contract/document.ts'
import { checkMark } from '../../src/sandbox/mark.ts'
import { sandboxPassword, seedUsers } from '../../src/sandbox/seed.ts'
import { contract, requestExample, sandboxContract } from '../support/contract.ts'
import { createTestDatabase } from '../support/postgres.ts'
import { claims, type Service, startService } from '../support/service.ts'
import { until } from '../support/wait.ts'

type Method = Parameters<Service['request']>[0]

const own = sandboxContract.operations.filter(({ path }) => path.startsWith('/__sandbox/'))
/** One database for all, since each service begins with the seed. */
const shared = createTestDatabase('template0')
t.teardown(async () => (await shared).drop())

const sandbox = async (t: Parameters<typeof startService>[0], settings: Record<string, string> = {}) =>
  startService(t, { SANDBOX: '1', ...settings }, { db: await shared })

async function logIn(service: Service, username: string): Promise<{ access: string; refresh: string }> {
  const { status, body } = await service.post('/api/auth/token/', { username, password: sandboxPassword })
  if (status !== 200) throw new Error(`${username} could not log in: ${status}`)
  return body
}

const advance = (service: Service, seconds: number) => service.put('/__sandbox/clock/', { advance_seconds: seconds })

t.test('the seed has fixed ids, one password, roles, provinces, profiles and pictures', async (t) => {
  const service = await sandbox(t)
  const { access } = await logIn(service, 'admin')
  const { body: users } = await service.get('/api/auth/users/?ordering=id', { as: access })
  t.same(
    users.map((user: { id: number; username: string }) => [user.id, user.username]),
    seedUsers.map(({ user }) => [user.id, user.username])
  )
  t.same(
    (await service.get('/api/auth/roles/', { as: access })).body.map(({ id, name }: { id: number; name: string }) => [id, name]),
    [
      [1, 'admin'],
      [3, 'auditor'],
      [2, 'cliente']
    ]
  )
  t.equal((await service.get('/api/auth/provinces/')).body.length, 7)
  for (const { user } of seedUsers) {
    const { status } = await service.post('/api/auth/token/', { username: user.username, password: sandboxPassword })
    t.equal(status, user.is_active ? 200 : 401, user.username)
  }
  const maria = await logIn(service, 'maria')
  const { body: profile } = await service.get('/api/auth/profile/', { as: maria.access })
  t.match(profile, { id: 3, province: 4, birth_date: '1990-05-17', user_roles: [{ id: 2, name: 'cliente' }] })
  const picture = await service.get(new URL(profile.profile_picture).pathname)
  t.equal(picture.status, 200)
  t.equal(picture.headers['content-type'], 'image/png')
  t.equal((await service.get(`${new URL(profile.profile_picture).pathname}?size=64`)).status, 200, 'it can be decoded')
  t.equal((await service.get('/api/auth/users/', { as: maria.access })).status, 403)
  t.equal((await service.get('/api/auth/users/', { as: (await logIn(service, 'staff')).access })).status, 200)
})

t.test('a reset takes all that was made away, ends sessions, and begins with the same ids', async (t) => {
  const service = await sandbox(t)
  const { access } = await logIn(service, 'admin')
  const make = async (username: string, as: string) => {
    const body = { username, email: `${username}@example.org`, password: 'a-long-and-private-phrase' }
    return (await service.post('/api/auth/users/create/', body, { as })).body.id
  }
  t.equal(await make('one', access), 1001)
  t.equal(await make('two', access), 1002)
  const form = new FormData()
  form.set('profile_picture', new Blob([Buffer.from(png, 'base64')]), 'me.png')
  await service.request('PUT', '/api/auth/profile/', { as: access, form })
  t.equal((await service.pictures()).length, 3)
  await service.delete('/api/auth/users/3/', { as: access })
  await service.post('/api/auth/forgot-password/', { email: 'juan@example.org' })
  await advance(service, 60)

  t.equal((await service.post('/__sandbox/reset/')).status, 204)
  t.equal((await service.get('/api/auth/profile/', { as: access })).status, 401)
  const again = await logIn(service, 'admin')
  t.equal((await service.get('/api/auth/users/?count=exact', { as: again.access })).body.length, seedUsers.length)
  t.equal(await make('three', again.access), 1001)
  t.equal((await service.pictures()).length, 2)
  t.same((await service.get('/__sandbox/outbox/')).body, [])
  t.equal((await service.get('/__sandbox/clock/')).body.ahead_seconds, 0)
})

t.test('tokens and sessions follow the clock, both ways', async (t) => {
  const service = await sandbox(t, { ACCESS_TOKEN_TTL: '5m', REFRESH_TOKEN_TTL: '7d' })
  const maria = await logIn(service, 'maria')
  const profile = async (as: string) => (await service.get('/api/auth/profile/', { as })).status
  t.equal(await profile(maria.access), 200)
  await advance(service, 299 - 30)
  t.equal(await profile(maria.access), 200)
  await advance(service, 31)
  t.equal(await profile(maria.access), 401, 'past its five minutes')

  const renewed = await service.post('/api/auth/token/refresh/', { refresh: maria.refresh })
  t.equal(renewed.status, 200)
  t.equal(
    Number(claims(renewed.body.access).iat) - Number(claims(maria.access).iat) >= 300,
    true,
    'iat is the time of the sandbox'
  )
  t.equal(await profile(renewed.body.access), 200)
  const { body: sessions } = await service.get('/api/auth/sessions/', { as: renewed.body.access })
  t.ok(Date.parse(sessions[0].last_used_at) > Date.now() + 290_000, 'so are the times that are written')

  await advance(service, 7 * 86_400 - 60)
  t.equal((await service.post('/api/auth/token/verify/', { token: renewed.body.refresh })).status, 200)
  await advance(service, 61)
  t.equal((await service.post('/api/auth/token/refresh/', { refresh: renewed.body.refresh })).status, 401, 'the session is over')

  t.equal((await service.put('/__sandbox/clock/', { now: null })).body.ahead_seconds, 0)
  t.equal(await profile(maria.access), 200, 'back at the machine’s time it is good again')
  const { body: set } = await service.put('/__sandbox/clock/', { now: '2031-02-03T04:05:06Z' })
  t.match(set.now, /^2031-02-03T04:0/)
  const later = await logIn(service, 'maria')
  t.equal(new Date(Number(claims(later.access).iat) * 1000).getUTCFullYear(), 2031)
  t.equal(await profile(later.access), 200)
  const { status } = await service.put('/api/auth/profile/', { birth_date: '2030-01-01' }, { as: later.access })
  t.equal(status, 200, 'a date is in the future by that clock too')
  for (const body of [
    { now: '1999-12-31T23:59:59Z' },
    { advance_seconds: 6_000_000_000 },
    {},
    { now: null, advance_seconds: 1 }
  ]) {
    t.equal((await service.put('/__sandbox/clock/', body)).status, 400, JSON.stringify(body))
  }
})

t.test('a reset link is read from the outbox, works by the clock until it expires, and once', async (t) => {
  const service = await sandbox(t, { PASSWORD_RESET_TTL: '1h' })
  const ask = async (email: string) => {
    const { body } = await service.post('/api/auth/forgot-password/', { email })
    t.equal(body.token, null, 'it comes by mail, as in production')
    const { body: mails } = await service.get(`/__sandbox/outbox/?to=${email.toUpperCase()}`)
    return mails.at(-1)
  }
  const confirm = async ({ uid, token }: { uid: string; token: string }) =>
    (await service.post('/api/auth/reset-password-confirm/', { uid, token, new_password: 'another-private-phrase' })).status
  const first = await ask('maria@example.org')
  t.match(first, { to: 'maria@example.org', subject: 'Reset your password', uid: 'Mw' })
  t.equal(new URL(first.link).searchParams.get('token'), first.token)
  await advance(service, 3601)
  t.equal(await confirm(first), 400, 'an hour is over')
  const second = await ask('maria@example.org')
  await advance(service, 3500)
  t.equal(await confirm(second), 200)
  t.equal(await confirm(second), 400)
  await ask('juan@example.org')
  t.equal((await service.get('/__sandbox/outbox/')).body.length, 3)
  t.equal((await service.delete('/__sandbox/outbox/')).status, 204)
  t.same((await service.get('/__sandbox/outbox/')).body, [])
})

t.test('a registration is confirmed by a link from the outbox, within its day', async (t) => {
  const service = await sandbox(t, { EMAIL_VERIFICATION: 'required' })
  const register = async (username: string) => {
    const email = `${username}@example.org`
    await service.post('/api/auth/register/', { username, email, password: 'a-long-and-private-phrase' })
    return (await service.get(`/__sandbox/outbox/?to=${email}`)).body[0]
  }
  const confirm = async ({ uid, token }: { uid: string; token: string }) =>
    (await service.post('/api/auth/confirm-email/', { uid, token })).status
  const late = await register('late')
  await advance(service, 86_401)
  t.equal(await confirm(late), 400)
  t.equal(await confirm(await register('prompt')), 200)
})

t.test('the delay after wrong passwords passes by the clock', async (t) => {
  const service = await sandbox(t)
  const attempt = async (password: string) => (await service.post('/api/auth/token/', { username: 'juan', password })).status
  for (let tries = 0; tries < 6; tries += 1) await attempt('wrong')
  await service.put('/__sandbox/clock/', { now: '2030-01-01T00:00:00Z' })
  for (let tries = 0; tries < 12 && (await attempt('wrong')) !== 429; tries += 1);
  t.equal(await attempt(sandboxPassword), 429)
  await advance(service, 3600)
  t.equal(await attempt(sandboxPassword), 200)
})

t.test('provider states are brought about one after another, and give what a pact takes from them', async (t) => {
  const service = await sandbox(t)
  const state = (state: string, params?: object, action = 'setup') =>
    service.post('/__sandbox/states/', { state, action, ...(params && { params }), consumer: 'a web page' })
  t.same((await state('the sandbox is as seeded')).body, {})
  const { body: user } = await state('a user is logged in', { username: 'juan' })
  t.match(user, { user_id: 4, username: 'juan' })
  t.equal((await service.get('/api/auth/profile/', { as: user.access_token })).body.id, 4)
  const { body: admin } = await state('an administrator is logged in')
  await state('there are many users', { count: 25 })
  const { body: users } = await service.get('/api/auth/users/?search=user00&page_size=500', { as: admin.access_token })
  t.equal(users.length, 25)
  const { body: reset } = await state('a password reset was asked for', { username: 'lucia' })
  const answer = { ...reset, new_password: 'another-private-phrase' }
  t.equal((await service.post('/api/auth/reset-password-confirm/', answer)).status, 200)
  t.same((await state('a user is logged in', undefined, 'teardown')).body, {})
  const unknown = await state('there is peace on earth')
  t.equal(unknown.status, 400)
  t.match(unknown.body.errors.state[0], /a user is logged in/)
  t.equal((await state('a user is logged in', { username: 'pedro' })).status, 400, 'one who is not active')
  t.equal((await state('a password reset was asked for', { username: 'nobody' })).status, 400)
})

t.test('what is no JSON is told so', async (t) => {
  const service = await sandbox(t)
  const broken = { payload: '{"now": ', headers: { 'content-type': 'application/json' } }
  for (const [method, path] of [
    ['PUT', '/__sandbox/clock/'],
    ['POST', '/__sandbox/states/']
  ] as const) {
    const { status, body } = await service.request(method, path, broken)
    t.same([status, body.code], [400, 'malformed_body'], path)
  }
})

t.test('what is not a sandbox has none of it, and neither takes the other’s database', async (t) => {
  const plain = await startService(t)
  const headers = { authorization: `Bearer ${(await plain.admin()).access}` }
  for (const { method, path } of own) {
    const { statusCode } = await plain.app.inject({ method: method as Method, url: path, headers })
    t.equal(statusCode, 404, `${method} ${path}`)
  }
  await t.rejects(checkMark(plain.db.url, true), { message: /deletes all rows.*Give it an empty one/ })
  const service = await sandbox(t)
  await t.rejects(checkMark(service.db.url, false), { message: /a sandbox's database/ })
  await checkMark(service.db.url, true)
  t.same(
    Object.keys(contract.document.paths as object).filter((path) => path.startsWith('/__')),
    []
  )
  t.notMatch((await service.get('/openapi.yaml')).text, /__sandbox/)
})

t.test('connections without the sandbox’s path have the real time', async (t) => {
  const service = await sandbox(t)
  await service.put('/__sandbox/clock/', { now: '2100-01-01T00:00:00Z' })
  const [row] = await service.db.query<{ real: boolean }>("select now() < '2099-01-01' as real")
  t.equal(row?.real, true)
  const empty = await createTestDatabase('template0')
  t.teardown(() => empty.drop())
  await Promise.all([checkMark(empty.url, true), checkMark(empty.url, true)])
  t.pass('two that start together make one mark')
})

t.test('every status of a sandbox’s operations is as its contract has it', async (t) => {
  const service = await sandbox(t)
  const limited = await sandbox(t, { RATE_LIMIT: '1/1h' })
  await limited.get('/api/auth/provinces/')
  const takes = (status: number) => own.filter(({ statuses }) => statuses.includes(status))
  const send = (operation: Operation, options: Parameters<Service['request']>[2] = {}) =>
    service.request(operation.method as Method, operation.path, options)
  for (const operation of own) {
    const { status } = await limited.request(operation.method as Method, operation.path, {})
    t.equal(status, 429, `${operation.operationId} 429`)
  }
  for (const operation of takes(400)) {
    const unknown =
      operation.method === 'GET' ? await service.get(`${operation.path}?unknown=1`) : await send(operation, { body: {} })
    t.equal(unknown.status, 400, `${operation.operationId} 400`)
  }
  for (const operation of takes(413)) {
    const payload = JSON.stringify({ a: 'x'.repeat(2 * 1024 * 1024) })
    t.equal((await send(operation, { headers: { 'content-type': 'application/json' }, payload })).status, 413)
    t.equal((await send(operation, { headers: { 'content-type': 'text/xml' }, payload: '<a/>' })).status, 415)
  }
  const body = (operation: Operation) => (operation.operationId === 'setState' ? reset : requestExample(operation))
  const reset = { state: 'the sandbox is as seeded' }
  const client = new pg.Client({ connectionString: service.db.url })
  await client.connect()
  t.teardown(() => client.end())
  for (const operation of takes(503)) {
    await client.query('begin; lock user_management_sandbox.clock')
    const example = body(operation)
    const answer = send(operation, example ? { body: example } : {})
    await cancelWaiting(client, service.db.name)
    t.equal((await answer).status, 503, `${operation.operationId} 503`)
    await client.query('rollback')
  }
  await client.query('drop table user_management_sandbox.clock cascade')
  for (const operation of takes(500)) {
    const example = body(operation)
    t.equal((await send(operation, example ? { body: example } : {})).status, 500, `${operation.operationId} 500`)
  }
})

/** Cancels the statement that waits for a lock, as an operator would, once it does. */
async function cancelWaiting(client: pg.Client, database: string): Promise<void> {
  const cancel = `select pg_cancel_backend(pid) from pg_stat_activity where datname = $1 and wait_event_type = 'Lock'`
  await until('somebody who waits for the lock', async () => (await client.query(cancel, [database])).rows.length > 0)
}

const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
