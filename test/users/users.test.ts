import t from 'tap'
import { password, type Service, startService } from '../support/service.ts'

const create = '/api/auth/users/create/'

t.test('an administrator makes a user with roles and a profile; the password works and is nowhere to be seen', async (t) => {
  const service = await startService(t)
  const admin = await service.admin()
  const input = {
    username: 'ｍaria',
    email: 'Maria@EXAMPLE.org',
    password,
    first_name: 'María',
    roles: [2, 2],
    is_staff: true,
    profile: { phone: '1', province: 'Heredia' }
  }
  const { status, body, text } = await service.post(create, input, { as: admin })
  t.equal(status, 201)
  t.match(body, { username: 'maria', email: 'Maria@example.org', roles: [2], is_active: true, is_staff: true, last_login: null })
  t.match(body.profile, { phone: '1', province: 4, user_roles: [{ id: 2, name: 'cliente' }] })
  t.notMatch(text, /bcrypt|password/)
  t.equal((await service.post('/api/auth/token/', { username: 'MARIA', password })).status, 200)
  t.equal((await service.post('/api/auth/token/', { username: 'maria@example.ORG', password })).status, 200)
  const [row] = await service.db.query<{ password: string }>(`select password from auth_user where username = 'maria'`)
  t.match(row?.password, /^bcrypt_sha256\$\$2b\$04\$.{53}$/)
})

t.test('all that is wrong with a new user is told at once, and nothing is made', async (t) => {
  const service = await startService(t)
  const admin = await service.admin()
  const shape = { username: 'a b', email: 'nowhere', password: '', first_name: 'x'.repeat(151), is_superuser: true, id: 7 }
  const wrong = await service.post(create, shape, { as: admin })
  t.same(Object.keys(wrong.body.errors).sort(), ['email', 'first_name', 'id', 'is_superuser', 'password', 'username'])
  const meaning = { username: 'sunshine1', password: '1234567', profile: { province: 'Narnia', profile_picture: null } }
  const { status, body } = await service.post(create, meaning, { as: admin })
  t.equal(status, 400)
  t.same(Object.keys(body.errors).sort(), ['password', 'profile.province'])
  t.equal(body.errors.password.length, 3, 'too short, too common, all digits')
  const roles = await service.post(create, { username: 'x1', password, roles: [98] }, { as: admin })
  t.match(roles.body.errors.roles[0], /98/)
  t.same(await service.db.query('select count(*)::int as users from auth_user'), [{ users: 1 }])
})

t.test('a username or an email that differs in case only is taken', async (t) => {
  const service = await startService(t)
  const admin = await service.admin()
  const user = await service.user({ username: 'Straße', email: 'a@example.org' })
  const other = await service.user({ username: 'other', email: '' })
  const taken = await service.post(create, { username: 'STRAßE', email: 'A@example.ORG', password }, { as: admin })
  t.equal(taken.status, 409)
  t.same(Object.keys(taken.body.errors).sort(), ['email', 'username'])
  for (const [method, path] of [
    ['PUT', `/api/auth/users/${other.id}/update/`],
    ['PUT', `/api/auth/users/${other.id}/`],
    ['PATCH', `/api/auth/users/${other.id}/`]
  ] as const) {
    const answer = await service.request(method, path, { as: admin, body: { email: 'a@EXAMPLE.org', first_name: 'X' } })
    t.equal(answer.status, 409)
    t.same(Object.keys(answer.body.errors), ['email'])
    t.equal((await service.get(`/api/auth/users/${other.id}/detail/`, { as: admin })).body.first_name, '')
  }
  t.equal(
    (await service.put(`/api/auth/users/${user.id}/update/`, { username: 'straßE' }, { as: admin })).status,
    200,
    'the own name'
  )
  t.equal((await service.user({ username: 'third', email: '' })).email, '', 'no email is no email twice')
})

t.test('an update is partial, and never sets a password or makes a superuser', async (t) => {
  const service = await startService(t)
  const admin = await service.admin()
  const user = await service.user({ username: 'maria', roles: ['cliente'] })
  const path = `/api/auth/users/${user.id}/update/`
  const { body } = await service.put(path, { first_name: 'María' }, { as: admin })
  t.match(body, { username: 'maria', email: user.email, first_name: 'María', roles: [2], is_active: true })
  for (const field of ['password', 'is_superuser', 'id', 'date_joined', 'last_login', 'profile']) {
    const refused = await service.put(path, { [field]: 1, last_name: 'X' }, { as: admin })
    t.equal(refused.status, 400, field)
    t.same(Object.keys(refused.body.errors), [field])
  }
  t.match((await service.put(path, { roles: [1] }, { as: admin })).body, { roles: [1], last_name: '' })
  t.equal((await service.get('/api/auth/users/', { as: user })).status, 200, 'the role holds for the token at hand')
  const unknown = await service.put(path, { roles: [1, 99], last_name: 'X' }, { as: admin })
  t.match(unknown.body.errors.roles[0], /99/)
  t.match((await service.put(path, { roles: [] }, { as: admin })).body, { roles: [], last_name: '' })
  t.equal((await service.get('/api/auth/users/', { as: user })).status, 403)
})

