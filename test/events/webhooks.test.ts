import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Webhook } from 'standardwebhooks'
import t, { type Test } from 'tap'
import { readConfig } from '../../src/config.ts'
import { pauseAfter } from '../../src/events/backoff.ts'
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts'
import { type Service, startService, type TestUser } from '../support/service.ts'
import { type Received, startReceiver, until } from './receiver.ts'

const [secret, other] = ['a', 'b'].map((letter) => `whsec_${Buffer.from(letter.repeat(32)).toString('base64')}`) as [
  string,
  string
]

/** Starts the service with endpoints, and waits until they are known: what happens from then on is sent. */
async function startSender(
  t: Test,
  urls: readonly string[],
  settings: Record<string, string> = {},
  given: { db?: TestDatabase } = {}
): Promise<Service> {
  const service = await startService(t, { WEBHOOK_URLS: urls.join(' '), WEBHOOK_SECRET: secret, ...settings }, given)
  await until(
    async () => (await service.db.query('select from webhook_endpoint where stopped_at is null')).length >= urls.length,
    () => service.log()
  )
  return service
}

/** Users, and what changes one of them; made past the service, so that who sends and who changes are apart. */
async function makeUsers(db: TestDatabase, count: number): Promise<number[]> {
  const rows = await db.query<{ id: number }>(`
    insert into auth_user (password, is_superuser, username, first_name, last_name, email, is_staff, is_active, date_joined)
    select '!', false, 'many' || n, '', '', '', false, true, now() from generate_series(1, ${count}) n returning id`)
  return rows.map(({ id }) => id)
}

const rename = (db: TestDatabase, id: number, name: string) =>
  db.query('update auth_user set first_name = $2 where id = $1', [id, name])

async function pending(db: TestDatabase): Promise<number> {
  return (await db.query('select from webhook_delivery')).length
}

/** The names that a user had, in the order in which they were taken. */
function namesTaken(received: readonly Received[], taken: readonly string[], id: number): string[] {
  const events = taken.map((eventId) => received.find(({ event }) => event.id === eventId)?.event)
  return events.filter((event) => event?.subject === `user/${id}`).map((event) => event?.data.user.first_name)
}

t.test('an event is sent once it is committed, signed so that its receiver knows it', async (t) => {
  const receiver = await startReceiver(t)
  const service = await startSender(t, [receiver.url], { PUBLIC_URL: 'https://accounts.example.org' })
  const admin = await service.admin()
  const { body: user } = await service.post(
    '/api/auth/users/create/',
    { username: 'maría', password: 'correct horse battery staple' },
    { as: admin }
  )
  await service.put(`/api/auth/users/${user.id}/`, { is_active: false }, { as: admin })
  await service.delete(`/api/auth/users/${user.id}/`, { as: admin })
  await receiver.untilTaken(5)
  const told = receiver.received.filter(({ event }) => event.subject === `user/${user.id}`)
  t.same(
    told.map(({ event }) => event.type),
    ['user.created', 'user.deactivated', 'user.deleted']
  )
  const [created] = told as [Received]
  t.match(created.event, {
    specversion: '1.0',
    source: 'https://accounts.example.org',
    data: { user: { id: user.id, username: 'maría' } }
  })
  t.equal(created.headers['content-type'], 'application/cloudevents+json; charset=utf-8')
  t.equal(created.headers['webhook-id'], created.event.id)
  const headers = created.headers as Record<string, string>
  t.same(new Webhook(secret).verify(created.text, headers), created.event, 'by the library of Standard Webhooks')
  t.throws(() => new Webhook(other).verify(created.text, headers))
  t.throws(() => new Webhook(secret).verify(created.text.replace('maría', 'pedro'), headers))
  t.throws(() => new Webhook(secret).verify(created.text, { ...headers, 'webhook-id': 'another' }))
  const pulled = (await service.get('/api/auth/events/', { as: admin })).body.events
  t.same(
    receiver.received.map(({ event }) => event).sort((a, b) => (a.sequence < b.sequence ? -1 : 1)),
    pulled,
    'the same can be pulled'
  )
  await until(
    async () => (await pending(service.db)) === 0,
    () => 'deliveries are left'
  )
  const metrics = (await service.app.inject('/metrics')).payload
  t.match(metrics, /webhook_attempts_total\{result="delivered"\} 5/)
  t.match(metrics, new RegExp(`webhook_pending_events\\{endpoint="${receiver.url}"\\} 0`))
  t.match(metrics, new RegExp(`webhook_oldest_pending_seconds\\{endpoint="${receiver.url}"\\} 0`))
})

