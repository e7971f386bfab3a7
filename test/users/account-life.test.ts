import t from 'tap'
import { startMailServer } from '../support/mail.ts'
import { password, type Service, startService } from '../support/service.ts'

const next = 'a wholly different passphrase'
const logIn = async (service: Service, username: string, secret = password) =>
  (await service.post('/api/auth/token/', { username, password: secret })).status
const linkOf = (text: string) => {
  const [, page, uid, token] = /(https?:\/\/\S+)\?uid=([\w-]+)&token=([\w-]+)/.exec(text) ?? []
  return { page, uid, token }
}
const confirm = (service: Service, { uid, token }: { uid?: string | undefined; token?: string | undefined }) =>
  service.post('/api/auth/confirm-email/', { uid, token })

t.test('an administrator sets a password by the rules, and the sessions of the user end', async (t) => {
  const service = await startService(t)
  const [admin, user] = [await service.admin(), await service.user({ username: 'marianela' })]
  const path = `/api/auth/users/${user.id}/password/`
  const weak = await service.put(path, { new_password: 'marianela' }, { as: admin })
  t.same([weak.status, Object.keys(weak.body.errors)], [400, ['new_password']])
  const reset = (await service.post('/api/auth/forgot-password/', { email: user.email })).body
  t.equal((await service.put(path, { new_password: next }, { as: admin })).status, 200)
  t.equal((await service.get('/api/auth/profile/', { as: user })).status, 401)
  t.same([await logIn(service, 'marianela'), await logIn(service, 'marianela', next)], [401, 200])
  const { uid, token } = reset
  t.equal((await service.post('/api/auth/reset-password-confirm/', { uid, token, new_password: `${next}!` })).status, 400)
  t.equal((await service.put(path, { new_password: next }, { as: user })).status, 401)
})

t.test("an administrator who is no superuser can not take a superuser's account over", async (t) => {
  const service = await startService(t)
  const [admin, superuser] = [await service.admin(), await service.user({ username: 'root', superuser: true })]
  const path = `/api/auth/users/${superuser.id}`
  t.equal((await service.put(`${path}/password/`, { new_password: next }, { as: admin })).status, 403)
  t.equal((await service.post(`${path}/password-reset/`, undefined, { as: admin })).status, 403)
  t.equal((await service.put(`${path}/update/`, { email: 'mine@example.org' }, { as: admin })).status, 403)
  t.equal((await service.put(`${path}/password/`, { new_password: next }, { as: superuser })).status, 200)
  t.equal(await logIn(service, 'root', next), 200)
})

t.test('an administrator sends a reset, where there is something to reset', async (t) => {
  const service = await startService(t)
  const [admin, user] = [await service.admin(), await service.user()]
  const { status, body } = await service.post(`/api/auth/users/${user.id}/password-reset/`, undefined, { as: admin })
  t.equal(status, 200)
  const { uid, token } = body
  t.equal((await service.post('/api/auth/reset-password-confirm/', { uid, token, new_password: next })).status, 200)
  const without = await service.user({ username: 'mailless', email: '' })
  const inactive = await service.user()
  await service.db.query(
    `update auth_user set email = '' where id = ${without.id}; update auth_user set is_active = false where id = ${inactive.id}`
  )
  for (const { id } of [without, inactive]) {
    const refused = await service.post(`/api/auth/users/${id}/password-reset/`, undefined, { as: admin })
    t.same([refused.status, refused.body.code], [409, 'not_possible'])
  }
})

t.test('without mail an email changes at once, with the right password only', async (t) => {
  const service = await startService(t)
  const [user, other] = [await service.user(), await service.user()]
  const change = (body: object) => service.post('/api/auth/change-email/', body, { as: user })
  t.same(Object.keys((await change({ email: 'new@example.org', password: 'wrong' })).body.errors), ['password'])
  t.equal((await change({ email: other.email.toUpperCase(), password })).status, 409)
  t.match((await change({ email: 'New@Example.ORG', password })).body, { email: 'New@example.org', pending_email: null })
  t.equal(await logIn(service, 'new@example.org'), 200)
})

