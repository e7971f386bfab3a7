import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { readConfig } from '../src/config.ts'
import { connect } from '../src/database/connection.ts'
import { freePort } from '../src/database/embedded.ts'
import { ensureAdministrator } from '../src/operations/first-start.ts'
import { folder, gone, isAlive, postgresOf } from './support/data-folder.ts'
import { createDjangoDatabase } from './support/django.ts'
import { createTestDatabase, type TestDatabase } from './support/postgres.ts'
import { serve, start } from './support/process.ts'
import { startService } from './support/service.ts'
import { until } from './support/wait.ts'

async function run(t: Test, args: string[], env: Record<string, string> = {}): Promise<{ code: number | null; output: string }> {
  const running = start(t, args, env)
  return { code: await running.ended(), output: running.output() }
}

/** A port that is taken. */
async function holdPort(): Promise<{ port: string; free(): Promise<void> }> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: String((server.address() as AddressInfo).port),
    free: () => new Promise((done) => server.close(() => done()))
  }
}

async function database(t: Test, from?: string): Promise<TestDatabase> {
  const db = await createTestDatabase(from)
  t.teardown(() => db.drop())
  return db
}

/** The lines of a stack, which tell an operator nothing. */
const stack = /^\s+at /m

t.test('a configuration that can not be used is told without a stack, and ends with 1', async (t) => {
  const { code, output } = await run(t, ['serve'], { NODE_ENV: 'production', PORT: 'x' })
  t.equal(code, 1)
  for (const name of ['PORT', 'DATABASE_URL', 'PUBLIC_URL', 'JWT_PRIVATE_KEY']) t.match(output, `  - ${name}`)
  t.notMatch(output, stack)
})

t.test('a database of Django with users who share a name is taken over where that is allowed, and only then', async (t) => {
  const users = ['maria', 'Maria'].map((username, index) => ({ id: 7 + index, username, superuser: true }))
  const db = await createDjangoDatabase(t, { users })
  const env = { DATABASE_URL: db.url, PORT: String(await freePort()), DATA_DIR: '/nonexistent' }
  for (const command of ['migrate', 'serve']) {
    const { code, output } = await run(t, [command], env)
    t.equal(code, 1, command)
    t.match(output, /maria: ids 7, 8\n[\s\S]*npm run migrate -- --allow-duplicates/)
    t.notMatch(output, stack)
  }
  t.match(await run(t, ['migrate', '--allow-duplicates'], env), { code: 0, output: /one username belongs to several users/ })
  t.match(await run(t, ['migrate'], env), { code: 1, output: /maria: ids 7, 8/ })
})

t.test('migrate and create-admin work on an empty database', async (t) => {
  const db = await database(t, 'template0')
  const env = { DATABASE_URL: db.url, PASSWORD_HASH_COST: '4' }
  t.match(await run(t, ['migrate'], env), { code: 0, output: /Migrated: 0001_django_tables/ })
  const [again, noPassword, weak] = await Promise.all([
    run(t, ['migrate'], env),
    run(t, ['create-admin', '--username', 'root'], env),
    run(t, ['create-admin', '--username', '12345'], { ...env, ADMIN_PASSWORD: '12345' })
  ])
  t.match(again, { code: 0, output: /Nothing to migrate/ })
  t.match(noPassword, { code: 1, output: /ADMIN_PASSWORD/ })
  t.match(weak, { code: 1, output: /too similar[\s\S]*too short[\s\S]*too common[\s\S]*entirely numeric/ })
  const strong = { ...env, ADMIN_PASSWORD: 'a long and private phrase' }
  t.match(await run(t, ['create-admin', '--username', 'root', '--email', 'root@example.org'], strong), {
    code: 0,
    output: /Superuser root made/
  })
  t.match(await run(t, ['create-admin', '--username', 'ROOT'], strong), { code: 1, output: /taken/ })
  t.match(await db.query('select is_superuser, is_staff, is_active from auth_user'), [
    { is_superuser: true, is_staff: true, is_active: true }
  ])
  const service = await startService(t, {}, { db })
  for (const username of ['root', 'root@example.org']) {
    const { status, body } = await service.post('/api/auth/token/', { username, password: strong.ADMIN_PASSWORD })
    t.equal(status, 200, `${username} can log in`)
    t.equal((await service.get('/api/auth/users/', { as: body.access })).status, 200, 'and do what an administrator does')
  }
})

