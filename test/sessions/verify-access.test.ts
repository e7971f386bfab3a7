import t from 'tap'
import { claims, startService } from '../support/service.ts'

const path = '/api/auth/verify/'

t.test('a gateway learns who calls, or that nobody may', async (t) => {
  const service = await startService(t)
  const maria = await service.user({ username: 'maría', roles: ['cliente', 'admin'] })
  const { status, headers, text } = await service.get(path, { as: maria })
  t.same([status, text], [200, '{}'])
  t.match(headers, { 'x-auth-user': 'mar%C3%ADa', 'x-auth-user-id': String(maria.id), 'x-auth-roles': 'admin,cliente' })
  t.equal((await service.get(path)).status, 401)
  t.equal((await service.get(path, { as: 'x.y.z' })).status, 401)
  await service.post('/api/auth/logout/', { refresh: maria.refresh })
  t.equal((await service.get(path, { as: maria })).status, 401, 'at once after a logout')
})

t.test('role names in a header are split by nothing but the comma between them', async (t) => {
  const service = await startService(t)
  const admin = await service.user({ superuser: true })
  for (const name of ['a, b', '50 %', 'über']) await service.post('/api/auth/roles/create/', { name }, { as: admin })
  const user = await service.user({ roles: ['a, b', '50 %', 'über'] })
  const roles = String((await service.get(path, { as: user })).headers['x-auth-roles'])
  t.same(roles.split(',').map(decodeURIComponent), ['50 %', 'a, b', 'über'])
})

t.test('a role or a permission can be asked for', async (t) => {
  const service = await startService(t)
  const superuser = await service.user({ superuser: true })
  const user = await service.user({ roles: ['cliente'] })
  await service.put('/api/auth/permissions/2/', { permissions: [16] }, { as: superuser })
  await service.db.query(`insert into auth_user_user_permissions (user_id, permission_id) values (${user.id}, 13)`)
  const status = async (query: string, as = user) => (await service.get(`${path}?${query}`, { as })).status
  t.equal(await status('role=cliente'), 200)
  t.equal(await status('role=admin'), 403)
  t.equal(await status('permission=auth.view_user'), 200, 'through a role')
  t.equal(await status('permission=auth.add_user'), 200, 'granted directly')
  t.equal(await status('permission=auth.delete_user'), 403)
  t.equal(await status('permission=auth.no_such'), 403)
  t.equal(await status('role=cliente&permission=auth.delete_user'), 403, 'both must hold')
  t.equal(await status('role=admin&permission=auth.delete_user', superuser), 200, 'a superuser has all')
  for (const query of ['permission=view_user', 'role=', 'permission='])
    t.equal(await status(query), 403, `${query} lets nobody pass`)
  for (const query of ['rol=admin', 'role=cliente&role=admin', 'permission=a.b&permission=c.d'])
    t.equal(await status(query), 400, query)
})

t.test('a verification is one prepared statement, or none where the principal is remembered', async (t) => {
  const service = await startService(t)
  const user = await service.user()
  for (const query of ['', '?permission=auth.view_user']) {
    await service.get(`${path}${query}`, { as: user })
    const before = service.statements()
    await service.get(`${path}${query}`, { as: user })
    t.ok(service.statements() - before <= 1, query)
  }
})

t.test('users see what they may do', async (t) => {
  const service = await startService(t, { TOKEN_PERMISSIONS: '3' })
  const superuser = await service.user({ superuser: true })
  await service.put('/api/auth/permissions/2/', { permissions: [16, 14] }, { as: superuser })
  const user = await service.user({ roles: ['cliente'] })
  const list = async (as = user) => (await service.get('/api/auth/profile/permissions/', { as })).body.permissions
  t.same(await list(), ['auth.change_user', 'auth.view_user'])
  t.equal((await list(superuser)).length, 24)
  t.same(claims(user.access).permissions, ['auth.change_user', 'auth.view_user'], 'few enough for the token')
  t.notOk('permissions' in claims(superuser.access), 'too many for the token')
  const refreshed = await service.post('/api/auth/token/refresh/', { refresh: user.refresh })
  t.same(claims(refreshed.body.access).permissions, ['auth.change_user', 'auth.view_user'])
})
