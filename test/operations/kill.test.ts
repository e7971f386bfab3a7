import { access, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import t from 'tap'
import { freePort } from '../../src/database/embedded.ts'
import { diskStore } from '../../src/pictures/disk.ts'
import { sweepPictures } from '../../src/pictures/sweep.ts'
import { startMailServer } from '../support/mail.ts'
import { start } from '../support/process.ts'
import { startService } from '../support/service.ts'
import { Tally } from '../support/tally.ts'
import { until } from '../support/wait.ts'

const rounds = 2
const clients = 6

t.test('a service that is killed in the middle of writes leaves nothing half done', { timeout: 240_000 }, async (t) => {
  const inside = await startService(t)
  const { db } = inside
  const folder = await mkdtemp(join(tmpdir(), 'user-management-kill-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const [port, mailPort] = [await freePort(), await freePort()]
  const settings = {
    DATABASE_URL: db.url,
    DATA_DIR: folder,
    PORT: String(port),
    NODE_ENV: 'test',
    PASSWORD_HASH_COST: '4',
    RATE_LIMIT: 'off',
    RATE_LIMIT_CREDENTIALS: 'off',
    JWT_SECRET: 'a secret for tests, long enough to sign',
    EMAIL_VERIFICATION: 'required',
    SMTP_URL: `smtp://127.0.0.1:${mailPort}`,
    MAIL_FROM: 'accounts@example.org',
    ADMIN_PASSWORD: 'correct horse battery staple'
  }
  const picture = await sharp({ create: { width: 64, height: 64, channels: 3, background: 'red' } })
    .png()
    .toBuffer()
  const tally = new Tally()
  const acknowledged: string[] = []
  let count = 0

  /** Registers one user after the other, with a picture, until the service is gone. */
  async function register(): Promise<void> {
    for (;;) {
      count += 1
      const username = `person${count}`
      const body = new FormData()
      const fields = { username, email: `${username}@example.org`, password: 'a phrase of my own', 'profile.bio': username }
      for (const [name, value] of Object.entries(fields)) body.set(name, value)
      body.set('profile.profile_picture', new Blob([picture]), 'a.png')
      try {
        const answer = await fetch(`http://127.0.0.1:${port}/api/auth/register/`, { method: 'POST', body })
        tally.add(answer.status)
        if (answer.status === 201) acknowledged.push(username)
        await answer.text()
      } catch {
        tally.add('broken')
        return
      }
    }
  }

  for (let round = 0; round < rounds; round += 1) {
    const service = start(t, ['serve'], settings)
    await service.until(/Listening on/)
    const before = acknowledged.length
    const registering = Array.from({ length: clients }, register)
    await until('registrations', () => acknowledged.length > before + 15)
    service.child.kill('SIGKILL')
    await service.ended()
    await Promise.all(registering)
  }

  t.same(tally.statuses, ['201', 'broken'])
  await until('Postgres to know', async () => {
    const busy = `select from pg_stat_activity where datname = current_database() and state <> 'idle' and pid <> pg_backend_pid()`
    return (await db.query(busy)).length === 0
  })
  const made = await db.query<{ username: string; picture: string }>(`
    select username, profile_picture as picture from auth_user
    left join api_userprofile on user_id = auth_user.id and bio = username where username <> 'admin'`)
  for (const username of acknowledged) {
    if (!made.some((user) => user.username === username)) t.fail(`${username} was acknowledged and is not there`)
  }
  for (const { username, picture } of made) await access(join(folder, 'media', picture ?? `nothing of ${username}`))
  const counts = await db.query(`
    select (select count(*)::integer from email_confirmation) as confirmations, (select count(*)::integer from queued_mail) as mails,
      (select count(*)::integer from audit_event where action = 'user.created') as events`)
  t.same(counts, [{ confirmations: made.length, mails: made.length, events: made.length }], 'of each user all or nothing')

  const begun = performance.now()
  const mail = await startMailServer(t, { port: mailPort })
  const service = start(t, ['serve'], settings)
  await service.until(/Listening on/)
  const seconds = ((performance.now() - begun) / 1000).toFixed(1)
  t.equal((await fetch(`http://127.0.0.1:${port}/readyz`)).status, 200)
  await db.query(`update queued_mail set next_attempt_at = least(next_attempt_at, now())`)
  await until('all mails', async () => (await db.query('select from queued_mail')).length === 0)
  t.same(new Set(mail.received.map(({ to }) => to)), new Set(made.map(({ username }) => `${username}@example.org`)))

  // A picture that was stored, and whose user was not: no row names it, and the sweep finds it.
  const later = Date.now() + 2 * 60 * 60 * 1000
  const swept = await sweepPictures(inside.database, diskStore(join(folder, 'media')), {
    dryRun: false,
    now: later,
    onOrphan() {},
    onMissing() {}
  })
  t.equal(swept.missing, 0)
  t.equal((await readdir(join(folder, 'media/profile_pics'))).length, made.length)
  t.comment(
    `fault: kill -9 × ${rounds} in the middle of registrations | ${tally} | lost: none of ${acknowledged.length} acknowledged; ${swept.removed} pictures without a row, swept | listening ${seconds} s after it was started again`
  )
})
