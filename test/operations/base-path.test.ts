import sharp from 'sharp'
import t from 'tap'
import { parse } from 'yaml'
import { startService } from '../support/service.ts'

const prefix = '/iam/accounts'
const publicUrl = `https://example.org${prefix}`

t.test('all paths answer with the prefix and without it, as gateways pass them on, and links have it', async (t) => {
  const service = await startService(t, { PUBLIC_URL: 'https://example.org', BASE_PATH: prefix })
  const admin = await service.admin()
  const headers = { authorization: `Bearer ${admin.access}` }
  const get = (url: string) => service.app.inject({ url, headers })
  const picture = await sharp({ create: { width: 2, height: 2, channels: 3, background: 'red' } })
    .png()
    .toBuffer()
  const form = new FormData()
  form.set('profile_picture', new Blob([picture]), 'me.png')
  const { body: profile } = await service.request('PUT', '/api/auth/profile/', { as: admin, form })
  t.match(profile.profile_picture, `${publicUrl}/media/profile_pics/`)
  const media = profile.profile_picture.slice(publicUrl.length)

  for (const before of ['', prefix]) {
    for (const [path, status] of [
      ['/api/auth/profile/', 200],
      ['/auth/profile', 200],
      ['/api/auth/users/?nothing=x', 400],
      ['/healthz', 200],
      ['/readyz', 200],
      ['/metrics', 200],
      ['/.well-known/jwks.json', 200],
      ['/docs', 200],
      ['/docs/static/swagger-ui.css', 200],
      [media, 200],
      ['/nothing', 404]
    ] as const) {
      t.equal((await get(before + path)).statusCode, status, before + path)
    }
    const { headers: answer } = await get(`${before}/api/auth/users/?page_size=1`)
    t.match(answer.link, `<${publicUrl}/api/auth/users/?page_size=1&page=1>; rel="first"`)
    const { servers } = (await get(`${before}/openapi.json`)).json()
    t.same([servers[0].url, parse((await get(`${before}/openapi.yaml`)).payload).servers], [`${prefix}/`, servers])
    t.match((await get(`${before}/docs`)).payload, `src="${prefix}/docs/static/swagger-ui-bundle.js"`)
  }
  for (const other of ['/iam/accountsx/healthz', '/iam/healthz', `${prefix}${prefix}/healthz`, prefix]) {
    t.equal((await get(other)).statusCode, 404, other)
  }
  const denied = await service.app.inject({ method: 'DELETE', url: `${prefix}/api/auth/profile/` })
  t.same([denied.statusCode, denied.headers.allow], [405, 'GET, HEAD, PATCH, PUT'])

  const { body: reset } = await service.post('/api/auth/forgot-password/', { email: admin.email })
  t.match(reset.reset_link, `${publicUrl}/reset-password-confirm/`)
})

t.test('a proxy that is trusted says who the client is; anybody else says it in vain', async (t) => {
  const trusting = await startService(t, { TRUST_PROXY: '127.0.0.1' })
  const trustless = await startService(t)
  const audited = async (service: typeof trusting) => {
    const admin = await service.admin()
    await service.post('/api/auth/roles/create/', { name: 'told' }, { as: admin, headers: { 'x-forwarded-for': '203.0.113.9' } })
    const { body } = await service.get('/api/auth/audit_log/?action=role.created', { as: admin })
    return body[0].address
  }
  t.equal(await audited(trusting), '203.0.113.9')
  t.equal(await audited(trustless), '127.0.0.1')
})

t.test('every log line of a request has its id, whatever becomes of it', async (t) => {
  const service = await startService(t, { LOG_LEVEL: 'trace' })
  const admin = await service.admin()
  const start = service.log().length
  const headers = { 'x-request-id': 'gateway-7' }
  const ids: string[] = []
  const ask = async (method: 'GET' | 'POST', path: string, body?: object) => {
    const answer = await service.request(method, path, { as: admin, headers, body })
    t.equal(answer.headers['x-request-id'], 'gateway-7')
    if (answer.status >= 400) ids.push(answer.body.request_id)
  }
  await ask('GET', '/api/auth/profile/')
  await ask('GET', '/api/auth/users/0/')
  await ask('POST', '/api/auth/register/', {})
  await ask('POST', '/api/auth/token/', { username: 'nobody', password: 'wrong' })
  await service.db.query('drop table api_provinces cascade')
  await ask('GET', '/api/auth/provinces/')
  t.same(ids, Array(4).fill('gateway-7'))
  const lines = service
    .log()
    .slice(start)
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
  const ofRequests = lines.filter(({ method, operation, res, req, err }) => method || operation || res || req || err)
  t.ok(ofRequests.length >= 10)
  for (const line of ofRequests) t.equal(line.request_id, 'gateway-7', line.msg)
})