t.test('while a secret is changed both sign; each of several endpoints has its own', async (t) => {
  const [one, two] = [await startReceiver(t), await startReceiver(t)]
  const service = await startSender(t, [one.url, `${two.url}?token=private`], { WEBHOOK_SECRET: `${other} ${secret}; ${other}` })
  await service.user()
  await Promise.all([one.untilTaken(1), two.untilTaken(1)])
  const verify = (key: string, { text, headers }: Received) => new Webhook(key).verify(text, headers as Record<string, string>)
  for (const key of [secret, other]) t.ok(verify(key, one.received[0] as Received))
  t.ok(verify(other, two.received[0] as Received))
  t.throws(() => verify(secret, two.received[0] as Received))
  t.equal(one.taken[0], two.taken[0])
  t.notMatch(JSON.stringify([await service.db.query('select * from webhook_endpoint'), service.log()]), /private|whsec|YWFhYWFh/)
})

t.test('what was not taken is sent again, and what happens to the same user after it waits; other users do not', async (t) => {
  const db = await createTestDatabase()
  t.teardown(() => db.drop())
  const [stuck, free] = (await makeUsers(db, 2)) as [number, number]
  const target = await startReceiver(t)
  // All ways of not taking an event, one after the other.
  const refusals: ((response: ServerResponse) => number | undefined)[] = [
    () => 500,
    (response) => void response.writeHead(307, { location: target.url }).end(),
    (response) => void response.socket?.destroy(),
    () => undefined
  ]
  let open = false
  const receiver = await startReceiver(t, ({ event }, response, attempt) => {
    if (event.subject !== `user/${stuck}` || open) return 200
    const refuse = refusals[attempt - 1]
    return refuse ? refuse(response) : 404
  })
  const service = await startSender(t, [receiver.url], { WEBHOOK_TIMEOUT: '1s' }, { db })
  for (const name of ['a', 'b', 'c']) for (const id of [stuck, free]) await rename(db, id, name)
  await receiver.untilTaken(3)
  t.same(namesTaken(receiver.received, receiver.taken, free), ['a', 'b', 'c'])
  const attempts = () => receiver.received.filter(({ event }) => event.subject === `user/${stuck}`)
  await until(
    async () => /webhook_attempts_total\{result="timeout"\} [1-9]/.test((await service.app.inject('/metrics')).payload),
    () => `${attempts().length} attempts`
  )
  t.equal(new Set(attempts().map(({ event }) => event.id)).size, 1, 'the second waits for the first')
  t.equal(new Set(attempts().map(({ text }) => text)).size, 1, 'it is the same each time')
  t.same(target.received, [], 'a redirect is not followed')
  t.match((await service.app.inject('/metrics')).payload, /webhook_pending_events\{[^}]*\} 3/)
  open = true
  // Not when its pause is over, but now.
  await db.query('update webhook_delivery set due_at = now() where attempts > 0')
  await receiver.untilTaken(6)
  t.same(namesTaken(receiver.received, receiver.taken, stuck), ['a', 'b', 'c'])
  const warnings = service
    .log()
    .split('\n')
    .filter((line) => line.includes('"level":40') && line.includes('A webhook was not taken'))
  t.ok(warnings.length >= 1)
  t.match(warnings[0], new RegExp(`"endpoint":"${receiver.url}".*"reason":"answered 500"`))
  t.match(service.log(), /takes events again/)
})

t.test('an endpoint that is not there gets everything once it is', async (t) => {
  const db = await createTestDatabase()
  t.teardown(() => db.drop())
  const [id] = (await makeUsers(db, 1)) as [number]
  let there = false
  const receiver = await startReceiver(t, () => (there ? 200 : 502))
  await startSender(t, [receiver.url], {}, { db })
  const names = Array.from({ length: 30 }, (_, n) => String(n))
  for (const name of names) await rename(db, id, name)
  await until(
    () => receiver.received.length > 0,
    () => 'nothing was sent'
  )
  there = true
  await receiver.untilTaken(30)
  t.same(namesTaken(receiver.received, receiver.taken, id), names)
})

t.test('an endpoint that answers 410 is sent nothing any more, until the service starts again', async (t) => {
  const db = await createTestDatabase()
  t.teardown(() => db.drop())
  const ids = await makeUsers(db, 3)
  let gone = true
  const receiver = await startReceiver(t, () => (gone ? 410 : 200))
  const service = await startSender(t, [receiver.url], {}, { db })
  await rename(db, ids[0] as number, 'a')
  await until(
    () => service.log().includes('answered 410'),
    () => service.log()
  )
  const asked = receiver.received.length
  for (const id of ids.slice(1)) await rename(db, id, 'a')
  await sleep(1500)
  t.equal(receiver.received.length, asked)
  await service.app.close()
  gone = false
  await startSender(t, [receiver.url], {}, { db })
  await receiver.untilTaken(3)
  t.same(new Set(receiver.taken).size, 3, 'what waited is not lost')
})