t.test('create-admin makes no account that could not have been registered, and says why', async (t) => {
  const db = await database(t)
  const env = { DATABASE_URL: db.url, PASSWORD_HASH_COST: '4', ADMIN_PASSWORD: 'a-long-and-private-phrase' }
  const refused: Record<string, string[]> = {
    'a password that is the username': ['--username', 'a-long-and-private-phrase'],
    'no username': ['--username', ''],
    'a username with letters that none may have': ['--username', 'maria rojas'],
    'an email that is none': ['--username', 'maria', '--email', 'nonsense']
  }
  await Promise.all(
    Object.entries(refused).map(async ([fault, args]) => {
      const { code, output } = await run(t, ['create-admin', ...args], env)
      t.equal(code, 1, fault)
      t.notMatch(output, stack, `${fault}: told without a stack`)
    })
  )
  t.same(await db.query('select username, email from auth_user'), [])
})

t.test('the first administrator has a password by the rules that all passwords go by', async (t) => {
  const db = await database(t)
  const connection = connect({ url: db.url, poolSize: 1, preparedStatements: true, onError: () => {} })
  t.teardown(() => connection.destroy())
  const begin = async (password: string) =>
    ensureAdministrator(connection, readConfig({ PASSWORD_HASH_COST: '4', ADMIN_PASSWORD: password }))
  for (const weak of ['password', 'admin123', '8392017465']) await t.rejects(begin(weak), { message: /password/i }, weak)
  t.same(await db.query('select username from auth_user'), [])
  t.match(await begin('a long and private phrase'), { username: 'admin', madePassword: undefined })
})

t.test('keys rotate makes a key where the keys are files, and says what to do where they are not', async (t) => {
  const dir = await folder(t)
  const [made, refused] = await Promise.all([
    run(t, ['keys', 'rotate'], { DATA_DIR: dir }),
    run(t, ['keys-rotate'], { JWT_SECRET: 'a secret for tests, long enough to sign' })
  ])
  t.match(made, { code: 0, output: /The new key \S+ signs from/ })
  t.match(refused, { code: 1, output: /JWT_SECRET or JWT_PRIVATE_KEY/ })
})

t.test('serve prints where it listens, the docs page and how to log in; a signal ends it and its Postgres', async (t) => {
  const [data, port] = [await folder(t), String(await freePort())]
  const env = { DATA_DIR: data, PORT: port, PASSWORD_HASH_COST: '4' }
  const first = start(t, ['serve'], env)
  await first.until(/Server listening/)
  t.match(first.output(), `Listening on   http://127.0.0.1:${port}`)
  t.match(first.output(), `Documentation  http://127.0.0.1:${port}/docs`)
  const password = /password (\S+) \(shown this once\)/.exec(first.output())?.[1] as string
  const curl = /curl -s (\S+) -H 'content-type: application\/json' \\\s+-d '([^']+)'/.exec(first.output()) as RegExpExecArray
  const answer = await fetch(curl[1] as string, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: curl[2] as string
  })
  t.equal(answer.status, 200, 'the command that it prints works')
  t.match(curl[2], password)
  const pid = (await postgresOf(data)) as number
  t.ok(isAlive(pid))
  first.child.kill('SIGTERM')
  t.equal(await first.ended(), 0)
  t.notOk(isAlive(pid), 'its Postgres is gone')

  const begin = performance.now()
  const second = start(t, ['serve'], env)
  await second.until(/Server listening/)
  t.comment(`second start: ${Math.round(performance.now() - begin)} ms`)
  t.notMatch(second.output(), /shown this once/)
  const nextPid = (await postgresOf(data)) as number
  second.child.kill('SIGINT')
  t.equal(await second.ended(), 0)
  t.notOk(isAlive(nextPid), 'its Postgres is gone')
})

