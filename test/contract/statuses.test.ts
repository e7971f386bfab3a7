import t from 'tap'
import type { Operation } from '../../src/contract/document.ts'
import { contract, requestExample } from '../support/contract.ts'
import { createTestDatabase } from '../support/postgres.ts'
import { makeMaria, type Sample, sample } from '../support/samples.ts'
import { type Service, startService } from '../support/service.ts'

// What every operation has in common, shown on every operation of the contract: one that is added is tested from then on.

type Method = Parameters<Service['request']>[0]

function each(filter: (operation: Operation) => boolean): readonly Operation[] {
  return contract.operations.filter(filter)
}

const takesId = ({ path }: Operation) => path.includes('{id}') && !takesSessionId(path)
const takesSessionId = (path: string) => path.includes('/sessions/{id}')

t.test('the example of every request succeeds', async (t) => {
  const service = await startService(t)
  const admin = await service.admin()
  for (const operation of contract.operations) {
    // createUser's example is what makes maria.
    if (operation.operationId === 'createUser') continue
    if (!(await service.db.query("select from auth_user where username = 'maria'")).length) await makeMaria(service, admin)
    const { path, options } = await sample(service, operation, admin)
    const { status, text } = await service.request(operation.method as Method, path, options)
    t.ok(status >= 200 && status < 300, `${operation.operationId} succeeds`, { status, text })
  }
})

t.test('without a token, and with one that is none, a protected operation answers 401 before it reads the body', async (t) => {
  const service = await startService(t)
  for (const { operationId, method, path } of each(({ access }) => !access.anonymous)) {
    for (const headers of [{}, { authorization: 'Bearer not.a.token' }, { authorization: 'Basic YTpi' }] as Record<
      string,
      string
    >[]) {
      const payload = '{ this is not JSON'
      const response = await service.request(method as Method, path.replace('{id}', '1'), {
        headers: { ...headers, 'content-type': 'application/json' },
        payload
      })
      t.equal(response.status, 401, operationId)
      t.match(response.headers['www-authenticate'], /^Bearer realm=/)
    }
  }
})

t.test('a caller without the role is refused before the body is read, and nothing is changed', async (t) => {
  const service = await startService(t)
  const user = await service.user()
  const other = await service.user()
  const before = await snapshot(service)
  for (const { operationId, method, path } of each(({ access }) => access.roles.length > 0)) {
    const response = await service.request(method as Method, path.replace('{id}', String(other.id)), {
      as: user,
      headers: { 'content-type': 'application/json' },
      payload: '{ this is not JSON'
    })
    t.equal(response.status, 403, operationId)
    t.equal(response.body.code, 'permission_denied')
  }
  t.same(await snapshot(service), before)
})

t.test('REQUIRED_ROLES closes any operation that a token can open', async (t) => {
  const open = each(({ access, handledBy, operationId }) => access.roles.length === 0 && handledBy === operationId)
  const closable = open.filter(({ statuses }) => statuses.includes(403))
  const settings = closable.map(({ operationId }) => `${operationId}=admin`).join(';')
  const service = await startService(t, { REQUIRED_ROLES: settings })
  const user = await service.user()
  for (const { operationId, method, path } of each(({ handledBy }) => closable.some((each) => each.operationId === handledBy))) {
    t.equal((await service.request(method as Method, path, {})).status, 401, operationId)
    const invalid = await service.request(method as Method, path, { as: 'not.a.token' })
    t.same([invalid.status, invalid.body.code], [401, 'invalid_token'], operationId)
    t.equal((await service.request(method as Method, path, { as: user })).status, 403, operationId)
  }
})

t.test('an id that is no id is a 400 that names it, an unknown one a 404', async (t) => {
  const service = await startService(t)
  const admin = await service.admin()
  for (const operation of each(takesId)) {
    const { operationId, method, path, statuses } = operation
    const body = requestExample(operation)
    const options = { as: admin, ...(body && { body }) }
    for (const id of ['abc', '0', '-1', '1.5', '9223372036854775808', '1e3x', '%00', '0x2', '2e0', '%202', '+2', '1.0']) {
      const response = await service.request(method as Method, path.replace('{id}', id), options)
      t.equal(response.status, 400, `${operationId} ${id}`)
      t.ok(response.body.errors.id, 'the field is named')
    }
    for (const id of ['4711', '2147483648', '9007199254740991']) {
      const response = await service.request(method as Method, path.replace('{id}', id), options)
      t.equal(response.status, 404, `${operationId} ${id}`)
    }
    t.ok(statuses.includes(404))
  }
  for (const { method, path } of each(({ path }) => takesSessionId(path))) {
    t.equal((await service.request(method as Method, path.replace('{id}', '4711'), { as: admin })).status, 400)
    const unknown = path.replace('{id}', '00000000-0000-4000-8000-000000000000')
    t.equal((await service.request(method as Method, unknown, { as: admin })).status, 404)
  }
})

