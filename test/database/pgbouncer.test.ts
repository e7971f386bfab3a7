import { spawnSync } from 'node:child_process'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import t, { type Test } from 'tap'
import { freePort } from '../../src/database/embedded.ts'
import { migrate } from '../../src/database/migrator.ts'
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts'
import { findProgram, runProcess } from '../support/process.ts'
import { startService } from '../support/service.ts'
import { until } from '../support/wait.ts'

const pgbouncer = findProgram('pgbouncer', '/usr/sbin/pgbouncer')
const skip = pgbouncer === undefined && 'there is no pgbouncer here, so nothing was sent through one'
/** From 1.21 on it keeps named statements over transactions (max_prepared_statements). */
const keepsStatements = (() => {
  if (pgbouncer === undefined) return false
  const [, major = 0, minor = 0] = /(\d+)\.(\d+)/.exec(String(spawnSync(pgbouncer, ['--version']).stdout)) ?? []
  return Number(major) > 1 || Number(minor) >= 21
})()

/** Starts PgBouncer in transaction mode, with fewer connections than it is asked for. @returns the URL of `db` through it */
async function startPgBouncer(t: Test, db: TestDatabase): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'user-management-pgbouncer-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const port = await freePort()
  const { hostname, port: serverPort, username, password } = new URL(db.url)
  const file = join(folder, 'pgbouncer.ini')
  await writeFile(
    file,
    [
      '[databases]',
      `${db.name} = host=${hostname} port=${serverPort} dbname=${db.name} user=${username} password=${password}`,
      '[pgbouncer]',
      'listen_addr = 127.0.0.1',
      `listen_port = ${port}`,
      'unix_socket_dir =',
      'auth_type = any',
      'pool_mode = transaction',
      'default_pool_size = 3',
      ...(keepsStatements ? ['max_prepared_statements = 200'] : [])
    ].join('\n')
  )
  // It refuses to run as root, and whoever it runs as then has to read its file.
  await chmod(folder, 0o755)
  await chmod(file, 0o644)
  const { output } = runProcess(t, pgbouncer as string, process.getuid?.() === 0 ? ['-u', 'nobody', file] : [file])
  const url = `postgres://any@127.0.0.1:${port}/${db.name}`
  for (let wait = 0; wait < 400; wait += 1) {
    const client = new pg.Client({ connectionString: url })
    if (
      await client.connect().then(
        () => true,
        () => false
      )
    ) {
      await client.end()
      return url
    }
    await sleep(50)
  }
  throw new Error(`PgBouncer never answered:\n${output()}`)
}

t.test('the service works through PgBouncer in transaction mode', { skip }, async (t) => {
  const db = await createTestDatabase('template0')
  t.teardown(() => db.drop())
  const url = await startPgBouncer(t, db)
  t.ok((await migrate(url)).length > 0, 'migrations too')
  const settings = {
    DATABASE_URL: url,
    DATABASE_LISTEN_URL: db.url,
    PREPARED_STATEMENTS: String(keepsStatements),
    DATABASE_POOL_SIZE: '20'
  }
  const [service, other] = [
    await startService(t, settings, { db, pooled: true }),
    await startService(t, settings, { db, pooled: true })
  ]
  const admin = await service.admin()
  const users = await Promise.all(Array.from({ length: 6 }, () => service.user()))
  const answers = await Promise.all(
    users.flatMap((user, index) => [
      service.get('/api/auth/profile/', { as: user }),
      other.put('/api/auth/profile/', { phone: String(index) }, { as: user }),
      service.get('/api/auth/users/?search=user', { as: admin }),
      other.put(`/api/auth/users/${user.id}/update/`, { roles: [1] }, { as: admin }),
      service.get('/api/auth/users/', { as: admin, headers: { accept: 'text/csv' } })
    ])
  )
  t.same([...new Set(answers.map(({ status }) => status))], [200])
  t.same((await service.get(`/api/auth/users/${users[0]?.id}/`, { as: admin })).body.roles, [1])
  const [leaving] = users
  await other.post('/api/auth/logout/', { refresh: leaving?.refresh })
  const left = async () => (await service.get('/api/auth/verify/', { as: leaving })).status === 401
  await until('what is told past PgBouncer', left)
  t.notMatch(service.log(), 'set DATABASE_LISTEN_URL')
})

t.test('without DATABASE_LISTEN_URL it says what is missing, and asks at every request', { skip }, async (t) => {
  const db = await createTestDatabase()
  t.teardown(() => db.drop())
  const settings = { DATABASE_URL: await startPgBouncer(t, db), PREPARED_STATEMENTS: String(keepsStatements) }
  const [service, other] = [
    await startService(t, settings, { db, pooled: true }),
    await startService(t, settings, { db, pooled: true })
  ]
  await until('the advice', () => service.log().includes('set DATABASE_LISTEN_URL'))
  const user = await service.user()
  t.equal((await service.get('/api/auth/verify/', { as: user })).status, 200)
  await other.post('/api/auth/logout/', { refresh: user.refresh })
  t.equal((await service.get('/api/auth/verify/', { as: user })).status, 401)
})
