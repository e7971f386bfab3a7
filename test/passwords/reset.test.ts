import t from 'tap'
import { decodeUid, encodeUid } from '../../src/passwords/uid.ts'
import { startMailServer } from '../support/mail.ts'
import { password, startService } from '../support/service.ts'

const forgotPath = '/api/auth/forgot-password/'
const confirmPath = '/api/auth/reset-password-confirm/'
const next = 'a wholly different passphrase'

t.test('a reset sets the password and ends all sessions of the user', async (t) => {
  const service = await startService(t)
  const user = await service.user({ email: 'Maria@example.org' })
  const { body } = await service.post(forgotPath, { email: 'maria@EXAMPLE.org' })
  t.equal(body.uid, encodeUid(user.id))
  t.equal(body.reset_link, `http://127.0.0.1:8000/reset-password-confirm/?uid=${body.uid}&token=${body.token}`)
  t.same(
    await service.db.query('select from password_reset where position($1::bytea in token_hash) > 0', [Buffer.from(body.token)]),
    []
  )
  t.equal((await service.post(confirmPath, { uid: body.uid, token: body.token, new_password: next })).status, 200)
  t.equal((await service.get('/api/auth/profile/', { as: user })).status, 401)
  t.equal((await service.post('/api/auth/token/', { username: user.username, password })).status, 401)
  t.equal((await service.post('/api/auth/token/', { username: user.username, password: next })).status, 200)
})

t.test('a reset token works once, also when it is used 50 times at the same moment', async (t) => {
  const service = await startService(t)
  const user = await service.user()
  const { uid, token } = (await service.post(forgotPath, { email: user.email })).body
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, index) => service.post(confirmPath, { uid, token, new_password: `${next} ${index}` }))
  )
  t.same(answers.map(({ status }) => status).sort(), [200, ...Array(49).fill(400)])
  const winner = answers.findIndex(({ status }) => status === 200)
  t.equal((await service.post('/api/auth/token/', { username: user.username, password: `${next} ${winner}` })).status, 200)
})

t.test('a reset token dies with time, a newer one, a changed password, a changed email, deactivation', async (t) => {
  const service = await startService(t)
  const admin = await service.admin()
  const deaths: Record<string, (user: { id: number; email: string; access: string }) => Promise<unknown>> = {
    'its hour is over': (user) => service.db.query(`update password_reset set expires_at = now() where user_id = ${user.id}`),
    'a newer one was issued': (user) => service.post(forgotPath, { email: user.email }),
    'the password was changed here': (user) =>
      service.post('/api/auth/change-password/', { old_password: password, new_password: `${next}!` }, { as: user.access }),
    'Django changed the password': (user) => service.db.query(`update auth_user set password = 'x' where id = ${user.id}`),
    'the email was changed': (user) =>
      service.put(`/api/auth/users/${user.id}/update/`, { email: 'new@example.org' }, { as: admin }),
    'the user was deactivated': (user) => service.put(`/api/auth/users/${user.id}/update/`, { is_active: false }, { as: admin })
  }
  for (const [death, cause] of Object.entries(deaths)) {
    const user = await service.user()
    const { uid, token } = (await service.post(forgotPath, { email: user.email })).body
    await cause(user)
    const { status, body } = await service.post(confirmPath, { uid, token, new_password: next })
    t.same([status, body.code], [400, 'invalid_reset_token'], death)
  }
})

t.test('a wrong uid or token is refused, a weak password leaves the token good', async (t) => {
  const service = await startService(t)
  const [user, other] = [await service.user({ username: 'marianela' }), await service.user()]
  const { uid, token } = (await service.post(forgotPath, { email: user.email })).body
  for (const wrong of [
    { uid: encodeUid(other.id), token },
    { uid, token: `${token}x` },
    { uid: 'AA', token },
    { uid: '../..', token },
    { uid: encodeUid(9007199254740991), token }
  ]) {
    t.equal((await service.post(confirmPath, { ...wrong, new_password: next })).status, 400, JSON.stringify(wrong))
  }
  const weak = await service.post(confirmPath, { uid, token, new_password: 'marianela' })
  t.same(Object.keys(weak.body.errors), ['new_password'])
  t.equal((await service.post(confirmPath, { uid, token, new_password: next })).status, 200)
})

