import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import Fastify from 'fastify'
import t from 'tap'
import { freePort } from '../../src/database/embedded.ts'
import { logSettings } from '../../src/operations/log.ts'
import { startMailServer } from '../support/mail.ts'
import { createTestDatabase } from '../support/postgres.ts'
import { start } from '../support/process.ts'
import { password, startService } from '../support/service.ts'

const pixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64'
)

t.test('at LOG_LEVEL=trace no password, token, cookie or link is in the log, whatever requests do', async (t) => {
  const mail = await startMailServer(t)
  const service = await startService(t, {
    PASSWORD_RESET_DELIVERY: 'email',
    SMTP_URL: mail.url,
    MAIL_FROM: 'accounts@example.org'
  })
  const secrets: Record<string, string> = { password }
  const secret = (name: string) => {
    secrets[name] = `secret-${name}-7f3a91`
    return secrets[name]
  }
  const user = await service.user({ email: 'maria@example.org' })
  const admin = await service.admin()
  Object.assign(secrets, { access: user.access, refresh: user.refresh, 'access of an administrator': admin.access })

  // Logins that go wrong in all ways.
  await service.post('/api/auth/token/', { username: 'user1', password: secret('wrong-password') })
  await service.post('/api/auth/token/', { username: 'user1', password: [secret('password-of-wrong-type')] })
  await service.request('POST', '/api/auth/token/', {
    payload: `{"username": "user1", "password": "${secret('broken-json')}" "}`,
    headers: { 'content-type': 'application/json' }
  })
  await service.request('POST', '/api/auth/token/', {
    payload: `${secret('no-json')}`,
    headers: { 'content-type': 'application/json' }
  })
  await service.request('POST', '/api/auth/token/', {
    payload: `username=user1&password=${secret('form')}`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' }
  })
  await service.post('/api/auth/login/', { username: { $ne: 1 }, password: secret('nested') })
  // Tokens and cookies.
  await service.get('/api/auth/profile/', {
    as: user,
    headers: { cookie: `sessionid=${secret('cookie')}`, 'proxy-authorization': secret('proxy') }
  })
  await service.get('/api/auth/profile/', { headers: { authorization: `Basic ${secret('basic')}` } })
  await service.get('/api/auth/profile/', { as: secret('no-token') })
  await service.post('/api/auth/token/verify/', { token: secret('verified') })
  const refreshed = await service.post('/api/auth/token/refresh/', { refresh: user.refresh })
  Object.assign(secrets, { 'second access': refreshed.body.access, 'second refresh': refreshed.body.refresh })
  // Registration, passwords, resets.
  await service.post('/api/auth/register/', { username: 'ana', password: secret('registered'), email: 'nonsense' })
  await service.post('/api/auth/register/', { username: 'ana', password: secret('registered-too') })
  await service.post(
    '/api/auth/change-password/',
    { old_password: secret('old-password'), new_password: secret('new-password') },
    { as: user }
  )
  await service.post('/api/auth/forgot-password/', { email: 'maria@example.org' })
  const { text } = await mail.next(1)
  const [link = '', uid = '', token = ''] = /https?:\/\/\S+uid=([^&\s]+)&token=([\w-]+)/.exec(text) ?? []
  t.ok(token.length > 20, 'a link came')
  Object.assign(secrets, { 'reset link': link, 'reset token': token })
  await service.app.inject(`/reset-password-confirm/?uid=${uid}&token=${token}`)
  await service.app.inject(`/reset-password-confirm/%zz?uid=${uid}&token=${token}`)
  await service.post('/api/auth/reset-password-confirm/', { uid, token, new_password: '12345678' })
  await service.post('/api/auth/reset-password-confirm/', { uid, token, new_password: secret('reset-password') })
  await service.post('/api/auth/reset-password-confirm/', { uid, token, new_password: secret('reset-again') })
  // Uploads, good and bad.
  for (const field of ['first_name', 'unknown']) {
    const form = new FormData()
    form.set('profile_picture', new Blob([pixel]), 'me.png')
    form.set(field, secret(`form-${field}`))
    await service.request('PUT', '/api/auth/profile/', { as: admin, form })
  }
  await service.request('PUT', '/api/auth/profile/', {
    as: admin,
    payload: `--x\r\ncontent-disposition: form-data; name="bio"\r\n\r\n${secret('half-a-form')}`,
    headers: { 'content-type': 'multipart/form-data; boundary=x' }
  })
  // Faults of Postgres that tell of rows.
  await service.db.query(`alter table user_session add constraint refused check (user_agent <> '${secret('user-agent')}')`)
  await service.post(
    '/api/auth/token/',
    { username: admin.username, password },
    { headers: { 'user-agent': secrets['user-agent'] as string } }
  )
  const [{ password: hash } = { password: '' }] = await service.db.query<{ password: string }>('select password from auth_user')
  Object.assign(secrets, { 'a hash': hash })
  await service.db.query(`alter table auth_user add constraint no_change check (first_name <> 'Refused')`)
  await service.request('PATCH', `/api/auth/users/${user.id}/`, { as: admin, body: { first_name: 'Refused' } })

  const log = service.log()
  t.match(log, /"level":50/, 'faults are among what is told')
  t.match(log, /incoming request/)
  for (const [name, value] of Object.entries(secrets)) {
    t.same(
      log.split('\n').filter((line) => line.includes(value)),
      [],
      `${name} is not in the log`
    )
  }
})

