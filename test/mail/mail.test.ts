import t from 'tap'
import { freePort } from '../../src/database/embedded.ts'
import { startMailServer } from '../support/mail.ts'
import { serve } from '../support/process.ts'
import { password, type Service, startService } from '../support/service.ts'
import { until } from '../support/wait.ts'

const forgotPath = '/api/auth/forgot-password/'

const settings = (url: string) => ({
  PASSWORD_RESET_DELIVERY: 'email',
  EMAIL_VERIFICATION: 'required',
  SMTP_URL: url,
  MAIL_FROM: 'Accounts <accounts@example.org>'
})

/** Has the service look at its queue at once. */
const wake = (service: Service) => service.post(forgotPath, { email: 'nobody@example.org' })
const queued = async ({ db }: Service) =>
  (await db.query<{ attempts: number }>('select attempts from queued_mail order by id')).length
const figures = async ({ app }: Service) => (await app.inject('/metrics')).payload

t.test('with the mail server down mails wait, encrypted, and are sent once when it is back', async (t) => {
  const port = await freePort()
  const service = await startService(t, settings(`smtp://127.0.0.1:${port}`))
  const users = [await service.user(), await service.user(), await service.user()]
  const answers = []
  for (const { email } of users) answers.push(await service.post(forgotPath, { email }))
  const unknown = await service.post(forgotPath, { email: 'unknown@example.org' })
  t.same([...new Set(answers.map(({ status, text }) => `${status} ${text}`))], [`${unknown.status} ${unknown.text}`])
  await until('a try', () => /mail server can not be reached/.test(service.log()))
  await until('the one for nobody to go', async () => (await queued(service)) === 3)
  const [row] = await service.db.query<{ content: Buffer }>('select content from queued_mail limit 1')
  t.notMatch(row?.content.toString('latin1'), /user1|token|Reset/)
  t.match(await figures(service), /^mail_queue_length 3$/m)
  t.match(await figures(service), /^mail_queue_oldest_seconds [0-9.e-]+$/m)
  t.equal(service.log().match(/mail server can not be reached/g)?.length, 1, 'told once')

  const begun = performance.now()
  const server = await startMailServer(t, { port })
  await server.next(3)
  await until('an empty queue', async () => (await queued(service)) === 0)
  t.same(server.received.map(({ to }) => to).sort(), users.map(({ email }) => email).sort())
  t.match(service.log(), /The mail server is back/)
  t.match(await figures(service), /^mail_queue_length 0$/m)
  const [, uid, token] = /\?uid=([\w-]+)&token=([\w-]+)/.exec(server.received[0]?.text ?? '') ?? []
  t.equal((await service.post('/api/auth/reset-password-confirm/', { uid, token, new_password: `${password}!` })).status, 200)
  const seconds = ((performance.now() - begun) / 1000).toFixed(1)
  t.comment(`fault: mail server down | 4 requests: 200 × 4 | lost: none of 3 mails | all sent ${seconds} s after it was back`)
})

t.test('replicas share the queue: each mail is sent by one of them', async (t) => {
  const port = await freePort()
  const one = await startService(t, settings(`smtp://127.0.0.1:${port}`))
  const other = await startService(t, settings(`smtp://127.0.0.1:${port}`), { db: one.db })
  const emails = Array.from({ length: 25 }, (_, index) => `person${index}@example.org`)
  await Promise.all(
    emails.map((email, index) =>
      one.post('/api/auth/register/', { username: `person${index}`, email, password: 'a phrase of my own' })
    )
  )
  t.equal(await queued(one), 25)
  const server = await startMailServer(t, { port })
  await one.db.query('update queued_mail set next_attempt_at = now()')
  await Promise.all([wake(one), wake(other)])
  await server.next(25)
  await until('an empty queue', async () => (await queued(one)) === 0)
  t.same(server.received.map(({ to }) => to).sort(), emails.sort(), 'none twice')
})

t.test('a change that is not committed sends no mail', async (t) => {
  const server = await startMailServer(t)
  const service = await startService(t, settings(server.url))
  await service.db.query(`
    create function refuse() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$;
    create constraint trigger refuse after insert on queued_mail deferrable initially deferred
      for each row execute function refuse()`)
  const body = { username: 'maria', email: 'maria@example.org', password: 'a phrase of my own' }
  t.equal((await service.post('/api/auth/register/', body)).status, 500)
  t.same(await service.db.query('select id from auth_user'), [])
  t.equal(await queued(service), 0)
  await service.db.query('drop trigger refuse on queued_mail')
  t.equal((await service.post('/api/auth/register/', body)).status, 201)
  await server.next(1)
  t.equal(server.received.length, 1)
})

