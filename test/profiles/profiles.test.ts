import t from 'tap'
import { startService } from '../support/service.ts'

const profilePath = '/api/auth/profile/'

t.test('50 first reads of a profile at the same moment make one row', async (t) => {
  const service = await startService(t)
  const user = await service.user()
  const answers = await Promise.all(Array.from({ length: 50 }, () => service.get(profilePath, { as: user })))
  t.ok(answers.every(({ status }) => status === 200))
  t.equal(new Set(answers.map(({ text }) => text)).size, 1, 'all see the same profile')
  t.same(await service.db.query('select count(*)::int as rows from api_userprofile'), [{ rows: 1 }])
})

t.test('a profile shows the user, its roles and the roles on the profile', async (t) => {
  const service = await startService(t)
  const admin = await service.admin()
  const user = await service.user({ username: 'maria', roles: ['cliente'] })
  const path = `/api/auth/user_profile/${user.id}/update/`
  await service.put(path, { first_name: 'María', last_name: 'Rojas', roles: [1] }, { as: admin })
  const { body } = await service.get(profilePath, { as: user })
  t.match(body, {
    id: user.id,
    username: 'maria',
    email: 'maria@example.org',
    first_name: 'María',
    last_name: 'Rojas',
    roles: [{ id: 1, name: 'admin' }],
    user_roles: [{ id: 2, name: 'cliente' }]
  })
  t.equal((await service.get('/api/auth/users/', { as: user })).status, 403, 'a role on the profile gives no access')
})

t.test('an update leaves alone what it does not name, and null clears', async (t) => {
  const service = await startService(t)
  const user = await service.user()
  const all = { phone: '+506 1', address: 'Here 1', birth_date: '1988-02-29', bio: 'Hola\n😀', province: 1 }
  t.match((await service.put(profilePath, all, { as: user })).body, all)
  for (const method of ['PUT', 'PATCH'] as const) {
    const { body } = await service.request(method, profilePath, { as: user, body: { phone: '+506 2' } })
    t.match(body, { ...all, phone: '+506 2' })
  }
  t.match((await service.put(profilePath, {}, { as: user })).body, { ...all, phone: '+506 2' })
  const nothing = { phone: null, address: null, birth_date: null, bio: null, province: null }
  t.match((await service.put(profilePath, nothing, { as: user })).body, nothing)
})

t.test('a province is named by id, numeric string or name', async (t) => {
  const service = await startService(t)
  const user = await service.user()
  await service.db.query(`insert into api_provinces (id, name) values (77, 'HEREDIA'), (78, '12')`)
  const cases: [unknown, number | null][] = [
    [4, 4],
    ['4', 4],
    ['Heredia', 4],
    ['HEREDIA', 77],
    ['limÓN', 7],
    ['', null],
    [4, 4],
    [null, null]
  ]
  for (const [province, id] of cases) {
    const { status, body } = await service.put(profilePath, { province }, { as: user })
    t.equal(status, 200)
    t.equal(body.province, id, String(province))
  }
  for (const [province, message] of [
    [0, 'Must be at least 1.'],
    ['x'.repeat(31), 'Must not be longer than 30 characters.'],
    [['Heredia'], 'Must be null or string or integer.']
  ]) {
    const { status, body } = await service.put(profilePath, { province }, { as: user })
    t.same([status, body.errors], [400, { province: [message] }])
  }
  for (const province of [4711, '4711', 'Narnia', '12']) {
    const { status, body } = await service.put(profilePath, { province, phone: '1' }, { as: user })
    t.equal(status, 400, String(province))
    t.same(body.errors, { province: ['There is no such province.'] })
  }
  t.equal((await service.get(profilePath, { as: user })).body.phone, null, 'nothing of a refused update is kept')
})

t.test('multipart and JSON give the same result, for good input and for bad', async (t) => {
  const service = await startService(t)
  const [one, other] = [await service.user(), await service.user()]
  const cases: Record<string, string>[] = [
    {
      phone: '+506 2222',
      address: 'Calle 1',
      birth_date: '2000-02-29',
      bio: 'x',
      province: 'Cartago',
      first_name: 'A',
      last_name: 'B'
    },
    { province: '3' },
    { birth_date: '', province: '' },
    { phone: '' },
    { phone: 'x'.repeat(21), birth_date: '2024-02-30', unknown: '1' },
    { birth_date: '2999-01-01' },
    { address: 'x'.repeat(256), province: 'Narnia' }
  ]
  for (const fields of cases) {
    const form = new FormData()
    for (const [name, value] of Object.entries(fields)) form.set(name, value)
    const json = { ...fields, ...(fields.birth_date === '' && { birth_date: null }) }
    const viaForm = await service.request('PUT', profilePath, { as: one, form })
    const viaJson = await service.put(profilePath, json, { as: other })
    t.equal(viaForm.status, viaJson.status, JSON.stringify(fields))
    t.same(comparable(viaForm.body), comparable(viaJson.body))
  }
})