t.test('deactivating a user ends the sessions, for good', async (t) => {
  const service = await startService(t)
  const admin = await service.admin()
  const user = await service.user()
  const path = `/api/auth/users/${user.id}/update/`
  t.equal((await service.put(path, { is_active: false }, { as: admin })).status, 200)
  t.equal((await service.get('/api/auth/profile/', { as: user })).status, 401)
  t.equal((await service.post('/api/auth/token/', { username: user.username, password })).status, 401)
  await service.put(path, { is_active: true }, { as: admin })
  t.equal((await service.get('/api/auth/profile/', { as: user })).status, 401, 'the old session stays ended')
  t.equal((await service.post('/api/auth/token/refresh/', { refresh: user.refresh })).status, 401)
  t.equal((await service.post('/api/auth/token/', { username: user.username, password })).status, 200)
})

t.test("deleting a user takes all that is the user's along", async (t) => {
  const service = await startService(t)
  const admin = await service.admin()
  await service.db.query(`
    create table django_admin_log (id int, user_id int not null references auth_user deferrable initially deferred);
    create table authtoken_token (key text, user_id int not null references auth_user deferrable initially deferred)`)
  for (const suffix of ['delete/', '']) {
    const user = await service.user({ roles: ['cliente'] })
    await service.put(`/api/auth/user_profile/${user.id}/update/`, { roles: [2] }, { as: admin })
    await service.db.query(
      `insert into auth_user_user_permissions (user_id, permission_id) values (${user.id}, 1);
       insert into django_admin_log values (1, ${user.id}); insert into authtoken_token values ('k', ${user.id})`
    )
    await service.post('/api/auth/forgot-password/', { email: user.email })
    t.equal((await service.delete(`/api/auth/users/${user.id}/${suffix}`, { as: admin })).status, 204)
    t.equal((await service.get('/api/auth/profile/', { as: user })).status, 401)
    t.equal((await service.get(`/api/auth/users/${user.id}/`, { as: admin })).status, 404)
    for (const table of [
      'auth_user_groups',
      'auth_user_user_permissions',
      'api_userprofile',
      'user_session',
      'password_reset',
      'django_admin_log',
      'authtoken_token'
    ]) {
      t.same(await service.db.query(`select from ${table} where user_id = ${user.id}`), [], table)
    }
    t.same(await service.db.query('select from api_userprofile_roles'), [])
  }
})

t.test("a user whom another application's table refers to is not deleted, and nothing of it is", async (t) => {
  const service = await startService(t)
  const admin = await service.admin()
  const user = await service.user({ roles: ['cliente'] })
  await service.get('/api/auth/profile/', { as: user })
  await service.db.query(
    `create table api_ticket (id int, user_id int references auth_user deferrable initially deferred);
     insert into api_ticket values (1, ${user.id})`
  )
  for (const suffix of ['delete/', '']) {
    const { status, body } = await service.delete(`/api/auth/users/${user.id}/${suffix}`, { as: admin })
    t.equal(status, 409)
    t.match(body, { code: 'still_referenced', detail: /api_ticket/ })
    t.match((await service.get('/api/auth/profile/', { as: user })).body, { user_roles: [{ name: 'cliente' }] }, 'still there')
  }
})

t.test('the last administrator can not delete, deactivate or demote itself', async (t) => {
  const service = await startService(t)
  const admin = await service.admin()
  const attempts: [Parameters<Service['request']>[0], string, object?][] = [
    ['DELETE', `/api/auth/users/${admin.id}/delete/`],
    ['DELETE', `/api/auth/users/${admin.id}/`],
    ['PUT', `/api/auth/users/${admin.id}/update/`, { is_active: false, first_name: 'X' }],
    ['PUT', `/api/auth/users/${admin.id}/update/`, { roles: [2], first_name: 'X' }],
    ['PUT', `/api/auth/users/${admin.id}/`, { roles: [] }],
    ['PATCH', `/api/auth/users/${admin.id}/`, { roles: [] }]
  ]
  for (const [method, path, body] of attempts) {
    const answer = await service.request(method, path, { as: admin, ...(body && { body }) })
    t.equal(answer.status, 409, `${method} ${path}`)
    t.equal(answer.body.code, 'last_administrator')
  }
  t.match((await service.get(`/api/auth/users/${admin.id}/`, { as: admin })).body, {
    roles: [1],
    is_active: true,
    first_name: ''
  })
  await service.user({ superuser: true })
  t.equal(
    (await service.put(`/api/auth/users/${admin.id}/update/`, { roles: [] }, { as: admin })).status,
    200,
    'a superuser is left'
  )
})

t.test('of two administrators who demote each other at the same moment one stays', async (t) => {
  const service = await startService(t)
  for (let round = 0; round < 10; round += 1) {
    const [one, two] = [await service.admin(), await service.admin()]
    await service.db.query(`delete from auth_user_groups where group_id = 1 and user_id not in (${one.id}, ${two.id})`)
    const answers = await Promise.all([
      service.put(`/api/auth/users/${two.id}/update/`, { roles: [] }, { as: one }),
      service.delete(`/api/auth/users/${one.id}/delete/`, { as: two })
    ])
    t.ok(answers.every(({ status }) => status < 500))
    const left = await service.db.query('select from auth_user_groups where group_id = 1')
    t.equal(left.length, 1, `round ${round}: one administrator is left`)
  }
})

t.test('users see themselves by id, and nobody else', async (t) => {
  const service = await startService(t)
  const [user, other] = [await service.user(), await service.user()]
  for (const suffix of ['', 'detail/']) {
    t.equal((await service.get(`/api/auth/users/${user.id}/${suffix}`, { as: user })).body.username, user.username)
    t.equal((await service.get(`/api/auth/users/${other.id}/${suffix}`, { as: user })).status, 403)
  }
  t.equal((await service.put(`/api/auth/users/${user.id}/update/`, { first_name: 'X' }, { as: user })).status, 403)
})