t.test('an unknown email gets an answer of the same status, shape and size, and an id that stays the same', async (t) => {
  const service = await startService(t)
  for (let count = 0; count < 12; count += 1) await service.user()
  const user = await service.user()
  const known = await service.post(forgotPath, { email: user.email })
  const unknown = await service.post(forgotPath, { email: 'unknown@example.org' })
  const again = await service.post(forgotPath, { email: 'Unknown@example.org' })
  t.equal(unknown.status, known.status)
  t.same(Object.keys(unknown.body), Object.keys(known.body))
  t.same(Object.keys(unknown.headers).sort(), Object.keys(known.headers).sort())
  t.equal(unknown.body.token.length, known.body.token.length)
  t.equal(unknown.body.message, known.body.message)
  t.equal(again.body.uid, unknown.body.uid)
  const madeUp = decodeUid(unknown.body.uid) as number
  t.ok(madeUp >= 1 && madeUp < 16, 'an id as ids are here')
  const { uid, token } = unknown.body
  t.equal((await service.post(confirmPath, { uid, token, new_password: next })).status, 400)
  const inactive = await service.user({ email: 'inactive@example.org' })
  await service.db.query(`update auth_user set is_active = false where id = ${inactive.id}`)
  const withoutPassword = await service.user({ email: 'ldap@example.org' })
  await service.db.query(`update auth_user set password = '!x' where id = ${withoutPassword.id}`)
  for (const email of ['inactive@example.org', 'ldap@example.org']) {
    const { body } = await service.post(forgotPath, { email })
    t.equal((await service.post(confirmPath, { uid: body.uid, token: body.token, new_password: next })).status, 400, email)
  }
})

t.test('by email, the token goes to the address on record, and the answer is the same for every email', async (t) => {
  const mail = await startMailServer(t)
  const service = await startService(t, {
    PASSWORD_RESET_DELIVERY: 'email',
    SMTP_URL: mail.url,
    MAIL_FROM: 'accounts@example.org',
    PASSWORD_RESET_URL: 'https://front.example.org/reset'
  })
  const user = await service.user({ email: 'Maria@example.org' })
  const known = await service.post(forgotPath, { email: 'maria@example.org' }, { headers: { host: 'evil.example' } })
  const unknown = await service.post(forgotPath, { email: 'unknown@example.org' })
  t.match(known.body, { uid: null, token: null, reset_link: null })
  t.same({ ...known.body }, { ...unknown.body })
  t.equal(known.headers['content-length'], unknown.headers['content-length'])
  await mail.next(1)
  t.equal(mail.received.length, 1)
  t.equal(mail.received[0]?.to, 'Maria@example.org')
  const [, uid, token] =
    /https:\/\/front\.example\.org\/reset\?uid=([\w-]+)&token=([\w-]+)/.exec(mail.received[0]?.text ?? '') ?? []
  t.equal(uid, encodeUid(user.id))
  t.notMatch(service.log(), new RegExp(token as string), 'the token stands in no log line')
  t.equal((await service.post(confirmPath, { uid, token, new_password: next })).status, 200)
})

t.test('by email, an account is sent one reset a minute, however many ask, and the first goes on being good', async (t) => {
  const mail = await startMailServer(t)
  const service = await startService(t, { PASSWORD_RESET_DELIVERY: 'email', SMTP_URL: mail.url, MAIL_FROM: 'a@example.org' })
  const [admin, user] = [await service.admin(), await service.user()]
  const answers = await Promise.all(Array.from({ length: 10 }, () => service.post(forgotPath, { email: user.email })))
  t.equal(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size, 1)
  const [, uid, token] = /\?uid=([\w-]+)&token=([\w-]+)/.exec((await mail.next(1)).text) ?? []
  t.equal((await service.post(`/api/auth/users/${user.id}/password-reset/`, undefined, { as: admin })).status, 200)
  t.match((await mail.next(2)).to, user.email, 'an administrator need not wait')
  t.equal((await service.post(confirmPath, { uid, token, new_password: next })).status, 400, 'and ends the one before')
  await service.db.query(`update password_reset set created_at = now() - interval '61 seconds'`)
  await service.post(forgotPath, { email: user.email })
  const [, , last] = /\?uid=([\w-]+)&token=([\w-]+)/.exec((await mail.next(3)).text) ?? []
  t.equal((await service.post(confirmPath, { uid, token: last, new_password: next })).status, 200)
  t.equal(mail.received.length, 3)
})

t.test('a reset that died leaves room for the next one within the minute', async (t) => {
  const mail = await startMailServer(t)
  const service = await startService(t, { PASSWORD_RESET_DELIVERY: 'email', SMTP_URL: mail.url, MAIL_FROM: 'a@example.org' })
  const user = await service.user()
  await service.post(forgotPath, { email: user.email })
  await mail.next(1)
  await service.post('/api/auth/change-password/', { old_password: password, new_password: next }, { as: user })
  await service.post(forgotPath, { email: user.email })
  const [, uid, token] = /\?uid=([\w-]+)&token=([\w-]+)/.exec((await mail.next(2)).text) ?? []
  t.equal((await service.post(confirmPath, { uid, token, new_password: `${next}!` })).status, 200)
})
