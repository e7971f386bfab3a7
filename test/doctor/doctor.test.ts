import { once } from 'node:events'
import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SMTPServer } from 'smtp-server'
import t, { type Test } from 'tap'
import { freePort } from '../../src/database/embedded.ts'
import type { Finding } from '../../src/doctor/finding.ts'
import { startMailServer } from '../support/mail.ts'
import { startObjectStorage } from '../support/object-storage.ts'
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts'
import { start } from '../support/process.ts'

async function folder(t: Test): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'user-management-doctor-'))
  t.teardown(() => rm(path, { recursive: true, force: true }))
  return path
}

async function database(t: Test, from?: string): Promise<TestDatabase> {
  const db = await createTestDatabase(from)
  t.teardown(() => db.drop())
  return db
}

interface Examination {
  readonly code: number | null
  readonly ok: boolean
  /** The findings of a check. */
  of(check: string): Finding[]
  readonly output: string
}

async function examine(t: Test, env: Record<string, string>, args: string[] = []): Promise<Examination> {
  const running = start(t, ['doctor', '--json', ...args], env)
  const code = await running.ended()
  const { ok, checks } = JSON.parse(/^\{[\s\S]*^\}/m.exec(running.output())?.[0] ?? '') as { ok: boolean; checks: Finding[] }
  t.equal(ok, code === 0)
  t.ok(checks.every(({ status, advice, check }) => status !== 'failed' || check === 'settings' || advice !== undefined))
  return { code, ok, of: (check) => checks.filter((finding) => finding.check === check), output: running.output() }
}

t.test('where all is well doctor says so of each part, and leaves nothing behind', async (t) => {
  const [db, mail, dataDir] = [await database(t), await startMailServer(t), await folder(t)]
  const env = {
    NODE_ENV: 'production',
    DATABASE_URL: db.url,
    DATA_DIR: dataDir,
    PUBLIC_URL: 'https://accounts.example.org',
    JWT_SECRET: 'q8f3kz0v6m1x9c4b7n2l5j8h3g6d1s4a',
    PASSWORD_RESET_DELIVERY: 'email',
    SMTP_URL: mail.url,
    MAIL_FROM: 'accounts@example.org'
  }
  const running = start(t, ['doctor'], env)
  t.equal(await running.ended(), 0, running.output())
  for (const part of [
    'settings',
    'keys',
    'data',
    'database',
    'migrations',
    'privileges',
    'connections',
    'clock',
    'notifications',
    'storage',
    'mail'
  ]) {
    t.match(running.output(), new RegExp(`^(ok|warning) +${part} `, 'm'))
  }
  t.match(running.output(), /Nothing is in the way/)
  t.notMatch(running.output(), new URL(db.url).password, 'no password is told')
  t.notMatch(running.output(), env.JWT_SECRET)
  t.same(await readdir(join(dataDir, 'media/profile_pics')), [])
  t.same(mail.received, [])
  const sent = await examine(t, env, ['--mail-to', 'operator@example.org'])
  t.match(sent.of('mail'), [{ status: 'ok' }])
  t.equal((await mail.next(1)).to, 'operator@example.org')
})

t.test('settings that can not be used are each told, and the rest is left out', async (t) => {
  const { code, of } = await examine(t, { NODE_ENV: 'production', PORT: 'x' })
  t.equal(code, 1)
  const told = of('settings').map(({ detail }) => detail)
  for (const name of ['PORT', 'DATABASE_URL', 'PUBLIC_URL'])
    t.ok(
      told.some((detail) => detail.startsWith(name)),
      name
    )
  t.same(of('database'), [])
  t.match(await start(t, ['doctor', '--mail-to', 'nobody'], {}).ended(), 1)
})