t.test('a start that fails ends at once, with 1 and the reason', async (t) => {
  const db = await database(t)
  const [data, held] = [await folder(t), await holdPort()]
  t.teardown(() => held.free())
  const fails = {
    'its port is taken': { PORT: held.port, reason: /EADDRINUSE/ },
    'a rule is for no operation': { REQUIRED_ROLES: 'nothing=admin', reason: /nothing is no operation/ },
    'the key is none': { JWT_PRIVATE_KEY: 'nonsense', reason: /JWT_PRIVATE_KEY/ }
  }
  await Promise.all(
    Object.entries(fails).map(async ([what, { reason, ...settings }]) => {
      const port = String(await freePort())
      const env = {
        DATABASE_URL: db.url,
        DATA_DIR: data,
        PORT: port,
        PASSWORD_HASH_COST: '4',
        ADMIN_PASSWORD: 'a private phrase'
      }
      const serving = start(t, ['serve'], { ...env, ...settings })
      await serving.until(reason)
      t.equal(await Promise.race([serving.ended(), sleep(60_000, 'runs on', { ref: false })]), 1, what)
      if (!('PORT' in settings)) t.notMatch(serving.output(), stack, `${what}: a fault of the settings is told without a stack`)
    })
  )
})

t.test('a signal that comes while it starts ends its Postgres too', async (t) => {
  const data = await folder(t)
  const serving = start(t, ['serve'], { DATA_DIR: data, PORT: String(await freePort()), PASSWORD_HASH_COST: '4' })
  let pid: number | undefined
  await until('its Postgres', async () => {
    pid = await postgresOf(data)
    return pid !== undefined
  })
  serving.child.kill('SIGTERM')
  await serving.ended()
  t.ok(await gone(pid as number))
})

// Which processes there are, Linux alone tells without a program of its own.
const linux = process.platform === 'linux' ? {} : { skip: 'SKIPPED: needs /proc' }

t.test(
  'WORKERS=2 are two processes behind one port: one that dies is replaced, figures are added up, all end together',
  linux,
  async (t) => {
    const service = await serve(t, { WORKERS: '2' })
    const { origin, db } = service
    const pids = async () => {
      const rows = await db.query<{ pid: number }>(
        `select pid from pg_stat_activity where application_name = 'user-management-listen' and datname = current_database()`
      )
      return rows.map(({ pid }) => pid)
    }
    await until('two that listen for changes', async () => (await pids()).length === 2)
    const ask = () => fetch(`${origin}/api/auth/provinces/`, { headers: { connection: 'close' } })
    for (let count = 0; count < 30; count += 1) t.equal((await ask()).status, 200)
    const metrics = await (await fetch(`${origin}/metrics`)).text()
    const total = [...metrics.matchAll(/^http_requests_total\{[^}]*operation="listProvinces"[^}]*\} (\d+)/gm)]
    t.equal(
      total.reduce((sum, [, value]) => sum + Number(value), 0),
      30,
      'of both together'
    )
    const children = (await readFile(`/proc/${service.child.pid}/task/${service.child.pid}/children`, 'utf8')).trim().split(' ')
    t.equal(children.length, 2)
    process.kill(Number(children[0]), 'SIGKILL')
    await service.until(/A worker ended and is replaced/)
    for (let count = 0; count < 20; count += 1) {
      const answer = await ask().catch(() => undefined)
      t.ok(answer === undefined || answer.status === 200)
    }
    await until('the new worker', async () => (await pids()).length === 2)
    t.equal((await ask()).status, 200)
    service.child.kill('SIGTERM')
    t.equal(await service.ended(), 0)
    await t.rejects(fetch(`${origin}/healthz`))
    t.same(await pids(), [], 'nobody is left')
  }
)
