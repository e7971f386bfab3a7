import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { loadContract } from '../../src/contract/document.ts'
import { drfBody, prefersProblem } from '../../src/contract/drf.ts'
import { invalidInput } from '../../src/contract/problems.ts'
import { createTestDatabase } from '../support/postgres.ts'
import { startService } from '../support/service.ts'

// Every answer is also checked against the contract, as a deployment with ERRORS=drf serves it.

const drf = { ERRORS: 'drf' }
const json = { 'content-type': 'application/json' }
const detail = { detail: String }
const invalidToken = { detail: String, code: 'token_not_valid' }

t.test('with ERRORS=drf each status has the shape that Django REST Framework gives it', async (t) => {
  const service = await startService(t, drf)
  const admin = await service.admin()
  const user = await service.user()
  const key = { 'idempotency-key': 'one-key-for-both' }
  const users = '/api/auth/users'
  const maria = { username: 'maria', email: 'maria@example.org', password: 'a-long-and-private-phrase' }
  await service.post(`${users}/create/`, maria, { as: admin, headers: key })
  for (const [status, method, path, options, body] of [
    [401, 'GET', '/api/auth/profile/', {}, detail],
    [401, 'GET', '/api/auth/profile/', { as: 'no.token.x' }, { ...invalidToken, messages: [{ token_class: 'AccessToken' }] }],
    [401, 'POST', '/api/auth/token/', { body: { username: 'maria', password: 'wrong' } }, detail],
    [401, 'POST', '/api/auth/token/refresh/', { body: { refresh: 'none' } }, { ...invalidToken, messages: undefined }],
    [403, 'GET', `${users}/`, { as: user }, { detail: 'This operation needs the role admin.' }],
    [404, 'GET', `${users}/4711/`, { as: admin }, { detail: 'There is no user with the id 4711.' }],
    [400, 'GET', `${users}/x/`, { as: admin }, { id: Array }],
    [400, 'GET', `${users}/?page=0&serach=a`, { as: admin }, { serach: Array }],
    [400, 'PUT', '/api/auth/profile/', { as: user, body: { phone: 'x'.repeat(21), bio: 1 } }, { phone: Array, bio: Array }],
    [400, 'PUT', '/api/auth/profile/', { as: user, body: [] }, { non_field_errors: Array }],
    [400, 'PUT', '/api/auth/profile/', { as: user, headers: json, payload: '{"a": ' }, detail],
    [400, 'POST', '/api/auth/change-password/', { as: user, body: {} }, { old_password: ['This field is required.'] }],
    [409, 'POST', `${users}/create/`, { as: admin, body: maria }, { username: Array, email: Array }],
    [409, 'DELETE', '/api/auth/roles/1/delete/', { as: admin }, detail],
    [412, 'PUT', `${users}/${user.id}/update/`, { as: admin, body: {}, headers: { 'if-match': '"old"' } }, detail],
    [413, 'PUT', '/api/auth/profile/', { as: user, headers: json, payload: `"${'x'.repeat(2 ** 20)}"` }, detail],
    [415, 'PUT', '/api/auth/profile/', { as: user, headers: { 'content-type': 'text/xml' }, payload: '<a/>' }, detail],
    [422, 'POST', `${users}/create/`, { as: admin, body: { ...maria, first_name: 'M' }, headers: key }, detail],
    [405, 'DELETE', '/api/auth/profile/', { as: user }, detail],
    [404, 'GET', '/api/auth/nothing/', {}, detail],
    [404, 'GET', '/media/profile_pics/none.png', {}, detail],
    [400, 'GET', '/api/auth/users/%zz/', {}, detail]
  ] as const) {
    const answer = await service.request(method, path, options)
    const what = `${method} ${path} ${status}`
    t.equal(answer.status, status, what)
    t.equal(answer.headers['content-type'], 'application/json', what)
    t.match(answer.headers.vary, /\bAccept\b/, what)
    t.match(answer.body, body, what)
    t.notOk('request_id' in answer.body || 'type' in answer.body || 'errors' in answer.body, what)
    t.ok(answer.headers['x-request-id'], 'the request id still leads to the log')
  }
  t.equal((await service.request('DELETE', '/api/auth/profile/')).headers.allow, 'GET, HEAD, PATCH, PUT')
  t.match((await service.get('/api/auth/profile/')).headers['www-authenticate'], /^Bearer realm=/)
})

