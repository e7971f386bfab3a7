import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import t from 'tap'
import { startObjectStorage } from './support/object-storage.ts'
import { createTestDatabase } from './support/postgres.ts'
import { start } from './support/process.ts'
import { startNodeProxy } from './support/proxy.ts'
import { startService } from './support/service.ts'
import { until } from './support/wait.ts'

const password = 'correct horse battery staple'

t.test('three replicas that start at once on an empty database are one service', async (t) => {
  const db = await createTestDatabase('template0')
  t.teardown(() => db.drop())
  const dataDir = await mkdtemp(join(tmpdir(), 'user-management-replicas-'))
  t.teardown(() => rm(dataDir, { recursive: true, force: true }))
  const settings = {
    NODE_ENV: 'production',
    DATABASE_URL: db.url,
    DATA_DIR: dataDir,
    PUBLIC_URL: 'http://accounts.test',
    JWT_SECRET: '0d1a9c7be25f4e0c8d6b3a1f2e4d5c6b',
    ADMIN_PASSWORD: password,
    PASSWORD_RESET_DELIVERY: 'response',
    PASSWORD_HASH_COST: '10',
    RATE_LIMIT: 'off',
    RATE_LIMIT_CREDENTIALS: 'off'
  }
  const replicas = Array.from({ length: 3 }, () => start(t, ['serve'], { PORT: '0', ...settings }))
  const listening = /listening at http:\/\/127\.0\.0\.1:(\d+)/
  const ports = await Promise.all(replicas.map(async ({ until }) => Number((await until(listening))[1])))
  const address = await startNodeProxy(t, ports)

  async function ask(method: string, path: string, { token, body, headers = {} }: Asked = {}) {
    const answer = await fetch(new URL(path, address), {
      method,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && !(body instanceof FormData) && { 'content-type': 'application/json' }),
        ...headers
      },
      ...(body !== undefined && { body: body instanceof FormData ? body : JSON.stringify(body) })
    })
    const text = await answer.text()
    return { status: answer.status, headers: answer.headers, body: /^[[{]/.test(text) ? JSON.parse(text) : text }
  }
  const onEach = (path: string, token?: string) =>
    Promise.all(ports.map(() => ask('GET', path, { ...(token !== undefined && { token }) }).then(({ status }) => status)))
  /** What one replica has committed another hears of within milliseconds, on a machine with nothing else to do. */
  function untilEach(path: string, token: string, status: number): Promise<void> {
    const all = async () => (await onEach(path, token)).every((each) => each === status)
    return until(`${status} from each replica for ${path}`, all)
  }
  const login = async (username: string, secret = password) =>
    ask('POST', '/api/auth/token/', { body: { username, password: secret } })

  await t.test('one of them migrated and made the superuser', async (t) => {
    const migrated = replicas.map(({ output }) => /"migrations":\[([^\]]*)\]/.exec(output())?.[1] !== '')
    t.equal(migrated.filter(Boolean).length, 1)
    t.same(await db.query('select username from auth_user'), [{ username: 'admin' }])
  })

  const admin = (await login('admin')).body.access
  await t.test('a session that one opened is known to all, and ended for all', async (t) => {
    const { body: session } = await login('admin')
    t.same(await onEach('/api/auth/profile/', session.access), [200, 200, 200])
    const refreshed = [session]
    for (let round = 0; round < 3; round += 1) {
      const { status, body } = await ask('POST', '/api/auth/token/refresh/', { body: { refresh: refreshed.at(-1).refresh } })
      t.equal(status, 200)
      refreshed.push(body)
    }
    t.equal((await ask('POST', '/api/auth/logout/', { body: { refresh: refreshed.at(-1).refresh } })).status, 200)
    await untilEach('/api/auth/profile/', session.access, 401)
  })

  await t.test('a role that was given by one opens all of them, and closes them again', async (t) => {
    const made = await ask('POST', '/api/auth/register/', { body: { username: 'maria', email: 'maria@example.org', password } })
    t.equal(made.status, 201)
    const maria = (await login('maria')).body.access
    t.same(await onEach('/api/auth/users/', maria), [403, 403, 403])
    const { body: roles } = await ask('GET', '/api/auth/roles/', { token: admin })
    const role = roles.find(({ name }: { name: string }) => name === 'admin').id
    const path = `/api/auth/users/${made.body.id}/update/`
    t.equal((await ask('PUT', path, { token: admin, body: { roles: [role] } })).status, 200)
    await untilEach('/api/auth/users/', maria, 200)
    t.equal((await ask('PUT', path, { token: admin, body: { roles: [] } })).status, 200)
    await untilEach('/api/auth/users/', maria, 403)
  })

  await t.test('a picture that one took is served by all', async (t) => {
    const picture = await sharp({ create: { width: 2, height: 2, channels: 3, background: 'red' } })
      .png()
      .toBuffer()
    const form = new FormData()
    form.set('profile_picture', new Blob([picture]), 'me.png')
    const { body } = await ask('PUT', '/api/auth/profile/', { token: admin, body: form })
    t.same(await onEach(new URL(body.profile_picture).pathname), [200, 200, 200])
  })

  await t.test('what is sent again with its key is carried out once', async (t) => {
    const headers = { 'idempotency-key': 'made-once-0001' }
    const body = { name: 'once' }
    const answers = []
    for (const _ of ports) answers.push(await ask('POST', '/api/auth/roles/create/', { token: admin, body, headers }))
    t.same(
      answers.map(({ status }) => status),
      [201, 201, 201]
    )
    t.equal(new Set(answers.map((answer) => answer.body.id)).size, 1)
  })

  await t.test('wrong passwords count wherever they are sent', async (t) => {
    // Each has to wait longer than the one before, at first for less than a slow machine takes to check one.
    let guesses = 0
    do guesses += 1
    while ((await login('maria', `wrong ${guesses}`)).status === 401)
    t.ok(guesses > 5 && guesses < 16, `refused at the ${guesses}th; counted by each replica it would take 16`)
  })
})

t.test('with S3 a picture that one replica took is served, and replaced, by another that shares no folder', async (t) => {
  const settings = await startObjectStorage(t)
  const one = await startService(t, settings)
  const other = await startService(t, settings, { db: one.db })
  const user = await one.user()
  const send = async (service: typeof one, background: string) => {
    const form = new FormData()
    const picture = sharp({ create: { width: 2, height: 2, channels: 3, background } })
    form.set('profile_picture', new Blob([await picture.png().toBuffer()]), 'me.png')
    const { body } = await service.request('PUT', '/api/auth/profile/', { as: user, form })
    return new URL(body.profile_picture).pathname
  }
  const first = await send(one, 'red')
  t.equal((await other.app.inject(first)).statusCode, 200)
  const second = await send(other, 'blue')
  t.same([(await one.app.inject(first)).statusCode, (await one.app.inject(second)).statusCode], [404, 200])
})

interface Asked {
  readonly token?: string
  readonly body?: object
  readonly headers?: Record<string, string>
}
