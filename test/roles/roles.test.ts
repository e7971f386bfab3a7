import t from 'tap'
import { startService } from '../support/service.ts'

t.test('roles are made, read, renamed and deleted with their memberships', async (t) => {
  const service = await startService(t)
  const admin = await service.admin()
  const made = await service.post('/api/auth/roles/create/', { name: '  soporte ' }, { as: admin })
  t.same([made.status, made.body.name, made.body.permissions], [201, 'soporte', []])
  const { id } = made.body
  const user = await service.user({ roles: ['soporte'] })
  await service.put(`/api/auth/user_profile/${user.id}/update/`, { roles: [id] }, { as: admin })
  await service.put(`/api/auth/permissions/${id}/update/`, { permissions: [3, 1, 3] }, { as: admin })
  t.same((await service.get(`/api/auth/roles/${id}/detail/`, { as: admin })).body, { id, name: 'soporte', permissions: [1, 3] })
  t.same((await service.get(`/api/auth/permissions/${id}/detail/`, { as: admin })).body.permissions, [1, 3])
  t.equal((await service.put(`/api/auth/roles/${id}/update/`, { name: 'support' }, { as: admin })).body.name, 'support')
  t.same(
    (await service.get('/api/auth/roles/', { as: user })).body.map(({ name }: { name: string }) => name),
    ['admin', 'cliente', 'support']
  )
  t.equal((await service.delete(`/api/auth/roles/${id}/delete/`, { as: admin })).status, 204)
  t.equal((await service.get(`/api/auth/roles/${id}/`, { as: admin })).status, 404)
  t.match((await service.get('/api/auth/profile/', { as: user })).body, { roles: [], user_roles: [] })
})

t.test('a taken name is a 409 on every way to it', async (t) => {
  const service = await startService(t)
  const admin = await service.admin()
  const { id } = (await service.post('/api/auth/roles/create/', { name: 'support' }, { as: admin })).body
  const answers = [
    await service.post('/api/auth/roles/create/', { name: 'support' }, { as: admin }),
    await service.put(`/api/auth/roles/${id}/update/`, { name: 'cliente' }, { as: admin }),
    await service.put(`/api/auth/roles/${id}/`, { name: ' cliente' }, { as: admin })
  ]
  for (const { status, body } of answers) {
    t.equal(status, 409)
    t.match(body, { code: 'already_exists', errors: { name: [/already exists/] } })
  }
  const race = await Promise.all(
    Array.from({ length: 20 }, () => service.post('/api/auth/roles/create/', { name: 'race' }, { as: admin }))
  )
  t.same(race.map(({ status }) => status).sort(), [201, ...Array(19).fill(409)])
})

t.test('a role that access rules name can not be renamed or deleted', async (t) => {
  const service = await startService(t, { REQUIRED_ROLES: 'listRoles=auditor' })
  const admin = await service.user({ superuser: true })
  const { id } = (await service.post('/api/auth/roles/create/', { name: 'auditor' }, { as: admin })).body
  for (const role of [1, id]) {
    const answers = [
      await service.put(`/api/auth/roles/${role}/update/`, { name: 'x' }, { as: admin }),
      await service.put(`/api/auth/roles/${role}/`, { name: 'x' }, { as: admin }),
      await service.delete(`/api/auth/roles/${role}/delete/`, { as: admin }),
      await service.delete(`/api/auth/roles/${role}/`, { as: admin })
    ]
    for (const { status, body } of answers) t.same([status, body.code], [409, 'role_protected'])
  }
  t.equal((await service.put('/api/auth/roles/1/update/', { name: 'admin' }, { as: admin })).status, 200, 'its own name is none')
  t.equal((await service.delete('/api/auth/roles/2/delete/', { as: admin })).status, 204, 'another role goes')
})

t.test('a role that a table of another application refers to stays', async (t) => {
  const service = await startService(t)
  const admin = await service.admin()
  const user = await service.user({ roles: ['cliente'] })
  await service.db.query(
    'create table api_quota (group_id int references auth_group deferrable initially deferred); insert into api_quota values (2)'
  )
  for (const path of ['/api/auth/roles/2/delete/', '/api/auth/roles/2/']) {
    const { status, body } = await service.delete(path, { as: admin })
    t.same([status, body.code], [409, 'still_referenced'])
    t.match(body.detail, /api_quota/)
  }
  t.same((await service.get('/api/auth/profile/', { as: user })).body.user_roles, [{ id: 2, name: 'cliente' }])
})

t.test('permissions are replaced as a set; unknown ids are named and nothing is changed', async (t) => {
  const service = await startService(t)
  const admin = await service.admin()
  const path = '/api/auth/permissions/2/update/'
  t.same((await service.put(path, { permissions: [1, 2, 3] }, { as: admin })).body.permissions, [1, 2, 3])
  const { status, body } = await service.put(path, { permissions: [4, 4711, 9007199254740991] }, { as: admin })
  t.equal(status, 400)
  t.match(body.errors.permissions[0], /4711, 9007199254740991/)
  t.same((await service.put('/api/auth/permissions/2/', { permissions: [3, 5] }, { as: admin })).body.permissions, [3, 5])
  t.same((await service.put(path, { permissions: [] }, { as: admin })).body.permissions, [])
})

t.test('permissions are listed in the order of Django', async (t) => {
  const service = await startService(t)
  const { body } = await service.get('/api/auth/permissions/', { as: await service.admin() })
  t.equal(body.length, 24)
  t.match(body[0], { name: 'Can add provinces', codename: 'add_provinces', content_type: 'api.provinces' })
  const keys = body.map(({ content_type, codename }: Record<string, string>) => `${content_type} ${codename}`)
  t.same(keys, [...keys].sort())
})

t.test('deleting a role while it is given to users leaves no membership behind', async (t) => {
  const service = await startService(t)
  const admin = await service.admin()
  for (let round = 0; round < 5; round += 1) {
    const { id } = (await service.post('/api/auth/roles/create/', { name: `brief ${round}` }, { as: admin })).body
    const users = [await service.user(), await service.user(), await service.user()]
    const [deletion, ...updates] = await Promise.all([
      service.delete(`/api/auth/roles/${id}/delete/`, { as: admin }),
      ...users.map((user) => service.put(`/api/auth/users/${user.id}/update/`, { roles: [id] }, { as: admin }))
    ])
    t.equal(deletion.status, 204)
    t.ok(updates.every(({ status }) => status === 200 || status === 400))
    t.same(await service.db.query(`select from auth_user_groups where group_id = ${id}`), [])
  }
})
