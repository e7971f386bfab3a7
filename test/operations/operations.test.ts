import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { parse } from 'yaml'
import { contractFile } from '../../src/contract/document.ts'
import { startService } from '../support/service.ts'
import { until } from '../support/wait.ts'

t.test('the service survives connections that break, idle or in use, and recovers by itself', async (t) => {
  const service = await startService(t)
  const user = await service.user()
  const others = `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`
  for (let round = 0; round < 3; round += 1) {
    const requests = Array.from({ length: 10 }, () => service.get('/api/auth/profile/', { as: user }))
    const [, ...answers] = await Promise.all([service.db.query(others), ...requests])
    t.ok(answers.every(({ status }) => status === 200 || status === 503))
    // Connections that end while the next request comes count as broken in use.
    await until('an answer', async () => {
      const { status } = await service.get('/api/auth/profile/', { as: user })
      t.ok([200, 503].includes(status))
      return status === 200
    })
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
  t.equal((await service.app.inject('/openapi.json')).payload, JSON.stringify(parse(yaml.payload)))
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
  const bad = await service.app.inject({ url: '/api/auth/users/%zz/', headers: { 'x-request-id': 'gateway-43' } })
  t.same([bad.statusCode, bad.headers['content-type']], [400, 'application/problem+json'])
  t.same([bad.headers['x-request-id'], bad.json().request_id], ['gateway-43', 'gateway-43'])
  await service.app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = service.app.server.address() as { port: number }
  for (const [status, request] of [
    [400, 'NOT HTTP AT ALL'],
    [400, 'GET /healthz HTTP/9.9\r\nHost: here'],
    [400, 'POST /api/auth/token/ HTTP/1.1\r\nHost: here\r\nContent-Length: 5\r\nTransfer-Encoding: chunked'],
    [431, `GET /healthz HTTP/1.1\r\nHost: here\r\nCookie: ${'x'.repeat(20_000)}`]
  ] as const) {
    const socket = connect(port, '127.0.0.1')
    socket.write(`${request}\r\n\r\n`)
    const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n')
    t.match(head, `HTTP/1.1 ${status} `)
    t.match(head, 'content-type: application/problem+json')
    const problem = JSON.parse(body)
    t.match(problem, { status, code: 'malformed_body' })
    t.match(head, `x-request-id: ${problem.request_id}`)
    t.match(service.log(), problem.request_id, 'the log tells of it under that id')
  }
})

t.test('a key is published with nothing private in it, a secret not at all', async (t) => {
  const keys = async (settings: Record<string, string>) =>
    (await (await startService(t, settings)).app.inject('/.well-known/jwks.json')).json().keys
  t.same(await keys({}), [])
  const publicMembers = {
    RSA: ['alg', 'e', 'kid', 'kty', 'n', 'use'],
    EC: ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'],
    OKP: ['alg', 'crv', 'kid', 'kty', 'use', 'x']
  }
  const pairs = [
    generateKeyPairSync('rsa', { modulusLength: 2048 }),
    generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    generateKeyPairSync('ed25519')
  ]
  const pem = pairs.map(({ privateKey }) => privateKey.export({ type: 'pkcs8', format: 'pem' })).join('')
  const published: Record<string, string>[] = await keys({ JWT_SECRET: '', JWT_PRIVATE_KEY: pem })
  t.same(Object.fromEntries(published.map((key) => [key.kty, Object.keys(key).sort()])), publicMembers)
})
