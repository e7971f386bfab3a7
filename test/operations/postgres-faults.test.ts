import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import t from 'tap'
import { startEmbedded } from '../../src/database/embedded.ts'
import { migrate } from '../../src/database/migrator.ts'
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts'
import { startRelay } from '../support/relay.ts'
import { type Service, startService, type TestUser } from '../support/service.ts'
import { Tally } from '../support/tally.ts'
import { until } from '../support/wait.ts'

const seconds = (since: number) => ((performance.now() - since) / 1000).toFixed(1)

/** A client that writes one number after the other to its profile, and reads it, until it is stopped. */
function startWriter(service: Service, user: TestUser, tally: Tally, onFault: (headers: Record<string, unknown>) => void) {
  let stopped = false
  /** The last one that was acknowledged, and the last that was sent. */
  const numbers = { acknowledged: 0, sent: 0 }
  async function run(): Promise<void> {
    while (!stopped) {
      numbers.sent += 1
      const sent = numbers.sent
      const written = await service.put('/api/auth/profile/', { bio: String(sent) }, { as: user })
      if (written.status === 200) numbers.acknowledged = sent
      const read = await service.get('/api/auth/profile/', { as: user })
      for (const { status, headers } of [written, read]) {
        tally.add(status)
        if (status !== 200) onFault(headers)
      }
    }
  }
  const running = run()
  return {
    user,
    numbers,
    async stop() {
      stopped = true
      await running
    }
  }
}

t.test(
  'Postgres that is stopped and started again under load: 503 meanwhile, nothing lost, and well again by itself',
  async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'user-management-faults-'))
    let postgres = await startEmbedded(join(folder, 'data'))
    t.teardown(async () => {
      await postgres.stop()
      await rm(folder, { recursive: true, force: true })
    })
    await migrate(postgres.url)
    const relay = await startRelay(t, postgres.url)
    const db: TestDatabase = {
      url: relay.url,
      name: 'postgres',
      async query<Row extends pg.QueryResultRow>(text: string) {
        const client = new pg.Client({ connectionString: postgres.url })
        await client.connect()
        return client
          .query<Row>(text)
          .then(({ rows }) => rows)
          .finally(() => client.end())
      },
      drop: async () => {}
    }
    const service = await startService(t, { DATABASE_POOL_SIZE: '4' }, { db })
    const tally = new Tally()
    const faults: Record<string, unknown>[] = []
    const users = [await service.user(), await service.user(), await service.user(), await service.user()]
    // An idle connection that ends is no fault either.
    await until('idle connections', async () => (await db.query('select from pg_stat_activity')).length > 4)
    const writers = users.map((user) => startWriter(service, user, tally, (headers) => faults.push(headers)))
    await until('some answers', () => tally.of(200) > 40)

    const stopped = performance.now()
    await postgres.stop()
    await until('refusals', () => tally.of(503) > 40)
    t.equal((await service.get('/readyz')).status, 503)
    t.equal((await service.get('/healthz')).status, 200)
    const down = seconds(stopped)
    postgres = await startEmbedded(join(folder, 'data'))
    relay.lead(postgres.url)
    const back = performance.now()
    const before = tally.of(200)
    await until('the first answer', () => tally.of(200) > before)
    const first = seconds(back)
    await until('readiness', async () => (await service.get('/readyz')).status === 200)
    // From now on nothing fails.
    const refused = tally.of(503)
    const answered = tally.of(200)
    await until('more answers', () => tally.of(200) > answered + 100)
    t.ok(tally.of(503) - refused <= writers.length * 2, 'but for what was under way')
    for (const writer of writers) await writer.stop()

    t.same(tally.statuses, ['200', '503'])
    t.ok(faults.every((headers) => Number(headers['retry-after']) > 0))
    for (const { user, numbers } of writers) {
      const bio = Number((await service.get('/api/auth/profile/', { as: user })).body.bio)
      t.ok(bio >= numbers.acknowledged && bio <= numbers.sent, `${numbers.acknowledged} <= ${bio} <= ${numbers.sent}`)
    }
    await until('notifications again', () => /Postgres tells of changes again/.test(service.log()))
    t.comment(
      `fault: Postgres stopped for ${down} s under load | ${tally} | lost: no acknowledged write | well ${first} s after it was back`
    )
  }
)