t.test('two replicas share the work, and send nothing twice', async (t) => {
  const db = await createTestDatabase()
  t.teardown(() => db.drop())
  const ids = await makeUsers(db, 20)
  const receiver = await startReceiver(t, async () => {
    await sleep(10)
    return 200
  })
  const replicas = [await startSender(t, [receiver.url], {}, { db }), await startSender(t, [receiver.url], {}, { db })]
  const names = Array.from({ length: 10 }, (_, n) => String(n))
  for (const name of names) await db.query('update auth_user set first_name = $1', [name])
  await receiver.untilTaken(ids.length * names.length)
  t.equal(receiver.received.length, ids.length * names.length)
  t.equal(new Set(receiver.taken).size, ids.length * names.length)
  for (const id of ids) t.same(namesTaken(receiver.received, receiver.taken, id), names)
  for (const { app } of replicas)
    t.match((await app.inject('/metrics')).payload, /webhook_attempts_total\{result="delivered"\} [1-9]/, 'each has sent some')
})

t.test('a service that is killed while it sends loses nothing: another one sends it again', async (t) => {
  const db = await createTestDatabase()
  t.teardown(() => db.drop())
  let hang = true
  const receiver = await startReceiver(t, () => (hang ? undefined : 200))
  const settings = { WEBHOOK_URLS: receiver.url, WEBHOOK_SECRET: secret, WEBHOOK_TIMEOUT: '2s' }
  const dataDir = await mkdtemp(join(tmpdir(), 'user-management-killed-'))
  t.teardown(() => rm(dataDir, { recursive: true, force: true }))
  const child = serve(t, { ...settings, DATABASE_URL: db.url, DATA_DIR: dataDir, PORT: '0', PASSWORD_HASH_COST: '4' })
  await until(
    async () => (await db.query('select from webhook_endpoint')).length > 0,
    () => 'the service never came up'
  )
  const ids = await makeUsers(db, 5)
  await until(
    () => receiver.received.length >= 5,
    () => `${receiver.received.length} were sent`
  )
  child.kill('SIGKILL')
  await once(child, 'exit')
  const before = new Set(receiver.received.map(({ event }) => event.id))
  hang = false
  await rename(db, ids[0] as number, 'after')
  await startSender(t, [receiver.url], settings, { db })
  await until(
    () =>
      ids.every((id) =>
        receiver.received.some(
          ({ event }) => receiver.taken.includes(event.id) && event.subject === `user/${id}` && event.type === 'user.created'
        )
      ) && receiver.taken.length >= 6,
    () => `${receiver.taken.length} taken`
  )
  t.same(new Set(receiver.taken.filter((id) => before.has(id))).size, 5, 'by the same id')
  const types = receiver.taken
    .map((id) => receiver.received.find(({ event }) => event.id === id)?.event)
    .filter((event) => event?.subject === `user/${ids[0]}`)
  t.same(
    types.map((event) => event?.type),
    ['user.created', 'user.updated'],
    'in order'
  )
  t.equal(await pending(db), 0)
})

/** Runs `serve` as a process of its own. */
function serve(t: Test, env: Record<string, string>): ChildProcess {
  const [loader, cli] = ['../../scripts/typescript.js', '../../src/cli.ts'].map((path) =>
    fileURLToPath(new URL(path, import.meta.url))
  ) as [string, string]
  const child = spawn(process.execPath, ['--import', loader, cli, 'serve'], {
    env: { PATH: process.env.PATH, ...env } as NodeJS.ProcessEnv,
    stdio: 'ignore'
  })
  t.teardown(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const exit = once(child, 'exit')
    child.kill('SIGKILL')
    await exit
  })
  return child
}

t.test('the service ends while an endpoint hangs, and what hung is sent by the next one at once', async (t) => {
  const db = await createTestDatabase()
  t.teardown(() => db.drop())
  let hang = true
  const receiver = await startReceiver(t, () => (hang ? undefined : 200))
  const service = await startSender(t, [receiver.url], { SHUTDOWN_TIMEOUT: '2s', WEBHOOK_TIMEOUT: '600s' }, { db })
  await makeUsers(db, 3)
  await until(
    () => receiver.received.length === 3,
    () => `${receiver.received.length} were sent`
  )
  await service.app.close()
  t.equal(await pending(db), 3)
  hang = false
  await startSender(t, [receiver.url], {}, { db })
  await receiver.untilTaken(3)
  t.notMatch(service.log(), /was not taken/, 'that is no fault of the endpoint')
})

