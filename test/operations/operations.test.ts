import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { contractFile } from '../../src/contract/document.ts'
import { startService } from '../support/service.ts'

t.test('health asks nothing; readiness asks Postgres and says what is wrong', async (t) => {
  const service = await startService(t)
  t.same((await service.app.inject('/healthz')).json(), { status: 'ok' })
  t.same((await service.app.inject('/readyz')).json(), { status: 'ready', checks: { postgres: 'ok' } })
  await service.db.query(`delete from user_management_migration where name = '0004_sessions'`)
  const behind = await service.app.inject('/readyz')
  t.same([behind.statusCode, behind.json().checks], [503, { postgres: 'lacks migrations: 0004_sessions' }])
  const gone = await startService(t, { DATABASE_URL: 'postgres://x@127.0.0.1:1/x' })
  const answer = await gone.app.inject('/readyz')
  t.same([answer.statusCode, answer.json()], [503, { status: 'not ready', checks: { postgres: 'failed' } }])
  t.ok(Number(answer.headers['retry-after']) > 0)
  t.equal((await gone.app.inject('/healthz')).statusCode, 200)
})

t.test('the service survives connections that break, idle or in use, and recovers by itself', async (t) => {
  const service = await startService(t)
  const user = await service.user()
  const others = `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`
  for (let round = 0; round < 3; round += 1) {
    const requests = Array.from({ length: 10 }, () => service.get('/api/auth/profile/', { as: user }))
    const [, ...answers] = await Promise.all([service.db.query(others), ...requests])
    t.ok(answers.every(({ status }) => status === 200 || status === 503))
    const after = await service.get('/api/auth/profile/', { as: user })
    t.ok(after.status === 200 || (await service.get('/api/auth/profile/', { as: user })).status === 200)
  }
})

t.test('requests and logins are counted by operation and result', async (t) => {
  const service = await startService(t)
  await service.user()
  await service.post('/api/auth/token/', { username: 'nobody', password: 'wrong' })
  await service.app.inject('/nothing/of/the/kind')
  const { payload, headers } = await service.app.inject('/metrics')
  t.match(headers['content-type'], /^text\/plain/)
  t.match(payload, 'http_requests_total{method="POST",route="/api/auth/token/",operation="obtainToken",status="401"} 1')
  t.match(payload, 'logins_total{result="success"} 1')
  t.match(payload, 'logins_total{result="failure"} 1')
  t.match(payload, 'process_resident_memory_bytes')
  t.notMatch(payload, 'of/the/kind')
})

t.test('the contract is served as it is, as YAML, JSON and a page', async (t) => {
  const service = await startService(t)
  const yaml = await service.app.inject('/openapi.yaml')
  t.equal(yaml.payload, readFileSync(contractFile, 'utf8'))
  t.match((await service.app.inject('/openapi.json')).json(), { openapi: '3.1.0', info: { title: 'User management' } })
  const page = await service.app.inject('/docs')
  t.match(page.headers['content-type'], /html/)
  t.match(page.payload, /swagger-ui/)
  t.match((await service.app.inject('/docs/json')).json(), { openapi: '3.1.0' })
})

t.test('a sane request id is taken and returned, in problems and the log too; any other is replaced', async (t) => {
  const service = await startService(t)
  const ask = (id: string) => service.get('/api/auth/users/', { headers: { 'x-request-id': id } })
  const { headers, body } = await ask('gateway-42/abc')
  t.same([headers['x-request-id'], body.request_id], ['gateway-42/abc', 'gateway-42/abc'])
  t.match(service.log(), /"request_id":"gateway-42\/abc"[^\n]*request completed/)
  for (const id of ['', 'x'.repeat(129), 'a b', '<script>', '"']) {
    t.match((await ask(id)).headers['x-request-id'], /^[0-9a-f]{8}-[0-9a-f-]{27}$/, id)
  }
})

t.test('paths answer without their slash and under their alias; others are 404, other methods 405 with Allow', async (t) => {
  const service = await startService(t)
  const user = await service.user()
  const headers = { authorization: `Bearer ${user.access}` }
  for (const url of ['/api/auth/profile', '/auth/profile/', '/auth/profile', `/auth/users/${user.id}`]) {
    t.equal((await service.app.inject({ url, headers })).statusCode, 200, url)
  }
  for (const url of [
    '/',
    '/api/auth/nothing/',
    '/api/auth/users/1/2/3/',
    '/authx/profile/',
    '/api/auth/user_profile/create/x/'
  ]) {
    const answer = await service.app.inject(url)
    t.same(
      [answer.statusCode, answer.headers['content-type'], answer.json().code],
      [404, 'application/problem+json', 'not_found'],
      url
    )
  }
  for (const [method, url, allow] of [
    ['DELETE', '/api/auth/profile/', 'GET, HEAD, PATCH, PUT'],
    ['GET', '/api/auth/token', 'POST'],
    ['POST', '/auth/users/7/', 'DELETE, GET, HEAD, PATCH, PUT'],
    ['POST', '/api/auth/permissions/1/delete/', undefined]
  ] as const) {
    const answer = await service.app.inject({ method, url })
    t.same([answer.statusCode, answer.headers.allow], [allow ? 405 : 404, allow], `${method} ${url}`)
  }
})

t.test('what is no HTTP, or no path, gets a 400 problem', async (t) => {
  const service = await startService(t)
  const bad = await service.app.inject('/api/auth/users/%zz/')
  t.same([bad.statusCode, bad.headers['content-type']], [400, 'application/problem+json'])
  await service.app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = service.app.server.address() as { port: number }
  const socket = connect(port, '127.0.0.1')
  socket.write('NOT HTTP AT ALL\r\n\r\n')
  const answer = await text(socket)
  t.match(answer, /^HTTP\/1\.1 400 /)
  t.match(answer, /application\/problem\+json/)
})