t.test('a mail that is refused for good is dropped, one that is put off is tried again', async (t) => {
  const codes = new Map([
    ['gone@example.org', 550],
    ['full@example.org', 452]
  ])
  const server = await startMailServer(t, { refuse: (address) => codes.get(address) })
  const service = await startService(t, settings(server.url))
  for (const email of codes.keys()) await service.user({ email, username: email.split('@')[0] as string })
  for (const email of codes.keys()) await service.post(forgotPath, { email })
  await until('the first to go', async () => (await queued(service)) === 1)
  await until('the log', () => /is tried again/.test(service.log()) && /was refused/.test(service.log()))
  codes.clear()
  await service.db.query('update queued_mail set next_attempt_at = now()')
  await wake(service)
  t.match(await server.next(1), { to: 'full@example.org' })
  await until('an empty queue', async () => (await queued(service)) === 0)
  t.match(await figures(service), /^mails_total\{result="refused"\} 1$/m)
})

t.test(
  'a mail whose link has expired is dropped and told of, and one that a dead replica had taken is taken again',
  async (t) => {
    const port = await freePort()
    const service = await startService(t, settings(`smtp://127.0.0.1:${port}`))
    const [late, taken] = [await service.user(), await service.user()]
    for (const { email } of [late, taken]) await service.post(forgotPath, { email })
    await until('two tries', async () => (await service.db.query('select from queued_mail where attempts > 0')).length === 2)
    const first = '(select min(id) from queued_mail)'
    await service.db.query(`update queued_mail set expires_at = now(), next_attempt_at = now() where id = ${first}`)
    await wake(service)
    await until('the expired one to go', async () => (await queued(service)) === 1)
    t.match(service.log(), /not be sent in the time it is good for/)
    t.match(await figures(service), /^mails_total\{result="expired"\} 1$/m)
    const server = await startMailServer(t, { port })
    // As a replica leaves it that took it and died: nobody gets it before its time is over.
    await service.db.query(`update queued_mail set next_attempt_at = now() + interval '1 hour'`)
    await service.post(forgotPath, { email: 'unknown@example.org' })
    await until('the one for nobody to go', async () => (await queued(service)) === 1)
    t.equal(server.received.length, 0)
    await service.db.query('update queued_mail set next_attempt_at = now()')
    t.match(await server.next(1), { to: taken.email })
  }
)

for (const [moment, copies] of [
  ['recipient', 1],
  ['mail', 2]
] as const) {
  t.test(`a replica is killed before the mail server has taken the ${moment}: another one sends it`, async (t) => {
    let holding = () => {}
    const held = new Promise<void>((done) => (holding = done))
    let [killed, letGo] = [false, () => {}]
    const gone = new Promise<void>((done) => (letGo = done))
    const server = await startMailServer(t, {
      async hold(what) {
        if (what !== moment || killed) return
        holding()
        await gone
      }
    })
    const secret = { JWT_SECRET: 'a secret for tests, long enough to sign' }
    const dying = await serve(t, { ...settings(server.url), ...secret })
    const service = await startService(t, { ...settings(server.url), ...secret }, { db: dying.db })
    const user = await service.user()
    const answer = await fetch(dying.origin + forgotPath, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: user.email })
    })
    t.equal(answer.status, 200)
    await held
    killed = true
    dying.child.kill('SIGKILL')
    await dying.ended()
    letGo()
    t.equal(await queued(service), 1, 'it is kept until somebody knows that it was taken')
    // What it had the mail to itself for is over.
    await service.db.query('update queued_mail set next_attempt_at = now()')
    await wake(service)
    await until('an empty queue', async () => (await queued(service)) === 0)
    t.same(
      server.received.map(({ to }) => to),
      Array.from({ length: copies }, () => user.email)
    )
    t.equal(new Set(server.received.map(({ messageId }) => messageId)).size, 1, 'a second one is known by its Message-ID')
    t.comment(`fault: replica killed before the ${moment} was taken | 200 | ${copies} of 1 mail came`)
  })
}

t.test('whether an email is known can not be told by the work that is done', async (t) => {
  const service = await startService(t, settings(`smtp://127.0.0.1:${await freePort()}`))
  const user = await service.user()
  const sizes = async (path: string, email: string) => {
    const before = (await service.db.query<{ id: number }>('select coalesce(max(id), 0) as id from queued_mail'))[0]?.id
    await service.post(path, { email })
    // Also of one that is gone already.
    const [row] = await service.db.query<{ value: number }>(
      "select last_value as value from pg_sequences where sequencename = 'queued_mail_id_seq'"
    )
    return Number(row?.value) > Number(before)
  }
  for (const path of [forgotPath, '/api/auth/confirm-email/resend/']) {
    t.ok(await sizes(path, user.email), `${path}: a mail for a known one`)
    t.ok(await sizes(path, 'unknown@example.org'), `${path}: and for an unknown one`)
  }
})