t.test('a body that is broken, missing, of another type or too large is refused, and changes nothing', async (t) => {
  const service = await startService(t)
  const admin = await service.admin()
  const before = await snapshot(service)
  const json = { 'content-type': 'application/json' }
  for (const { operationId, method, path, body } of each(({ body }) => body !== undefined)) {
    const send = (headers: Record<string, string>, payload?: string) =>
      service.request(method as Method, path.replace('{id}', String(admin.id)), {
        as: admin,
        headers,
        ...(payload !== undefined && { payload })
      })
    const broken = await send(json, '{"a": ')
    t.equal(broken.status, 400, `${operationId}: broken JSON`)
    t.equal(broken.body.code, 'malformed_body')
    if (body?.required) {
      t.equal((await send(json)).status, 400, `${operationId}: no body`)
      t.equal((await send(json, 'null')).status, 400, `${operationId}: null`)
      t.equal((await send(json, '[]')).status, 400, `${operationId}: an array`)
    }
    const fields = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`unknown_${index}`, index]))
    const unknown = await send(json, JSON.stringify(fields))
    t.equal(unknown.status, 400, `${operationId}: unknown fields`)
    t.equal(Object.keys(unknown.body.errors).filter((name) => name.startsWith('unknown_')).length, 100, 'all of them are named')
    t.equal((await send({ 'content-type': 'text/xml' }, '<a/>')).status, 415, `${operationId}: XML`)
    t.equal((await send({ 'content-type': 'text/plain' }, 'a')).status, 415, `${operationId}: text`)
    const large = await send(json, JSON.stringify({ a: 'x'.repeat(10 * 1024 * 1024) }))
    t.equal(large.status, 413, `${operationId}: 10 MB`)
    t.equal((await send(json, '{"__proto__": {"is_superuser": true}}')).status, 400, `${operationId}: __proto__`)
  }
  for (const { operationId, method, path } of each(({ body, method }) => body === undefined && method !== 'GET')) {
    const send = (type: string, payload: string) => {
      const url = path.replace('{id}', takesSessionId(path) ? '00000000-0000-4000-8000-000000000000' : '4711')
      return service.request(method as Method, url, { as: admin, headers: { 'content-type': type }, payload })
    }
    t.equal((await send('text/xml', '<a/>')).status, 415, `${operationId} takes no body of another type`)
    t.equal((await send('application/json', ' '.repeat(2 * 1024 * 1024))).status, 413, `${operationId}: 2 MB`)
    const broken = await send('application/json', '{"a": ')
    t.same([broken.status, broken.body.code], [400, 'malformed_body'], `${operationId}: broken JSON`)
  }
  t.same(await snapshot(service), before)
})

t.test('past its rate limit an address is told to wait, before anything else is looked at', async (t) => {
  const service = await startService(t, { RATE_LIMIT: '1/1h' })
  await service.get('/api/auth/provinces/')
  for (const { operationId, method, path } of contract.operations) {
    const { status, headers, body } = await service.request(method as Method, path.replace('{id}', '1'), { payload: '{' })
    t.equal(status, 429, operationId)
    t.ok(Number(headers['retry-after']) > 3500)
    t.equal(body.code, 'too_many_requests')
  }
})

t.test('a tagged object is not sent again to who has it, and not changed by who has an older one', async (t) => {
  const service = await startService(t)
  const admin = await service.admin()
  for (const operation of each(({ statuses }) => statuses.includes(304))) {
    const { path, options } = await sample(service, operation, admin)
    const first = await service.request('GET', path, options)
    for (const tag of [first.headers.etag, `"other", W/${first.headers.etag}`, '*']) {
      const again = await service.request('GET', path, { ...options, headers: { 'if-none-match': String(tag) } })
      t.same([again.status, again.text], [304, ''], operation.operationId)
    }
    t.equal((await service.request('GET', path, { ...options, headers: { 'if-none-match': '"other"' } })).status, 200)
  }
  for (const operation of each(({ statuses }) => statuses.includes(304))) {
    const { path, options } = await sample(service, operation, admin)
    const endless = { 'if-none-match': '"x",'.repeat(300) }
    t.equal((await service.request('GET', path, { ...options, headers: endless })).status, 400, operation.operationId)
  }
  for (const operation of each(({ statuses }) => statuses.includes(412))) {
    const { path, options } = await sample(service, operation, admin)
    const before = await snapshot(service)
    for (const tag of ['"stale"', 'W/"stale"', '"a", "b"']) {
      const refused = await service.request(operation.method as Method, path, { ...options, headers: { 'if-match': tag } })
      t.equal(refused.status, 412, operation.operationId)
    }
    t.same(await snapshot(service), before, `${operation.operationId} changed nothing`)
    const done = await service.request(operation.method as Method, path, { ...options, headers: { 'if-match': '*' } })
    t.ok(done.status < 300, `${operation.operationId} with any state`)
  }
})