t.test('nested fields are nested, as deep as bodies are and no deeper', async (t) => {
  const service = await startService(t, drf)
  const admin = await service.admin()
  const body = { username: 'maria', password: '12345678', roles: ['x'], profile: { phone: 1, province: 'Nowhere' } }
  const nested = await service.post('/api/auth/users/create/', body, { as: admin })
  t.match(nested.body, { roles: { 0: ['Must be integer.'] }, profile: { phone: ['Must be string or null.'] } })
  const form = new FormData()
  for (const [name, value] of [
    ['username', 'maria'],
    ['password', 'a-long-and-private-phrase'],
    ['profile.phone', 'x'.repeat(21)]
  ] as const)
    form.set(name, value)
  const registered = await service.request('POST', '/api/auth/register/', { form })
  t.same([registered.status, registered.body], [400, { profile: { phone: ['Must not be longer than 20 characters.'] } }])

  const odd = { [`${'a.'.repeat(200_000)}b`]: 1, '__proto__.polluted': 1, 'constructor.name': 1, 'detail.x': 1 }
  const payload = JSON.stringify(odd)
  const answer = await service.request('PUT', '/api/auth/profile/', { as: admin, headers: json, payload })
  t.equal(answer.status, 400)
  t.match(Object.keys(answer.body).sort(), ['__proto__', /^a\.a\./, 'constructor', 'detail'])
  t.notOk('polluted' in {})

  const both = drfBody(invalidInput({ profile: ['Bad.'], 'profile.phone': ['Worse.'], 'profile.phone.0': ['Worst.'] }), undefined)
  t.same(JSON.parse(JSON.stringify(both)), {
    profile: { non_field_errors: ['Bad.'], phone: { non_field_errors: ['Worse.'], 0: ['Worst.'] } }
  })
  const reversed = drfBody(invalidInput({ 'profile.phone': ['Worse.'], profile: ['Bad.'] }), undefined)
  t.same(JSON.parse(JSON.stringify(reversed)), { profile: { phone: ['Worse.'], non_field_errors: ['Bad.'] } })
})

t.test('login, password reset and unknown profiles answer as their own views did', async (t) => {
  const service = await startService(t, drf)
  const admin = await service.admin()
  const login = await service.post('/api/auth/login/', { username: admin.username, password: 'wrong' })
  t.equal(login.status, 401)
  t.same(login.body, { error: login.body.error, details: { non_field_errors: [login.body.error] } })
  const empty = await service.post('/api/auth/login/', { username: 'maria' })
  t.same(
    [empty.status, empty.body],
    [400, { error: 'password: This field is required.', details: { password: ['This field is required.'] } }]
  )
  const forgot = await service.post('/api/auth/forgot-password/', { email: 'none' })
  t.same([forgot.status, forgot.body], [400, { error: 'email: Must be a valid email address.' }])
  const confirm = { uid: 'MQ', token: 'none', new_password: 'another-private-phrase' }
  t.same(await answerOf('/api/auth/reset-password-confirm/', confirm), [400, { error: String }])
  t.same(await answerOf('/api/auth/reset-password-confirm/', {}), [400, { error: String }])
  for (const path of ['/api/auth/user_profile/4711/', '/auth/user_profile/4711/']) {
    t.same((await service.get(path, { as: admin })).body, { error: 'There is no user with the id 4711.' })
  }
  // An alias answers as what it is an alias of; what the framework refuses, it refuses in its own shape.
  t.ok('error' in (await service.request('PATCH', '/api/auth/user_profile/4711/', { as: admin, body: {} })).body)
  t.ok('detail' in (await service.get('/api/auth/user_profile/4711/')).body)

  async function answerOf(path: string, body: object): Promise<unknown[]> {
    const answer = await service.post(path, body)
    return [answer.status, Object.fromEntries(Object.entries(answer.body).map(([name, value]) => [name, value?.constructor]))]
  }
})

