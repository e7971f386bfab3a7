import t from 'tap'
import { accessRules } from '../../src/contract/access.ts'
import { loadContract } from '../../src/contract/document.ts'
import { startService } from '../support/service.ts'
import { until } from '../support/wait.ts'

const contract = loadContract()

t.test('a superuser passes every role check, a role of the same name on the profile none', async (t) => {
  const service = await startService(t)
  const superuser = await service.user({ superuser: true })
  t.equal((await service.get('/api/auth/users/', { as: superuser })).status, 200)
  const user = await service.user()
  await service.put(`/api/auth/user_profile/${user.id}/update/`, { roles: [1] }, { as: superuser })
  t.equal((await service.get('/api/auth/users/', { as: user })).status, 403)
})

t.test('the principal is true at the time of the request: roles given and taken hold at once', async (t) => {
  const service = await startService(t)
  const admin = await service.admin()
  const user = await service.user()
  const users = async () => (await service.get('/api/auth/users/', { as: user })).status
  t.equal(await users(), 403)
  await service.put(`/api/auth/users/${user.id}/update/`, { roles: [1] }, { as: admin })
  t.equal(await users(), 200)
  // What others change holds once Postgres has told of it, which takes as long as it takes.
  await service.db.query(`delete from auth_user_groups where user_id = ${user.id}`)
  await until('what Django took', async () => (await users()) === 403)
  await service.db.query(`update auth_user set is_active = false where id = ${user.id}`)
  await until('that Django deactivated the user', async () => (await users()) === 401)
})

t.test('REQUIRED_ROLES opens, narrows and widens operations, and their aliases with them', async (t) => {
  const service = await startService(t, {
    REQUIRED_ROLES: 'listRoles=public;listProvinces=;listUsers=auditor|admin;getUser=auditor;updateProvince='
  })
  const admin = await service.user({ superuser: true })
  await service.post('/api/auth/roles/create/', { name: 'auditor' }, { as: admin })
  const [user, auditor] = [await service.user(), await service.user({ roles: ['auditor'] })]
  t.equal((await service.get('/api/auth/roles/')).status, 200, 'public')
  t.equal((await service.app.inject('/api/auth/provinces/')).statusCode, 401, 'no longer public')
  t.equal((await service.get('/api/auth/provinces/', { as: user })).status, 200)
  t.equal((await service.get('/api/auth/users/', { as: user })).status, 403)
  t.equal((await service.get('/api/auth/users/', { as: auditor })).status, 200)
  t.equal((await service.get(`/api/auth/users/${admin.id}/detail/`, { as: auditor })).status, 200)
  t.equal((await service.get(`/api/auth/users/${user.id}/detail/`, { as: user })).status, 200, 'the owner still passes')
  t.equal(
    (await service.put('/api/auth/provinces/1/', { name: 'X' }, { as: user })).status,
    200,
    'the alias goes by the same rule'
  )
})

t.test('a rule that can not be is refused at start, all of them in one message', async (t) => {
  const rules = (text: string) =>
    accessRules(
      contract,
      new Map(text.split(';').map((rule) => [rule.split('=')[0] as string, (rule.split('=')[1] as string).split('|')]))
    )
  t.throws(() => rules('nothing=admin;patchUser=admin;getProfile=public;createRole=public;listRoles=public|admin'), {
    message: /nothing.*patchUser.*getProfile.*createRole.*listRoles/
  })
  await t.rejects(startService(t, { REQUIRED_ROLES: 'listRols=admin' }), /listRols is no operation/)
})

t.test('HEAD answers as GET does, without a body and without letting anyone past', async (t) => {
  const service = await startService(t)
  const user = await service.user()
  const head = (token?: string) =>
    service.app.inject({ method: 'HEAD', url: '/api/auth/users/', headers: token ? { authorization: `Bearer ${token}` } : {} })
  t.equal((await head()).statusCode, 401)
  t.equal((await head(user.access)).statusCode, 403)
  const { statusCode, payload } = await service.app.inject({ method: 'HEAD', url: '/api/auth/provinces/' })
  t.same([statusCode, payload], [200, ''])
})

t.test('the log tells who was refused', async (t) => {
  const service = await startService(t)
  const user = await service.user()
  t.equal((await service.get('/api/auth/users/', { as: user })).status, 403)
  t.match(service.log(), new RegExp(`"operation":"listUsers","user_id":${user.id},[^\n]*"status":403`))
})