t.test('with mail an email changes once the link sent to the new address was used', async (t) => {
  const mail = await startMailServer(t)
  const service = await startService(t, {
    SMTP_URL: mail.url,
    MAIL_FROM: 'a@example.org',
    EMAIL_CONFIRMATION_URL: 'https://front.example.org/confirm'
  })
  const [admin, user, other] = [await service.admin(), await service.user(), await service.user()]
  const change = (email: string) => service.post('/api/auth/change-email/', { email, password }, { as: user })
  t.match((await change('new@example.org')).body, { email: user.email, pending_email: 'new@example.org' })
  const first = await mail.next(1)
  t.equal(first.to, 'new@example.org')
  t.equal(linkOf(first.text).page, 'https://front.example.org/confirm')
  t.match((await service.get(`/api/auth/users/${user.id}/`, { as: admin })).body, {
    email: user.email,
    pending_email: 'new@example.org'
  })

  await change('newer@example.org')
  const second = await mail.next(2)
  t.equal((await confirm(service, linkOf(first.text))).status, 400, 'a newer request ends the older one')
  t.equal((await confirm(service, { ...linkOf(second.text), token: 'x' })).status, 400)
  const used = await Promise.all(Array.from({ length: 10 }, () => confirm(service, linkOf(second.text))))
  t.same(used.map(({ status }) => status).sort(), [200, ...Array(9).fill(400)], 'once, also at the same moment')
  t.match((await service.get(`/api/auth/users/${user.id}/`, { as: admin })).body, {
    email: 'newer@example.org',
    pending_email: null
  })

  const taken = await change(other.email)
  t.same([taken.status, taken.body.pending_email], [200, other.email], 'whether an email is taken is not told')
  const byAdmin = await service.put(
    `/api/auth/users/${user.id}/update/`,
    { email: 'set@example.org', first_name: 'M' },
    { as: admin }
  )
  t.match(byAdmin.body, { email: 'newer@example.org', pending_email: 'set@example.org', first_name: 'M' })
  const third = await mail.next(3)
  t.equal(third.to, 'set@example.org', 'nothing was sent to the taken address')
  t.equal(
    (await service.put(`/api/auth/users/${user.id}/update/`, { email: other.email }, { as: admin })).status,
    409,
    'an administrator is told'
  )
  await service.db.query(`update auth_user set email = 'set@example.org' where id = ${other.id}`)
  t.equal((await confirm(service, linkOf(third.text))).status, 409, 'taken meanwhile')
  await service.db.query(`update auth_user set email = 'gone@example.org' where id = ${other.id}`)
  t.equal((await confirm(service, linkOf(third.text))).status, 200, 'and free again')
})

t.test('where emails are verified a registration is active once its link was used', async (t) => {
  const mail = await startMailServer(t)
  const service = await startService(t, { SMTP_URL: mail.url, MAIL_FROM: 'a@example.org', EMAIL_VERIFICATION: 'required' })
  const register = (body: object, as?: string) => service.post('/api/auth/register/', { password, ...body }, as ? { as } : {})
  t.same(Object.keys((await register({ username: 'mailless' })).body.errors), ['email'])
  const { status, body } = await register({ username: 'maria', email: 'maria@example.org' })
  t.same([status, body.is_active], [201, false])
  t.equal(await logIn(service, 'maria'), 401)
  const { uid, token } = linkOf((await mail.next(1)).text)
  await service.db.query(`update email_confirmation set expires_at = now() - interval '1 second'`)
  t.equal((await confirm(service, { uid, token })).status, 400, 'too late')
  await service.db.query(`update email_confirmation set expires_at = now() + interval '1 hour'`)
  t.equal((await confirm(service, { uid, token })).status, 200)
  t.equal(await logIn(service, 'maria'), 200)
  const admin = await service.admin()
  t.equal((await register({ username: 'invited' }, admin.access)).body.is_active, true, 'an administrator needs no link')
})
