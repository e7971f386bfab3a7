import { randomUUID } from 'node:crypto'
import sharp from 'sharp'
import t from 'tap'
import { contract, requestExample } from '../support/contract.ts'
import { password, startService } from '../support/service.ts'

t.test('pages of other origins may call only where CORS_ORIGINS says so', async (t) => {
  const origin = 'https://app.example.org'
  const ask = (method: 'OPTIONS' | 'GET', from: string) => ({
    method,
    url: '/api/auth/provinces/',
    headers: { origin: from, 'access-control-request-method': 'PUT', 'access-control-request-headers': 'authorization' }
  })
  const closed = await startService(t)
  const refused = await closed.app.inject(ask('OPTIONS', origin))
  t.notOk('access-control-allow-origin' in refused.headers)
  const service = await startService(t, { CORS_ORIGINS: `${origin},http://localhost:3000` })
  const preflight = await service.app.inject(ask('OPTIONS', origin))
  t.match(preflight.headers, { 'access-control-allow-origin': origin, 'access-control-allow-methods': /PATCH/ })
  const answer = await service.app.inject(ask('GET', origin))
  t.match(answer.headers, { 'access-control-allow-origin': origin, 'access-control-expose-headers': /X-Total-Count/ })
  t.notOk('access-control-allow-credentials' in answer.headers, 'tokens come in a header, never as a cookie')
  const other = await service.app.inject(ask('GET', 'https://evil.example'))
  t.not(other.headers['access-control-allow-origin'], 'https://evil.example')
})

t.test('every answer, of the API, the documentation or an error, carries the security headers', async (t) => {
  const service = await startService(t)
  for (const url of ['/api/auth/provinces/', '/docs', '/nothing', '/api/auth/users/', '/openapi.yaml', '/healthz']) {
    const { headers } = await service.app.inject(url)
    t.match(
      headers,
      { 'x-content-type-options': 'nosniff', 'x-frame-options': 'SAMEORIGIN', 'referrer-policy': 'no-referrer' },
      url
    )
    t.notOk('x-powered-by' in headers)
  }
})

t.test('no secret that was sent stands in the log, at any level', async (t) => {
  const service = await startService(t, { LOG_LEVEL: 'trace' })
  const admin = await service.admin()
  const user = await service.user()
  const secret = `secret-${randomUUID()}`
  const picture = await sharp({ create: { width: 2, height: 2, channels: 3, background: 'red' } })
    .png()
    .toBuffer()
  for (const operation of contract.operations) {
    const body = requestExample(operation) as Record<string, unknown> | undefined
    const filled =
      body && JSON.parse(JSON.stringify(body), (key, value) => (/password|token|refresh|access/.test(key) ? secret : value))
    for (const as of [admin, `${secret}.x.y`]) {
      await service.request(operation.method as 'GET', operation.path.replace('{id}', String(user.id)), {
        as,
        ...(filled && { body: filled })
      })
    }
  }
  const form = new FormData()
  form.set('username', 'formed')
  form.set('password', secret)
  form.set('profile.profile_picture', new Blob([picture]), 'a.png')
  await service.request('POST', '/api/auth/register/', { form })
  const { uid, token } = (await service.post('/api/auth/forgot-password/', { email: user.email })).body
  await service.post('/api/auth/reset-password-confirm/', { uid, token, new_password: secret })
  await service.post('/api/auth/token/', { username: user.username, password })
  await service.db.query('drop table user_session cascade')
  await service.post('/api/auth/token/', { username: user.username, password: secret })
  await service.get('/api/auth/sessions/', { as: admin })
  const log = service.log()
  t.match(log, /"level":50/, 'the log tells of the failure')
  for (const hidden of [
    secret,
    token,
    password,
    admin.access,
    admin.refresh,
    user.access,
    'bcrypt_sha256',
    picture.toString('latin1').slice(0, 40)
  ]) {
    t.notOk(log.includes(hidden), `${hidden.slice(0, 12)}… is not in the log`)
  }
})
