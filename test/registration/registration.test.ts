import t from 'tap'
import { password, startService } from '../support/service.ts'

const path = '/api/auth/register/'

t.test('of 50 registrations of one name in different case at the same moment one succeeds', async (t) => {
  const service = await startService(t)
  const names = Array.from({ length: 50 }, (_, index) =>
    [...'marianela'].map((letter, position) => ((index >> (position % 6)) & 1 ? letter.toUpperCase() : letter)).join('')
  )
  const answers = await Promise.all(
    names.map((username, index) => service.post(path, { username, email: `m${index}@example.org`, password }))
  )
  t.same(answers.map(({ status }) => status).sort(), [201, ...Array(49).fill(409)])
  t.same(await service.db.query('select count(*)::int as users from auth_user'), [{ users: 1 }])
  t.same(await service.db.query('select count(*)::int as profiles from api_userprofile'), [{ profiles: 1 }])
})

t.test('of 20 registrations of one email at the same moment one succeeds', async (t) => {
  const service = await startService(t)
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      service.post(path, { username: `u${index}`, email: index % 2 ? 'A@B.org' : 'a@b.org', password })
    )
  )
  t.same(answers.map(({ status }) => status).sort(), [201, ...Array(19).fill(409)])
  t.same(Object.keys(answers.find(({ status }) => status === 409)?.body.errors), ['email'])
})

t.test('multipart with profile fields, as the known web client sends it, makes the same as JSON', async (t) => {
  const service = await startService(t)
  const form = new FormData()
  const fields = { username: 'formed', email: 'formed@example.org', password, first_name: 'F', last_name: 'M' }
  const profile = { phone: '+506 1', address: 'Here', birth_date: '1990-01-02', bio: 'x', province: 'Cartago' }
  for (const [name, value] of Object.entries(fields)) form.set(name, value)
  for (const [name, value] of Object.entries(profile)) form.set(`profile.${name}`, value)
  const viaForm = await service.request('POST', path, { form })
  const viaJson = await service.post(path, { ...fields, username: 'json', email: 'json@example.org', profile })
  t.same([viaForm.status, viaJson.status], [201, 201])
  for (const { body } of [viaForm, viaJson]) {
    t.match(body, { first_name: 'F', roles: [], is_staff: false, profile: { ...profile, province: 3, profile_picture: null } })
  }
  t.equal((await service.post('/api/auth/token/', { username: 'formed', password })).status, 200)
})

t.test('privileges can not be had by registering', async (t) => {
  const service = await startService(t)
  const base = { username: 'climber', password }
  const roles = await service.post(path, { ...base, roles: [1] })
  t.same([roles.status, Object.keys(roles.body.errors)], [400, ['roles']])
  const form = new FormData()
  for (const [name, value] of Object.entries({ ...base, roles: '1' })) form.set(name, value)
  t.equal((await service.request('POST', path, { form })).status, 400)
  for (const field of [
    'is_staff',
    'is_superuser',
    'is_active',
    'id',
    'groups',
    'user_permissions',
    'date_joined',
    'profile.user_id'
  ]) {
    const [outer, inner] = field.split('.') as [string, string?]
    const { status, body } = await service.post(path, { ...base, [outer]: inner ? { [inner]: 1 } : true })
    t.same([status, Object.keys(body.errors)], [400, [field]])
  }
  const user = await service.user()
  t.equal((await service.post(path, { ...base, roles: [1] }, { as: user })).status, 400, 'a user is no administrator')
  const byAdmin = await service.post(path, { ...base, roles: [1] }, { as: await service.admin() })
  t.same([byAdmin.status, byAdmin.body.roles], [201, [1]], 'an administrator may')
})

t.test('a stale token beside the request does not stop a registration', async (t) => {
  const service = await startService(t)
  t.equal((await service.post(path, { username: 'someone', password }, { as: 'not.a.token' })).status, 201)
})

t.test('look-alike names are folded where Unicode says so, and refused where they are no names', async (t) => {
  const service = await startService(t)
  await service.user({ username: 'admin1' })
  t.equal((await service.post(path, { username: 'ａｄｍｉｎ１', password })).status, 409, 'full width')
  t.equal((await service.post(path, { username: 'ADMIN①', password })).status, 409, 'circled')
  for (const username of ['½half', 'a b', 'a\u0000b', 'a\u200bb', 'ﷺ'.repeat(20), '⑴', '<script>', '']) {
    const { status, body } = await service.post(path, { username, password })
    t.equal(status, 400, username)
    t.ok(body.errors.username)
  }
})

t.test('passwords of any length and script are taken whole, null characters are not', async (t) => {
  const service = await startService(t)
  const long = 'ñandú 😀 '.repeat(100)
  t.equal((await service.post(path, { username: 'long', password: long })).status, 201)
  t.equal((await service.post('/api/auth/token/', { username: 'long', password: long })).status, 200)
  t.equal(
    (await service.post('/api/auth/token/', { username: 'long', password: long.slice(0, -1) })).status,
    401,
    'beyond 72 bytes too'
  )
  t.equal((await service.post(path, { username: 'nul', password: 'a long enough\0 password' })).status, 400)
  t.equal((await service.post(path, { username: 'huge', password: 'x'.repeat(1_000_000) })).status, 400)
})
