import { readFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import { parse } from 'yaml'
import { startMailServer } from '../support/mail.ts'
import { claims, password, type Service, startService } from '../support/service.ts'
import { until } from '../support/wait.ts'

type Figures = (name: string, labels?: Record<string, string>) => number | undefined

/** Reads `/metrics`. @returns the value of the first sample that has these labels */
async function read(service: Service): Promise<Figures> {
  const { payload } = await service.app.inject('/metrics')
  return (name, labels = {}) => {
    const lines = payload.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
    const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`)
    const line = lines.find((each) => wanted.every((label) => each.includes(label)))
    return line === undefined ? undefined : Number(line.slice(line.lastIndexOf(' ') + 1))
  }
}

t.test('requests and their durations are counted by route template, never by path', async (t) => {
  const service = await startService(t)
  const admin = await service.admin()
  for (const id of [admin.id, admin.id, 987_654]) await service.get(`/api/auth/users/${id}/`, { as: admin })
  const figures = await read(service)
  const route = { method: 'GET', route: '/api/auth/users/:id/', operation: 'getUser' }
  t.equal(figures('http_requests_total', { ...route, status: '200' }), 2)
  t.equal(figures('http_requests_total', { ...route, status: '404' }), 1)
  t.equal(figures('http_request_duration_seconds_count', route), 3)
  t.equal(figures('http_request_duration_seconds_bucket', { ...route, le: '+Inf' }), 3)
  t.notMatch((await service.app.inject('/metrics')).payload, '987654')
})

/** Holds the rows of auth_user, so that what writes to them waits, until the test ends. */
async function holdUsers(t: Test, service: Service): Promise<() => Promise<void>> {
  let release: () => void = () => {}
  const held = new Promise<void>((done) => {
    release = done
  })
  let began: () => void = () => {}
  const begun = new Promise<void>((done) => {
    began = done
  })
  const { connect } = await import('../../src/database/connection.ts')
  const database = connect({ url: service.db.url, poolSize: 1, preparedStatements: false, onError: () => {} })
  const { sql } = await import('kysely')
  const ended = database.transaction().execute(async (transaction) => {
    await sql`lock table auth_user in access exclusive mode`.execute(transaction)
    began()
    await held
  })
  t.teardown(async () => {
    release()
    await ended
    await database.destroy()
  })
  await begun
  return async () => {
    release()
    await ended
  }
}

t.test('requests in flight, connections in use and those who wait for one are shown while they do', async (t) => {
  const service = await startService(t, { DATABASE_POOL_SIZE: '2' })
  await service.user()
  const before = await read(service)
  t.equal(before('database_pool_limit'), 2)
  t.equal(before('http_requests_in_flight'), 0, 'what is asked for here is not counted')
  const release = await holdUsers(t, service)
  const logins = Array.from({ length: 4 }, () => service.post('/api/auth/token/', { username: 'user1', password }))
  await until('all of them wait', async () => (await read(service))('database_pool_waiting') === 2)
  const during = await read(service)
  t.equal(during('http_requests_in_flight'), 4)
  t.equal(during('database_pool_connections', { state: 'in_use' }), 2)
  await release()
  for (const { status } of await Promise.all(logins)) t.equal(status, 200)
  await until('none is left', async () => (await read(service))('http_requests_in_flight') === 0)
  const after = await read(service)
  t.equal(after('database_pool_waiting'), 0)
  t.equal(after('database_pool_connections', { state: 'in_use' }), 0)
  t.ok((after('database_pool_connections', { state: 'idle' }) ?? 0) > 0)
})

t.test('passwords that wait are shown, and those beyond the queue counted', async (t) => {
  const service = await startService(t, { PASSWORD_HASH_QUEUE: '1', PASSWORD_HASH_COST: '4' })
  // A hash that takes long to check: rounds are what is stored, not what the settings say.
  const users = []
  for (const username of ['ana', 'eva', 'ida', 'una']) users.push(await service.user({ username }))
  const slow = `bcrypt_sha256$$2b$13$${'a'.repeat(53)}`
  await service.db.query('update auth_user set password = $1', [slow])
  const answers = Promise.all(
    users.map(({ username }) => service.post('/api/auth/token/', { username, password: 'some wrong password' }))
  )
  await until('one waits while another is checked', async () => {
    const figures = await read(service)
    return figures('password_hashes_waiting') === 1 && figures('password_hashes_running') === 1
  })
  const refused = (await answers).filter(({ status }) => status === 503).length
  t.ok(refused > 0)
  const figures = await read(service)
  t.equal(figures('limits_hit_total', { kind: 'hash_queue' }), refused)
  t.equal(figures('password_hashes_waiting'), 0)
  t.equal(figures('password_hashes_running'), 0)
})

t.test('logins by result, refresh replays by cause and limits by kind are counted', async (t) => {
  const service = await startService(t, { RATE_LIMIT: '60/1h', RATE_LIMIT_CREDENTIALS: '20/1h', REFRESH_REUSE: 'lenient' })
  const user = await service.user()
  const refresh = (token: string) => service.post('/api/auth/token/refresh/', { refresh: token })
  const second = (await refresh(user.refresh)).body.refresh
  t.equal((await refresh(user.refresh)).status, 200, 'the first one again: of a tab beside this one')
  const third = (await refresh(second)).body?.refresh
  if (third !== undefined) await refresh(third)
  t.equal((await refresh(user.refresh)).status, 401, 'it is stale by now')
  for (let guess = 0; guess < 6; guess += 1) {
    await service.post('/api/auth/token/', { username: 'nobody', password: `wrong ${guess}` })
  }
  let figures = await read(service)
  t.equal(figures('logins_total', { result: 'success' }), 1)
  t.equal(figures('logins_total', { result: 'failure' }), 5)
  t.equal(figures('logins_total', { result: 'delayed' }), 1)
  t.equal(figures('limits_hit_total', { kind: 'guesses' }), 1)
  t.equal(figures('refresh_replays_total', { cause: 'stale' }), 1)
  t.ok(
    (figures('refresh_replays_total', { cause: 'parallel_tab' }) ??
      figures('refresh_replays_total', { cause: 'lost_response' }) ??
      0) > 0
  )
  t.match(claims(user.refresh), { token_type: 'refresh' })

  const limited = {
    credentials: (count: number) => service.post('/api/auth/token/', { username: `nobody ${count}`, password: 'y' }),
    requests: () => service.get('/api/provinces/')
  }
  for (const [kind, ask] of Object.entries(limited)) {
    let status = 200
    for (let count = 0; count < 80 && status !== 429; count += 1) status = (await ask(count)).status
    figures = await read(service)
    t.ok((figures('limits_hit_total', { kind }) ?? 0) > 0, kind)
  }
})

t.test('a link that is asked for again at once is a limit too', async (t) => {
  const mail = await startMailServer(t)
  const service = await startService(t, { SMTP_URL: mail.url, MAIL_FROM: 'accounts@example.org' })
  const user = await service.user()
  const change = () => service.post('/api/auth/change-email/', { email: 'new@example.org', password }, { as: user })
  t.equal((await change()).status, 200)
  t.equal((await change()).status, 429)
  t.equal((await read(service))('limits_hit_total', { kind: 'mail' }), 1)
})

/** What PromQL has beside names of metrics. */
const words = new Set(['by', 'without', 'on', 'ignoring', 'group_left', 'group_right', 'or', 'and', 'unless', 'bool', 'offset'])

/** The names of the metrics in a query. */
function metricsIn(query: string): string[] {
  const bare = query
    .replaceAll(/"[^"]*"/g, '')
    .replaceAll(/\{[^}]*\}/g, '')
    .replaceAll(/\[[^\]]*\]/g, '')
    .replaceAll(/\b(by|without|on|ignoring)\s*\([^)]*\)/g, '')
  return [...bare.matchAll(/[a-z_][a-z0-9_:]*(?!\s*\(|[a-z0-9_:])/g)].map(([name]) => name).filter((name) => !words.has(name))
}

t.test('each metric in the dashboard and in the alerts is one that the service shows', async (t) => {
  const file = (path: string) => readFileSync(new URL(`../../deploy/${path}`, import.meta.url), 'utf8')
  const dashboard = JSON.parse(file('grafana/dashboard.json'))
  const targets = dashboard.panels.flatMap((panel: { targets?: { expr: string }[] }) => panel.targets ?? []) as { expr: string }[]
  const variables = dashboard.templating.list.flatMap(
    ({ query }: { query: string }) => /label_values\(([a-z_]+)/.exec(query)?.[1] ?? []
  )
  const alerts = parse(file('prometheus/alerts.yaml')).groups.flatMap(({ rules }: { rules: { expr: string }[] }) => rules)
  const mail = await startMailServer(t)
  const service = await startService(t, { SMTP_URL: mail.url, MAIL_FROM: 'accounts@example.org' })
  const { payload } = await service.app.inject('/metrics')
  const shown = new Set(
    [...payload.matchAll(/^# TYPE (\S+) (\S+)$/gm)].flatMap(([, name, type]) =>
      type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name]
    )
  )
  // Prometheus makes this one itself.
  shown.add('up')
  const named = [...variables, ...[...targets, ...alerts].flatMap(({ expr }) => metricsIn(expr))]
  t.ok(named.length > 20)
  t.same(
    named.filter((name) => !shown.has(name)),
    []
  )
  const own = [
    'http_requests_in_flight',
    'database_pool_waiting',
    'password_hashes_waiting',
    'logins_total',
    'refresh_replays_total',
    'limits_hit_total'
  ]
  for (const name of own) t.ok(named.includes(name), `${name} is in the dashboard`)
  t.equal(new Set(dashboard.panels.map(({ id }: { id: number }) => id)).size, dashboard.panels.length)
})