t.test('429, 500 and 503 too', async (t) => {
  const db = await createTestDatabase()
  t.teardown(() => db.drop())
  const limited = await startService(t, { ...drf, RATE_LIMIT: '1/1h' }, { db })
  await limited.get('/api/auth/provinces/')
  const waiting = await limited.get('/api/auth/provinces/')
  t.match([waiting.status, waiting.body], [429, detail])
  t.ok(Number(waiting.headers['retry-after']) > 3500)

  const gone = await startService(t, { ...drf, DATABASE_URL: 'postgres://nobody:nothing@127.0.0.1:1/none' })
  const unavailable = await gone.get('/api/auth/provinces/')
  t.match([unavailable.status, unavailable.body], [503, detail])
  t.ok(unavailable.headers['retry-after'])

  const broken = await startService(t, drf, { db })
  const user = await broken.user()
  await db.query('drop table api_userprofile cascade')
  const failed = await broken.get('/api/auth/profile/', { as: user })
  t.match([failed.status, failed.body], [500, { error: /^The service failed/ }])
  t.notMatch(failed.text, /relation|api_userprofile/)
  await db.query('drop table api_provinces cascade')
  t.match((await broken.get('/api/auth/provinces/')).body, detail)
})

t.test('a client that asks for problems by name gets them, unless it would rather have JSON', async (t) => {
  for (const [accept, wins] of [
    ['application/problem+json', true],
    ['application/json, application/problem+json', true],
    ['Application/Problem+JSON; charset=utf-8 ;q=0.5, application/json;q=0.5', true],
    ['application/problem+json;q=0.8, application/json;q=0.9', false],
    ['application/problem+json;q=0.8, */*;q=0.9', false],
    ['application/problem+json;q=0.8, application/json;q=0.1, */*', true],
    ['application/problem+json;q=0.8, application/*;q=0.1, */*', true],
    ['application/problem+json;q=0', false],
    ['application/problem+json;q=none', false],
    ['text/plain;x="a, application/problem+json"', false],
    ['application/json, text/plain, */*', false],
    ['application/*', false],
    ['*/*', false],
    ['', false],
    [undefined, false],
    [`"${'\\"'.repeat(8000)}`, false]
  ] as const) {
    t.equal(prefersProblem(accept), wins, String(accept).slice(0, 80))
  }
  const service = await startService(t, drf)
  const headers = { accept: 'application/problem+json, application/json' }
  const answer = await service.get('/api/auth/profile/', { headers })
  t.equal(answer.headers['content-type'], 'application/problem+json')
  t.match(answer.body, { status: 401, code: 'not_authenticated', request_id: String })
  t.match(answer.headers.vary, /\bAccept\b/)
  t.match((await service.get('/api/auth/nothing/', { headers })).body, { code: 'not_found' })
})

t.test('HEAD has the headers of such an answer, and no body', async (t) => {
  const service = await startService(t, drf)
  for (const [accept, type] of [
    ['*/*', 'application/json'],
    ['application/problem+json', 'application/problem+json']
  ] as const) {
    const answer = await service.app.inject({ method: 'HEAD', url: '/api/auth/profile/', headers: { accept } })
    t.same([answer.statusCode, answer.headers['content-type'], answer.payload], [401, type, ''])
    t.ok(Number(answer.headers['content-length']) > 0)
  }
})

t.test('what Vary said before stays', async (t) => {
  const service = await startService(t, { ...drf, CORS_ORIGINS: 'https://app.example.org' })
  const { headers } = await service.get('/api/auth/profile/', { headers: { origin: 'https://app.example.org' } })
  t.match(headers.vary, /\bOrigin\b.*\bAccept\b/)
})

t.test('bytes that are no request get a detail', async (t) => {
  const service = await startService(t, drf)
  await service.app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = service.app.server.address() as { port: number }
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.write('NOT HTTP AT ALL\r\n\r\n')
  const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n')
  t.match(head, /^HTTP\/1.1 400 [\s\S]*\r\ncontent-type: application\/json\r\n/)
  t.same(JSON.parse(body), { detail: 'This is no valid HTTP/1.1 request.' })
})

t.test('the contract that a deployment serves has the shapes it answers in, and no others', async (t) => {
  const [drfService, plain] = await Promise.all([startService(t, drf), startService(t)])
  const contentOf = async (service: typeof plain, path: string) => {
    const { components } = (await service.get(path)).body
    return Object.keys(components.responses.NotFound.content)
  }
  t.same(await contentOf(drfService, '/openapi.json'), ['application/problem+json', 'application/json'])
  t.same(await contentOf(plain, '/openapi.json'), ['application/problem+json'])
  t.match(
    (await drfService.get('/openapi.yaml')).text,
    /application\/problem\+json:[\s\S]*?application\/json:\s+schema:\s+\$ref: .*DrfError/
  )
  t.equal((await plain.get('/openapi.yaml')).text, loadContract().text)
  const { headers } = await plain.get('/api/auth/profile/')
  t.same([headers['content-type'], headers.vary], ['application/problem+json', undefined])
})
