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
  await service.db.query(`update email_confirmation set created_at = now() - interval '2 minutes'`)
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
  t.equal((await register('maria')).status, 409, 'for a day')
  await service.db.query(`update auth_user set date_joined = now() - interval '25 hours'`)
  await service.db.query(`update email_confirmation set created_at = now() - interval '2 minutes'`)
  await service.post('/api/auth/confirm-email/resend/', { email: 'maria@example.org' })
  const taken = await service.user({ username: 'taken' })
  t.equal((await register(taken.username)).status, 409, 'the username is another one, so nothing is made')
  t.equal((await service.db.query(`select from auth_user where id = ${squatter.id}`)).length, 1, 'nor deleted')
  const answers = await Promise.all(Array.from({ length: 10 }, (_, index) => register(`maria${index}`)))
  t.same(answers.map(({ status }) => status).sort(), [201, ...Array(9).fill(409)])
  const users = await service.db.query<{ id: number }>(`select id from auth_user where id <> ${taken.id}`)
  t.same([users.length, users.some(({ id }) => id === squatter.id)], [1, false])
  t.same(
    await service.db.query(`select target_id::int as id from audit_event where action = 'user.deleted'`),
    [{ id: squatter.id }],
    'and the audit log tells'
  )
  await service.db.query(`update auth_user set is_active = true, date_joined = now() - interval '9 days'`)
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

t.test('a ban is not undone by the link of a registration, also where Django activated and banned', async (t) => {
  const mail = await startMailServer(t)
  const service = await startService(t, { SMTP_URL: mail.url, MAIL_FROM: 'a@example.org', EMAIL_VERIFICATION: 'required' })
  const names = { username: 'maria', email: 'maria@example.org' }
  const { body } = await service.post('/api/auth/register/', { ...names, password })
  const link = linkOf((await mail.next(1)).text)
  await service.db.query(`update auth_user set is_active = true, date_joined = now() - interval '30 days'`)
  await service.db.query('update auth_user set is_active = false')
  t.equal((await confirm(service, link)).status, 400)
  await service.post('/api/auth/confirm-email/resend/', { email: names.email })
  t.equal((await service.post('/api/auth/register/', { ...names, password })).status, 409, 'and the account is not deleted')
  t.same(await service.db.query('select id, is_active from auth_user'), [{ id: body.id, is_active: false }])
  t.equal(mail.received.length, 1)
})

t.test('two registrations that wait at one address are no fault of ours', async (t) => {
  const mail = await startMailServer(t)
  const service = await startService(t, { SMTP_URL: mail.url, MAIL_FROM: 'a@example.org', EMAIL_VERIFICATION: 'required' })
  const admin = await service.admin()
  const { body } = await service.post('/api/auth/register/', { username: 'maria', email: 'mria@example.org', password })
  await service.put(`/api/auth/users/${body.id}/update/`, { email: 'maria@example.org' }, { as: admin })
  t.equal((await service.post('/api/auth/register/', { username: 'maria2', email: 'maria@example.org', password })).status, 201)
  await mail.next(3)
  await service.db.query(`update email_confirmation set created_at = now() - interval '2 minutes'`)
  t.equal((await service.post('/api/auth/confirm-email/resend/', { email: 'maria@example.org' })).status, 200)
  t.equal((await confirm(service, linkOf((await mail.next(4)).text))).status, 409, 'by now it is the email of the other')
})

t.test('an address is sent one link a minute, whoever names it, and none that is good for nothing', async (t) => {
  const mail = await startMailServer(t)
  const service = await startService(t, { SMTP_URL: mail.url, MAIL_FROM: 'a@example.org' })
  const [admin, one, two] = [await service.admin(), await service.user(), await service.user()]
  const change = (as: typeof one) => service.post('/api/auth/change-email/', { email: 'victim@example.org', password }, { as })
  const statuses = [await change(one), await change(one), await change(two)].map(({ status }) => status)
  t.same(statuses, [200, 429, 429])
  await service.put(`/api/auth/users/${one.id}/update/`, { email: one.email, first_name: 'M' }, { as: admin })
  t.equal((await confirm(service, linkOf((await mail.next(1)).text))).status, 200)
  await service.put(`/api/auth/users/${one.id}/update/`, { email: '' }, { as: admin })
  t.equal((await mail.next(3)).to, 'victim@example.org', 'the address before is told of an administrator too')
  t.same(
    mail.received.map(({ to }) => to),
    ['victim@example.org', one.email, 'victim@example.org']
  )
})

t.test('changes of one account that come at the same moment do not wait for each other', async (t) => {
  const mail = await startMailServer(t)
  for (const settings of [{}, { SMTP_URL: mail.url, MAIL_FROM: 'a@example.org' }]) {
    const service = await startService(t, settings)
    const [admin, user] = [await service.admin(), await service.user()]
    for (let round = 0; round < 10; round += 1) {
      const answers = await Promise.all([
        service.post('/api/auth/change-email/', { email: `a${round}@example.org`, password }, { as: user }),
        service.put(`/api/auth/users/${user.id}/update/`, { email: `b${round}@example.org` }, { as: admin })
      ])
      t.same(
        answers.map(({ status }) => status),
        [200, 200]
      )
    }
  }
})

t.test('a delegate gives nobody the entry to Django administration, and changes nothing of an administrator', async (t) => {
  const operations = ['createUser', 'updateUser', 'updateUserProfile', 'deleteUserProfile', 'endUserSessions']
  const service = await startService(t, { REQUIRED_ROLES: operations.map((name) => `${name}=helpdesk|admin`).join(';') })
  await service.db.query(`insert into auth_group (name) values ('helpdesk')`)
  const helper = await service.user({ username: 'helper', roles: ['helpdesk'] })
  const [admin, superuser] = [await service.admin(), await service.user({ username: 'root', superuser: true })]
  const staff = [
    await service.put(`/api/auth/users/${helper.id}/update/`, { is_staff: true }, { as: helper }),
    await service.post('/api/auth/users/create/', { username: 'new', password, is_staff: true }, { as: helper })
  ]
  for (const { status, body } of staff) t.same([status, Object.keys(body.errors)], [400, ['is_staff']])
  for (const [as, target] of [
    [helper, admin],
    [helper, superuser],
    [admin, superuser]
  ] as const) {
    await service.get(`/api/auth/user_profile/${target.id}/`, { as: superuser })
    const answers = [
      await service.put(`/api/auth/user_profile/${target.id}/update/`, { first_name: 'Owned' }, { as }),
      await service.delete(`/api/auth/user_profile/${target.id}/delete/`, { as }),
      await service.delete(`/api/auth/users/${target.id}/sessions/`, { as })
    ]
    t.same(
      answers.map(({ status }) => status),
      [403, 403, 403]
    )
  }
  const own = await service.put(`/api/auth/user_profile/${superuser.id}/update/`, { first_name: 'Own' }, { as: superuser })
  t.equal(own.status, 200)
})