t.test('a database that is gone for a while stops nothing for good', async (t) => {
  const receiver = await startReceiver(t)
  const service = await startSender(t, [receiver.url])
  await service.db.query('alter table webhook_delivery rename to hidden')
  await service.user()
  await until(
    () => service.log().includes('No webhooks can be sent'),
    () => service.log()
  )
  await service.db.query('alter table hidden rename to webhook_delivery')
  await receiver.untilTaken(1)
  t.match(service.log(), /Webhooks are sent again/)
})

t.test('without WEBHOOK_URLS nothing is sent, asked or kept', async (t) => {
  const service = await startService(t)
  const admin: TestUser = await service.admin()
  await service.get('/api/auth/verify/', { as: admin })
  await sleep(200)
  const before = service.statements()
  await sleep(1500)
  t.equal(service.statements(), before)
  t.same(
    await service.db.query(
      `select from pg_stat_activity where datname = current_database() and query ilike '%user_management_events%' and pid <> pg_backend_pid()`
    ),
    []
  )
  t.same(await service.db.query('select from webhook_endpoint'), [])
  t.notMatch((await service.app.inject('/metrics')).payload, /webhook_pending/)
})

t.test('pauses grow to an hour, and never fall together', (t) => {
  for (const [attempts, most] of [
    [1, 1],
    [2, 2],
    [5, 16],
    [12, 2048],
    [13, 3600],
    [1000, 3600]
  ] as const) {
    const pauses = Array.from({ length: 50 }, () => pauseAfter(attempts))
    t.ok(
      pauses.every((pause) => pause >= most / 2 && pause <= most),
      `${attempts}`
    )
    t.ok(new Set(pauses).size > 1)
  }
  t.end()
})

t.test('settings that can not be used are told', (t) => {
  const faultsOf = (variables: Record<string, string>) => {
    try {
      readConfig(variables)
      return ''
    } catch (error) {
      return (error as Error).message
    }
  }
  const url = 'https://example.org/hook'
  const wrong: [Record<string, string>, RegExp][] = [
    [{ WEBHOOK_URLS: url }, /WEBHOOK_SECRET: needed for WEBHOOK_URLS/],
    [{ WEBHOOK_SECRET: secret }, /WEBHOOK_SECRET: WEBHOOK_URLS is not set/],
    [{ WEBHOOK_URLS: url, WEBHOOK_SECRET: 'secret' }, /WEBHOOK_SECRET: each secret must be whsec_/],
    [{ WEBHOOK_URLS: url, WEBHOOK_SECRET: 'whsec_c2hvcnQ=' }, /WEBHOOK_SECRET: each secret must be whsec_/],
    [{ WEBHOOK_URLS: url, WEBHOOK_SECRET: `${secret};` }, /WEBHOOK_SECRET: has 2 parts/],
    [{ WEBHOOK_URLS: `${url} ${url}?a=b`, WEBHOOK_SECRET: secret }, /WEBHOOK_URLS: two URLs are the same/],
    [{ WEBHOOK_URLS: `${url} ftp://a/`, WEBHOOK_SECRET: secret }, /WEBHOOK_URLS: number 2 is no http/],
    [{ WEBHOOK_URLS: 'https://user:pass@a/', WEBHOOK_SECRET: secret }, /WEBHOOK_URLS: number 1 is no http/],
    [{ WEBHOOK_URLS: url, WEBHOOK_SECRET: secret, EVENTS: 'off' }, /WEBHOOK_URLS: there is nothing to send/],
    [{ EVENTS: 'maybe', EVENT_RETENTION: 'long', WEBHOOK_TIMEOUT: '1' }, /EVENTS:[\s\S]*EVENT_RETENTION:[\s\S]*WEBHOOK_TIMEOUT:/]
  ]
  for (const [settings, fault] of wrong) t.match(faultsOf(settings), fault)
  t.notMatch(faultsOf({ WEBHOOK_URLS: 'https://user:pass@a/', WEBHOOK_SECRET: 'whsec_private' }), /pass@|private/)
  const { events } = readConfig({
    WEBHOOK_URLS: `${url}?a=b, http://b/`,
    WEBHOOK_SECRET: `${secret} ${other};${other}`,
    WEBHOOK_TIMEOUT: '3s'
  })
  t.same(
    events.endpoints.map(({ id, url, secrets }) => [id, url, secrets.length]),
    [
      [url, `${url}?a=b`, 2],
      ['http://b/', 'http://b/', 1]
    ]
  )
  t.match(readConfig({}).events, { enabled: true, retention: 30 * 86_400, endpoints: [], timeout: 10 })
  t.end()
})