t.test('a field that holds a secret is written without it, and an error without what it carries', async (t) => {
  let log = ''
  const stream = new Writable({
    write(chunk, _encoding, done) {
      log += chunk
      done()
    }
  })
  const { log: logger } = Fastify({ logger: { level: 'trace', ...logSettings, stream } })
  const value = 'a-secret-value'
  const headers = { authorization: value, cookie: value, 'set-cookie': value }
  logger.info({ password: value, token: value, reset_link: value, headers, body: { new_password: value, refresh: value } }, 'x')
  logger.trace({ busboyOptions: { headers } }, 'x')
  logger.info({ req: { method: 'GET', url: `/path?token=${value}`, headers: { authorization: value } } }, 'x')
  const cause = Object.assign(new Error('The cause'), {
    detail: `Failing row contains (${value})`,
    code: '23514',
    table: 'auth_user'
  })
  const error = Object.assign(new Error('Told', { cause }), { command: { name: 'auth', args: [value] }, config: { pass: value } })
  logger.error({ err: error }, 'x')
  logger.error({ err: new AggregateError([error], 'Several') }, 'x')
  t.notMatch(log, value)
  t.match(log, '[redacted]')
  for (const told of ['Told', 'The cause', '23514', 'auth_user', 'Several', 'log-secrets.test']) t.match(log, told)
})

t.test('production writes JSON lines, development readable ones', async (t) => {
  const db = await createTestDatabase()
  t.teardown(() => db.drop())
  const lines = async (env: Record<string, string>) => {
    const port = String(await freePort())
    const data = await mkdtemp(join(tmpdir(), 'user-management-log-'))
    t.teardown(() => rm(data, { recursive: true, force: true }))
    const running = start(t, ['serve'], { DATABASE_URL: db.url, DATA_DIR: data, PORT: port, PASSWORD_HASH_COST: '10', ...env })
    await running.until(/Server listening/)
    running.child.kill('SIGTERM')
    t.equal(await running.ended(), 0)
    return running.output().trim().split('\n')
  }
  const [production, development] = await Promise.all([
    lines({
      NODE_ENV: 'production',
      PUBLIC_URL: 'https://accounts.example.org',
      JWT_SECRET: 'q8f3kz0v6m1x9c4b7n2l5j8h3g6d1s4a',
      PASSWORD_RESET_DELIVERY: 'response'
    }),
    lines({})
  ])
  t.ok(production.every((line) => typeof JSON.parse(line).msg === 'string'))
  t.match(development.join('\n'), /^\[?\d\d:\d\d:\d\d\]? .*INFO.*Server listening/m)
})
