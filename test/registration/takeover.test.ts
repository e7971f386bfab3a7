import t from 'tap'
import { startMailServer } from '../support/mail.ts'
import { password, startService } from '../support/service.ts'

const next = 'a wholly different passphrase'
const linkOf = (text: string) => {
  const [, uid, token] = /\?uid=([\w-]+)&token=([\w-]+)/.exec(text) ?? []
  return { uid, token }
}

t.test('a change of email that somebody asked for before ends with the password they knew', async (t) => {
  const mail = await startMailServer(t)
  const service = await startService(t, { SMTP_URL: mail.url, MAIL_FROM: 'a@example.org' })
  const admin = await service.admin()
  const endings = [
    (user: { access: string }) =>
      service.post('/api/auth/change-password/', { old_password: password, new_password: next }, { as: user.access }),
    (user: { id: number }) => service.put(`/api/auth/users/${user.id}/password/`, { new_password: next }, { as: admin }),
    async (user: { email: string }) => {
      const { uid, token } = (await service.post('/api/auth/forgot-password/', { email: user.email })).body
      return service.post('/api/auth/reset-password-confirm/', { uid, token, new_password: next })
    }
  ]
  for (const [index, ending] of endings.entries()) {
    const user = await service.user()
    await service.post('/api/auth/change-email/', { email: `thief${index}@example.org`, password }, { as: user })
    const link = linkOf((await mail.next(index + 1)).text)
    t.equal((await ending(user)).status, 200)
    t.equal((await service.post('/api/auth/confirm-email/', link)).status, 400)
  }
})

t.test('what an administrator says of an account holds against the link of its registration', async (t) => {
  const mail = await startMailServer(t)
  const service = await startService(t, { SMTP_URL: mail.url, MAIL_FROM: 'a@example.org', EMAIL_VERIFICATION: 'required' })
  const admin = await service.admin()
  const { body } = await service.post('/api/auth/register/', { username: 'maria', email: 'maria@example.org', password })
  const link = linkOf((await mail.next(1)).text)
  t.equal((await service.put(`/api/auth/users/${body.id}/update/`, { email: 'maria@example.org' }, { as: admin })).status, 200)
  t.same(
    await service.db.query('select purpose from email_confirmation'),
    [{ purpose: 'registration' }],
    'an unchanged email changes nothing'
  )
  await service.put(`/api/auth/users/${body.id}/update/`, { is_active: false }, { as: admin })
  t.equal((await service.post('/api/auth/confirm-email/', link)).status, 400)
  t.equal((await service.post('/api/auth/token/', { username: 'maria', password })).status, 401)
})

t.test('a login works whatever a trusted proxy writes for an address', async (t) => {
  const service = await startService(t, { TRUST_PROXY: 'loopback' })
  const user = await service.user()
  for (const address of ['unknown', '203.0.113.7:5123', '[2001:db8::1]:443', 'fe80::1%eth0', 'garbage', '']) {
    const answer = await service.post(
      '/api/auth/token/',
      { username: user.username, password },
      { headers: { 'x-forwarded-for': address } }
    )
    t.equal(answer.status, 200, address)
    t.equal(answer.headers['cache-control'], 'no-store', 'tokens are kept by no cache (RFC 6749, 5.1)')
  }
})

t.test('a flood of faults or of hash work is answered, and the service goes on', async (t) => {
  const service = await startService(t, { PASSWORD_HASH_QUEUE: '1', PASSWORD_HASH_COST: '8' })
  const flood = Array.from({ length: 30 }, (_, index) =>
    service.post('/api/auth/register/', { username: `user${index}`, password })
  )
  const logins = Array.from({ length: 10 }, (_, index) =>
    service.post('/api/auth/token/', { username: `nobody${index}`, password })
  )
  const answers = await Promise.all([...flood, ...logins])
  t.ok(answers.every(({ status }) => [201, 401, 503].includes(status)))
  t.equal((await service.post('/api/auth/token/', { username: 'nobody', password })).status, 401)
  const many = await service.post('/api/auth/register/', { username: 'a', password, roles: Array(300_000).fill('') })
  t.equal(many.status, 400)
  t.ok(many.text.length < 50_000, `${many.text.length} bytes`)
})

t.test("nobody's username can be another's email, so that its owner goes on logging in by it", async (t) => {
  const service = await startService(t)
  const admin = await service.admin()
  const owner = await service.user({ username: 'Maria@example.org', email: '' })
  const other = await service.user({ email: 'pedro@example.org' })
  const register = async (names: object) => {
    const { status, body } = await service.post('/api/auth/register/', { password, ...names })
    return [status, Object.keys(body.errors ?? {})]
  }
  t.same(await register({ username: 'thief', email: 'maria@EXAMPLE.org' }), [409, ['email']])
  t.same(await register({ username: 'PEDRO@example.org' }), [409, ['username']])
  const update = await service.put(`/api/auth/users/${other.id}/update/`, { email: 'maria@example.org' }, { as: admin })
  t.same([update.status, Object.keys(update.body.errors)], [409, ['email']])
  const change = await service.post('/api/auth/change-email/', { email: 'maria@example.org', password }, { as: other })
  t.equal(change.status, 409)
  t.same(await register({ username: 'own@example.org', email: 'own@example.org' }), [201, []], 'one may use the same for both')
  t.equal((await service.post('/api/auth/token/', { username: 'maria@example.org', password })).status, 200)
  t.equal((await service.get('/api/auth/profile/', { as: owner })).body.username, 'Maria@example.org')

  const racers = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      register(index % 2 ? { username: `racer${index}`, email: 'race@example.org' } : { username: 'race@example.org' })
    )
  )
  t.same(racers.map(([status]) => status).sort(), [201, ...Array(19).fill(409)], 'of 20 at the same moment one gets the name')
})

t.test('where Django let two users have one name, as username and as email, both can still be changed', async (t) => {
  const service = await startService(t)
  const admin = await service.admin()
  const ann = await service.user({ username: 'ann', email: 'ann@example.org' })
  await service.db.query(`update auth_user set username = 'ann@example.org' where id = ${(await service.user()).id}`)
  const update = async (body: object) => (await service.put(`/api/auth/users/${ann.id}/update/`, body, { as: admin })).status
  t.equal(await update({ username: 'ann', email: 'ann@example.org', first_name: 'Ann' }), 200)
  t.equal(await update({ email: 'ann2@example.org' }), 200)
  t.equal(await update({ email: 'ann@example.org' }), 409, 'but not given anew')
})