t.test('a key of one request is refused for another, and for itself while that is under way', async (t) => {
  const service = await startService(t)
  const admin = await service.admin()
  for (const operation of each(({ statuses }) => statuses.includes(422))) {
    const headers = { 'idempotency-key': 'one-key-for-all' }
    const requestOf = async (username: string) => {
      const { path, options } = await sample(service, operation, admin)
      const body = { ...(options.body as object), ...('username' in (options.body as object) && { username, email: '' }) }
      return () => service.request(operation.method as Method, path, { ...options, body, headers })
    }
    const [first, second] = [await requestOf(`${operation.operationId}1`), await requestOf(`${operation.operationId}2`)]
    t.equal((await first()).status, 201, operation.operationId)
    t.equal((await second()).status, 422, operation.operationId)
    // As it is until the first one is answered.
    await service.db.query('update idempotency_key set status = null, body = null')
    const { status, body } = await first()
    t.same([status, body.code], [409, 'request_in_progress'], operation.operationId)
  }
})

t.test('an unknown query parameter of a list is a 400 that names it', async (t) => {
  const service = await startService(t)
  const admin = await service.admin()
  for (const { operationId, path } of each(({ takesQuery, method }) => takesQuery && method === 'GET')) {
    const { status, body } = await service.get(`${path}?serach=a&page=0`, { as: admin })
    t.equal(status, 400, operationId)
    t.ok(body.errors.serach)
  }
})

t.test('with the database gone every operation answers 503 with Retry-After', async (t) => {
  const alive = await startService(t)
  const admin = await alive.admin()
  await makeMaria(alive, admin)
  const samples = new Map<Operation, Sample>()
  for (const operation of contract.operations) samples.set(operation, await sample(alive, operation, admin))
  const service = await startService(t, { DATABASE_URL: 'postgres://nobody:nothing@127.0.0.1:1/none' })
  for (const [{ operationId, method }, { path, options }] of samples) {
    const { status, headers, body } = await service.request(method as Method, path, options)
    t.equal(status, 503, operationId)
    t.ok(Number(headers['retry-after']) > 0)
    t.equal(body.code, 'unavailable')
  }
})

t.test(
  'a fault of the service is a 500 that says nothing of its cause, which stands in the log under the request id',
  async (t) => {
    const db = await createTestDatabase()
    t.teardown(() => db.drop())
    const service = await startService(t, {}, { db })
    const admin = await service.admin()
    await makeMaria(service, admin)
    const samples = new Map<Operation, Sample>()
    for (const operation of contract.operations) samples.set(operation, await sample(service, operation, admin))
    await db.query('drop schema public cascade')
    for (const [{ operationId, method }, { path, options }] of samples) {
      // Without a permission it asks nothing of the database while the principal is remembered.
      const asked = operationId === 'verifyAccess' ? `${path}?permission=auth.view_user` : path
      const { status, body, text } = await service.request(method as Method, asked, options)
      t.equal(status, 500, operationId)
      t.notMatch(text, /relation|select|public|stack|\.ts|postgres/i)
      t.match(service.log(), new RegExp(`"level":50[^\n]*"request_id":"${body.request_id}"[^\n]*does not exist`))
    }
  }
)

/** Everything that a refused request must not have changed. */
async function snapshot(service: Service): Promise<unknown> {
  const tables = ['auth_user', 'auth_group', 'auth_user_groups', 'auth_group_permissions', 'api_userprofile', 'api_provinces']
  const counts = await Promise.all(
    [...tables, 'api_userprofile_roles', 'password_reset'].map((table) =>
      service.db.query(`select md5(coalesce(string_agg(row::text, ',' order by row::text), '')) as sum from ${table} row`)
    )
  )
  return { tables: counts, pictures: await service.pictures() }
}