t.test('an owner reads and changes the own profile by id, and only that, and sets no roles', async (t) => {
  const service = await startService(t)
  const [user, other] = [await service.user(), await service.user()]
  t.equal((await service.get(`/api/auth/user_profile/${user.id}/`, { as: user })).status, 200)
  t.equal((await service.put(`/api/auth/user_profile/${user.id}/update/`, { phone: '1' }, { as: user })).status, 200)
  const refused = await service.put(`/api/auth/user_profile/${user.id}/`, { roles: [1], province: 'Narnia' }, { as: user })
  t.equal(refused.status, 400)
  t.same(Object.keys(refused.body.errors).sort(), ['province', 'roles'])
  t.equal((await service.get(`/api/auth/user_profile/${other.id}/`, { as: user })).status, 403)
  t.equal((await service.put(`/api/auth/user_profile/${other.id}/update/`, { phone: '1' }, { as: user })).status, 403)
  for (const id of [`0${user.id}`, `${user.id}.0`, `+${user.id}`, `${user.id}e0`]) {
    t.equal((await service.get(`/api/auth/user_profile/${id}/`, { as: user })).status, 403, `${id} is not the own id`)
  }
})

t.test('an administrator notes roles on a profile; unknown ones are named and nothing is changed', async (t) => {
  const service = await startService(t)
  const admin = await service.admin()
  const user = await service.user()
  const path = `/api/auth/user_profile/${user.id}/update/`
  t.same((await service.put(path, { roles: [2, 1, 2] }, { as: admin })).body.roles, [
    { id: 1, name: 'admin' },
    { id: 2, name: 'cliente' }
  ])
  const { status, body } = await service.put(path, { roles: [2, 99, 98], phone: '1' }, { as: admin })
  t.equal(status, 400)
  t.match(body.errors.roles[0], /99, 98/)
  const form = new FormData()
  form.append('roles', '2')
  const after = await service.request('PUT', path, { as: admin, form })
  t.match(after.body, { phone: null, roles: [{ id: 2, name: 'cliente' }] })
  t.same((await service.put(path, { roles: [] }, { as: admin })).body.roles, [])
})

t.test('deleting a profile leaves the user, who gets a fresh one', async (t) => {
  const service = await startService(t)
  const admin = await service.admin()
  const user = await service.user()
  for (const path of [`/api/auth/user_profile/${user.id}/delete/`, `/api/auth/user_profile/${user.id}/`]) {
    await service.put(`/api/auth/user_profile/${user.id}/update/`, { phone: '1', roles: [2] }, { as: admin })
    t.equal((await service.delete(path, { as: admin })).status, 204)
    t.equal((await service.delete(path, { as: admin })).status, 404, 'a second time there is none')
    t.equal((await service.get(`/api/auth/users/${user.id}/`, { as: admin })).body.profile, null)
    t.match((await service.get(profilePath, { as: user })).body, { phone: null, roles: [] })
  }
})

/** What two answers about two users have in common. */
function comparable(body: Record<string, unknown>): Record<string, unknown> {
  const { id, username, email, created_at, updated_at, request_id, ...rest } = body
  return rest
}

t.test(
  'the texts of a form together are no larger than a JSON body may be, and none of them leads to a fault of ours',
  async (t) => {
    const service = await startService(t)
    const user = await service.user()
    const form = new FormData()
    for (let index = 0; index < 90; index += 1) form.set(`field${index}`, 'x'.repeat(20_000))
    t.equal((await service.request('PUT', profilePath, { as: user, form })).status, 413)

    const send = (parts: string) =>
      service.request('PUT', profilePath, {
        as: user,
        headers: { 'content-type': 'multipart/form-data; boundary=b' },
        payload: `${parts}--b--\r\n`
      })
    const part = (disposition: string, text: string, type = '') =>
      `--b\r\ncontent-disposition: form-data; ${disposition}\r\n${type}\r\n${text}\r\n`
    const json = 'content-type: application/json\r\n'
    const large = JSON.stringify(Array(100_000).fill(1))
    t.equal((await send(Array.from({ length: 8 }, (_, index) => part(`name="a${index}"`, large, json)).join(''))).status, 413)
    for (const [parts, field] of [
      [part('', 'x'), 'body'],
      [part('filename="a.png"', 'x'), 'body'],
      [part('name="profile"', 'null', json) + part('name="profile.phone"', '1'), 'profile'],
      [part('name="phone"', '{"a": 1}', json), 'phone'],
      [part('name="bio"', '[["x"]]', json), 'bio']
    ] as const) {
      const { status, body, text } = await send(parts)
      t.same([status, Object.keys(body.errors ?? {})], [400, [field]], parts)
      t.notMatch(text, /undefined|cannot|reading|split/i)
    }
    const broken = await service.request('PUT', profilePath, {
      as: user,
      headers: { 'content-type': 'multipart/form-data; boundary=b' },
      payload: part('name="phone"', '1')
    })
    t.same([broken.status, broken.body.code, broken.body.detail], [400, 'malformed_body', 'The form can not be read to its end.'])
  }
)
