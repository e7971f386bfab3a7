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

  const notice = await mail.next(3)
  t.equal(notice.to, user.email, 'the address before is told')
  t.match(notice.text, /was changed/)

  const taken = await change(other.email)
  t.same([taken.status, taken.body.pending_email], [200, other.email], 'whether an email is taken is not told')
  const byAdmin = await service.put(
    `/api/auth/users/${user.id}/update/`,
    { email: 'set@example.org', first_name: 'M' },
    { as: admin }
  )
  t.match(byAdmin.body, { email: 'newer@example.org', pending_email: 'set@example.org', first_name: 'M' })
  const third = await mail.next(4)
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

t.test('a registration whose email an administrator corrects is confirmed by the new address', async (t) => {
  const mail = await startMailServer(t)
  const service = await startService(t, { SMTP_URL: mail.url, MAIL_FROM: 'a@example.org', EMAIL_VERIFICATION: 'required' })
  const admin = await service.admin()
  const { body } = await service.post('/api/auth/register/', { username: 'maria', email: 'mria@example.org', password })
  const first = linkOf((await mail.next(1)).text)
  const changed = await service.put(`/api/auth/users/${body.id}/update/`, { email: 'maria@example.org' }, { as: admin })
  t.match(changed.body, { email: 'mria@example.org', pending_email: 'maria@example.org', is_active: false })
  const second = await mail.next(2)
  t.equal(second.to, 'maria@example.org')
  t.equal((await confirm(service, first)).status, 400, 'the link to the wrong address is good for nothing')
  t.equal((await confirm(service, linkOf(second.text))).status, 200)
  t.match((await service.get(`/api/auth/users/${body.id}/`, { as: admin })).body, {
    email: 'maria@example.org',
    pending_email: null,
    is_active: true
  })
  t.equal(await logIn(service, 'maria'), 200)
})

t.test('the link of a registration is sent again, once a minute, and nobody is told whether there is one', async (t) => {
  const mail = await startMailServer(t)
  const service = await startService(t, { SMTP_URL: mail.url, MAIL_FROM: 'a@example.org', EMAIL_VERIFICATION: 'required' })
  const active = await service.user()
  await service.post('/api/auth/register/', { username: 'maria', email: 'Maria@example.org', password })
  const first = linkOf((await mail.next(1)).text)
  const resend = (email: string) => service.post('/api/auth/confirm-email/resend/', { email })
  const early = await resend('maria@example.org')
  await service.db.query(`update email_confirmation set created_at = now() - interval '61 seconds', expires_at = now()`)
  const answers = [early, await resend('MARIA@example.org'), await resend('nobody@example.org'), await resend(active.email)]
  t.equal(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size, 1)
  const again = await mail.next(2)
  t.equal(again.to, 'Maria@example.org')
  t.equal((await confirm(service, first)).status, 400)
  t.equal((await confirm(service, linkOf(again.text))).status, 200)
  t.equal(await logIn(service, 'maria'), 200)
  t.equal(mail.received.length, 2)
})

t.test('a registration that was never confirmed keeps nobody from its names for longer than its link works', async (t) => {
  const mail = await startMailServer(t)
  const service = await startService(t, { SMTP_URL: mail.url, MAIL_FROM: 'a@example.org', EMAIL_VERIFICATION: 'required' })
  const register = (username: string, email = 'maria@example.org') =>
    service.post('/api/auth/register/', { username, email, password })
  const squatter = (await register('squatter')).body
  t.equal((await register('maria')).status, 409, 'while its link works')
  await service.db.query(`update email_confirmation set expires_at = now() - interval '1 second'`)
  const answers = await Promise.all(Array.from({ length: 10 }, (_, index) => register(`maria${index}`)))
  t.same(answers.map(({ status }) => status).sort(), [201, ...Array(9).fill(409)])
  const users = await service.db.query<{ id: number }>('select id from auth_user')
  t.same([users.length, users.some(({ id }) => id === squatter.id)], [1, false])
  t.same(
    await service.db.query(`select target_id::int as id from audit_event where action = 'user.deleted'`),
    [{ id: squatter.id }],
    'and the audit log tells'
  )
  await service.db.query(`update auth_user set is_active = true; update email_confirmation set expires_at = now()`)
  t.equal((await register('another')).status, 409, 'whoever was activated keeps the names')
})

t.test('what REQUIRED_ROLES gives to another role is not given over administrators', async (t) => {
  const service = await startService(t, {
    REQUIRED_ROLES: 'setUserPassword=helpdesk;updateUser=helpdesk;deleteUser=helpdesk;sendUserPasswordReset=helpdesk'
  })
  await service.db.query(`insert into auth_group (name) values ('helpdesk')`)
  const [admin, user] = [await service.admin(), await service.user()]
  const helper = await service.user({ username: 'helper', roles: ['helpdesk'] })
  const as = { as: helper }
  for (const [{ id }, statuses] of [
    [admin, [403, 403, 403, 403]],
    [user, [200, 200, 200, 204]]
  ] as const) {
    const path = `/api/auth/users/${id}`
    const answers = [
      await service.put(`${path}/password/`, { new_password: next }, as),
      await service.post(`${path}/password-reset/`, undefined, as),
      await service.put(`${path}/update/`, { first_name: 'x' }, as),
      await service.delete(`${path}/delete/`, as)
    ]
    t.same(
      answers.map(({ status }) => status),
      statuses
    )
  }
})