t.test('a Postgres that is not there, refuses, or lacks something is told with what to do', async (t) => {
  const [db, empty, dataDir, port] = [await database(t), await database(t, 'template0'), await folder(t), await freePort()]
  const wrong = (change: (url: URL) => void) => {
    const url = new URL(db.url)
    change(url)
    return examine(t, { DATA_DIR: dataDir, DATABASE_URL: url.href })
  }
  const role = `doctor_${db.name}`
  await db.query(`create role ${role} login password 'of-the-role'`)
  t.teardown(async () => void (await db.query(`drop role ${role}`).catch(() => {})))
  const [gone, password, name, unmigrated, powerless] = await Promise.all([
    wrong((url) => {
      url.port = String(port)
    }),
    wrong((url) => {
      url.password = 'a-wrong-password'
    }),
    wrong((url) => {
      url.pathname = '/there_is_none'
    }),
    examine(t, { DATA_DIR: dataDir, DATABASE_URL: empty.url }),
    wrong((url) => {
      url.username = role
      url.password = 'of-the-role'
    })
  ])
  t.match(gone.of('database'), [{ status: 'failed', detail: /ECONNREFUSED/, advice: /start Postgres/ }])
  t.match(gone.of('storage'), [{ status: 'ok' }], 'the other parts are checked all the same')
  t.match(password.of('database'), [{ status: 'failed', advice: /user and password/ }])
  t.notMatch(password.output, 'a-wrong-password')
  t.match(name.of('database'), [{ status: 'failed', advice: /createdb/ }])
  t.match(unmigrated.of('migrations'), [{ status: 'failed', detail: /0001_django_tables/, advice: /migrate/ }])
  t.ok(
    [...powerless.of('privileges'), ...powerless.of('database')].some(
      ({ status, detail }) => (status === 'failed' && detail.includes(role)) || /denied/.test(detail)
    )
  )
})

t.test('a store that can not be written to is told; S3 is tried as the disk is', async (t) => {
  const [db, dataDir, s3] = [await database(t), await folder(t), await startObjectStorage(t)]
  const env = { DATABASE_URL: db.url, DATA_DIR: dataDir }
  // A file in the place of the folder stops root too.
  await writeFile(join(dataDir, 'media'), '')
  const [disk, bucket, other] = await Promise.all([
    examine(t, env),
    examine(t, { ...env, ...s3 }),
    examine(t, { ...env, ...s3, S3_BUCKET: 'another-one' })
  ])
  t.match(disk.of('storage'), [{ status: 'failed', detail: /can not open it/, advice: /DATA_DIR/ }])
  t.match(bucket.of('storage'), [{ status: 'ok', detail: /bucket pictures/ }])
  t.match(other.of('storage'), [{ status: 'failed', detail: /can not write to it.*NoSuchBucket/, advice: /S3_BUCKET/ }])
  t.notMatch(other.output, 'S3RVER')
  await chmod(dataDir, 0o700)
})

t.test('a mail server or a Redis that is gone, or refuses the password, is told; so are keys that are none', async (t) => {
  const [db, dataDir, port] = [await database(t), await folder(t), await freePort()]
  const refusing = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    onAuth: (_auth, _session, done) => done(new Error('Not you'))
  })
  refusing.on('error', () => {})
  refusing.listen(0, '127.0.0.1')
  await once(refusing.server, 'listening')
  t.teardown(() => new Promise<void>((done) => refusing.close(() => done())))
  const redis = createServer((socket) => {
    socket.on('error', () => {})
    socket.on('data', () => socket.write('-WRONGPASS invalid username-password pair or user is disabled.\r\n'.repeat(4)))
  }).listen(0, '127.0.0.1')
  await once(redis, 'listening')
  t.teardown(() => new Promise<void>((done) => redis.close(() => done())))
  const portOf = (server: { address(): unknown }) => (server.address() as AddressInfo).port
  const env = { DATABASE_URL: db.url, DATA_DIR: dataDir, MAIL_FROM: 'accounts@example.org' }
  const [away, refused] = await Promise.all([
    examine(t, {
      ...env,
      SMTP_URL: `smtp://127.0.0.1:${port}`,
      REDIS_URL: `redis://127.0.0.1:${port}`,
      JWT_PRIVATE_KEY: 'nonsense'
    }),
    examine(t, {
      ...env,
      SMTP_URL: `smtp://mailer:a-mail-password@127.0.0.1:${portOf(refusing.server)}`,
      REDIS_URL: `redis://:a-redis-password@127.0.0.1:${portOf(redis)}`
    })
  ])
  t.match(away.of('mail'), [{ status: 'failed', detail: /ECONNREFUSED/, advice: /host and port/ }])
  t.match(away.of('redis'), [{ status: 'failed', detail: /ECONNREFUSED/, advice: /REDIS_URL/ }])
  t.match(away.of('keys'), [{ status: 'failed', detail: /JWT_PRIVATE_KEY/ }])
  t.match(refused.of('mail'), [{ status: 'failed', advice: /user and password/ }])
  t.match(refused.of('redis'), [{ status: 'failed', detail: /WRONGPASS/ }])
  t.notMatch(refused.output, /a-(mail|redis)-password/)
})