t.test('a network to Postgres that is cut: requests are given up with 503, and go on over new connections', async (t) => {
  const db = await createTestDatabase()
  t.teardown(() => db.drop())
  const relay = await startRelay(t, db.url)
  const service = await startService(
    t,
    { DATABASE_URL: relay.url, DATABASE_STATEMENT_TIMEOUT: '500ms', DATABASE_POOL_SIZE: '2' },
    { db }
  )
  const user = await service.user()
  t.equal((await service.get('/api/auth/profile/', { as: user })).status, 200)
  relay.freeze()
  const begun = performance.now()
  const tally = new Tally()
  const answers = await Promise.all([1, 2, 3].map(() => service.get('/api/auth/profile/', { as: user })))
  for (const { status } of answers) tally.add(status)
  t.same(tally.statuses, ['503'])
  const given = seconds(begun)
  relay.thaw()
  const back = performance.now()
  await until('an answer', async () => (await service.get('/api/auth/profile/', { as: user })).status === 200)
  t.comment(
    `fault: network to Postgres cut | ${tally}, each within ${given} s | nothing lost | well ${seconds(back)} s after it was back`
  )
})

t.test('with all connections taken by others requests are 503, and are answered once there are some again', async (t) => {
  const service = await startService(t)
  const user = await service.user()
  const role = `limited_${service.db.name}`
  await service.db.query(`
    create role ${role} login password 'x' connection limit 4;
    grant all on all tables in schema public to ${role};
    grant all on all sequences in schema public to ${role}`)
  t.teardown(() => service.db.query(`drop owned by ${role}; drop role ${role}`))
  const url = new URL(service.db.url)
  url.username = role
  url.password = 'x'
  const others = Array.from({ length: 4 }, () => new pg.Client({ connectionString: url.href }))
  for (const other of others) await other.connect()
  const starved = await startService(t, { DATABASE_URL: url.href, DATABASE_POOL_SIZE: '2' })
  const tally = new Tally()
  for (const { status, headers } of await Promise.all(
    [1, 2, 3, 4, 5].map(() => starved.get('/api/auth/profile/', { as: user }))
  )) {
    tally.add(status)
    t.ok(Number(headers['retry-after']) > 0)
  }
  t.same(tally.statuses, ['503'])
  t.match((await starved.get('/readyz')).body, { status: 'not_ready', checks: { postgres: 'failed' } })
  const back = performance.now()
  for (const other of others) await other.end()
  await until('an answer', async () => (await starved.get('/api/auth/profile/', { as: user })).status === 200)
  t.comment(`fault: Postgres out of connections | ${tally} | nothing lost | well ${seconds(back)} s after there were some`)
  await starved.app.close()
  await starved.database.destroy()
})

t.test('a statement that hangs, or waits for a lock, is ended; others go on, and nothing of it is done', async (t) => {
  const service = await startService(t, {
    DATABASE_STATEMENT_TIMEOUT: '1500ms',
    DATABASE_LOCK_TIMEOUT: '200ms',
    DATABASE_POOL_SIZE: '3'
  })
  const [admin, user] = [await service.admin(), await service.user()]
  const path = `/api/auth/users/${user.id}/update/`
  const other = new pg.Client({ connectionString: service.db.url })
  await other.connect()
  const tally = new Tally()

  await other.query(`begin; select from auth_user where id = ${user.id} for update`)
  const begun = performance.now()
  const [refused, read] = await Promise.all([
    service.put(path, { first_name: 'Maria' }, { as: admin }),
    service.get('/api/auth/provinces/')
  ])
  t.same([refused.status, read.status], [503, 200])
  t.ok(Number(refused.headers['retry-after']) > 0)
  tally.add(refused.status)
  const locked = seconds(begun)
  await other.query('rollback')
  t.equal((await service.get(`/api/auth/users/${user.id}/detail/`, { as: admin })).body.first_name, '')
  t.equal((await service.put(path, { first_name: 'Maria' }, { as: admin })).status, 200)

  // A statement that takes for ever, though it waits for nobody.
  await other.query(`
    alter table api_provinces rename to provinces_table;
    create view api_provinces as select id, name || coalesce(pg_sleep(60)::text, '') as name from provinces_table`)
  const hung = performance.now()
  tally.add((await service.get('/api/auth/provinces/')).status)
  t.same(tally.statuses, ['503'])
  const ended = seconds(hung)
  await other.query('drop view api_provinces; alter table provinces_table rename to api_provinces')
  t.equal((await service.get('/api/auth/provinces/')).status, 200)
  const left = await service.db.query(
    `select from pg_stat_activity where datname = current_database() and query like '%provinces%' and state = 'active' and pid <> pg_backend_pid()`
  )
  t.same(left, [], 'none goes on in Postgres')
  await other.end()
  t.comment(
    `fault: locked row, hung statement | ${tally}, within ${locked} s (limit 0.2 s) and ${ended} s (limit 1.5 s) | nothing lost | well at once`
  )
})
