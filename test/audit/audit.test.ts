import sharp from 'sharp'
import t from 'tap'
import { password, type Service, startService, type TestUser } from '../support/service.ts'
import { until } from '../support/wait.ts'

const path = '/api/auth/audit_log/'
const next = 'a wholly different passphrase'

async function events(service: Service, admin: TestUser, query = '') {
  return (await service.get(`${path}?page_size=500&ordering=id${query}`, { as: admin })).body
}

t.test('every change leaves one event that says who, what, on whom, from where and in which request', async (t) => {
  const service = await startService(t)
  const admin = await service.admin()
  const user = await service.user({ username: 'maria' })
  const as = { as: admin }
  const id = user.id
  const picture = await sharp({ create: { width: 4, height: 4, channels: 3, background: 'red' } })
    .png()
    .toBuffer()
  const form = new FormData()
  form.set('profile_picture', new Blob([picture]), 'a.png')

  const steps: [string, () => Promise<{ status: number; headers: Readonly<Record<string, unknown>> }>, object][] = [
    [
      'user.created',
      () => service.post('/api/auth/users/create/', { username: 'new', password, roles: [2] }, as),
      { actor_id: admin.id, target_name: 'new', after: { username: 'new', roles: [2] } }
    ],
    [
      'user.created',
      () => service.post('/api/auth/register/', { username: 'self', password }),
      { actor_id: null, target_name: 'self' }
    ],
    [
      'user.updated',
      () => service.put(`/api/auth/users/${id}/update/`, { is_staff: true, roles: [2] }, as),
      { before: { is_staff: false, roles: [] }, after: { is_staff: true, roles: [2] }, target_id: id, target_type: 'user' }
    ],
    [
      'profile.updated',
      () => service.put('/api/auth/profile/', { phone: '1', first_name: 'M' }, { as: user }),
      { actor_id: id, before: { phone: null, first_name: '' }, after: { phone: '1', first_name: 'M' } }
    ],
    [
      'profile.updated',
      () => service.put(`/api/auth/user_profile/${id}/update/`, { roles: [1] }, as),
      { before: { roles: [] }, after: { roles: [{ id: 1, name: 'admin' }] } }
    ],
    [
      'profile.updated',
      () => service.request('PUT', '/api/auth/profile/', { as: user, form }),
      { before: { profile_picture: null }, after: { profile_picture: /^http/ } }
    ],
    [
      'profile.deleted',
      () => service.delete(`/api/auth/user_profile/${id}/delete/`, as),
      { before: { phone: '1' }, after: null }
    ],
    [
      'role.created',
      () => service.post('/api/auth/roles/create/', { name: 'support' }, as),
      { target_type: 'role', target_name: 'support', after: { name: 'support' } }
    ],
    [
      'role.renamed',
      () => service.put('/api/auth/roles/3/', { name: 'help' }, as),
      { target_id: 3, before: { name: 'support' }, after: { name: 'help' } }
    ],
    [
      'role.permissions_replaced',
      () => service.put('/api/auth/permissions/3/', { permissions: [2, 1] }, as),
      { before: { permissions: [] }, after: { permissions: [1, 2] } }
    ],
    ['role.deleted', () => service.delete('/api/auth/roles/3/', as), { before: { name: 'help', permissions: [1, 2] } }],
    [
      'province.created',
      () => service.post('/api/auth/provinces/create/', { name: 'Norte' }, as),
      { target_type: 'province', after: { name: 'Norte' } }
    ],
    [
      'province.renamed',
      () => service.put('/api/auth/provinces/8/', { name: 'Sur' }, as),
      { before: { name: 'Norte' }, after: { name: 'Sur' } }
    ],
    ['province.deleted', () => service.delete('/api/auth/provinces/8/', as), { before: { name: 'Sur' } }],
    [
      'login.failed',
      () => service.post('/api/auth/token/', { username: 'maria', password: 'wrong' }),
      { actor_id: null, target_id: id }
    ],
    [
      'login.failed',
      () => service.post('/api/auth/token/', { username: 'my secret by mistake', password: 'x' }),
      { actor_id: null, target_id: null, target_name: null }
    ],
    ['session.opened', () => service.post('/api/auth/token/', { username: 'maria', password }), { actor_id: id, target_id: id }],
    [
      'session.ended',
      () => service.post('/api/auth/logout/', { refresh: user.refresh }),
      { actor_id: id, after: { sessions: 1, cause: 'logout' } }
    ],
    [
      'session.ended',
      () => service.delete(`/api/auth/users/${id}/sessions/`, as),
      { actor_id: admin.id, after: { cause: 'ended_by_administrator' } }
    ],
    ['password.reset_requested', () => service.post('/api/auth/forgot-password/', { email: user.email }), { target_id: id }],
    [
      'password.reset_requested',
      () => service.post('/api/auth/forgot-password/', { email: 'unknown@example.org' }),
      { target_id: null }
    ],
    ['user.deleted', () => service.delete(`/api/auth/users/${id}/`, as), { before: { username: 'maria', roles: [2] } }]
  ]
  for (const [action, step, expected] of steps) {
    const known = (await events(service, admin)).length
    const answer = await step()
    t.ok(answer.status < 300 || action === 'login.failed', `${action}: ${answer.status}`)
    const fresh = (await events(service, admin)).slice(known)
    t.equal(fresh.length, 1, `${action}: one event`)
    t.match(fresh[0], { action, request_id: answer.headers['x-request-id'] as string, address: '127.0.0.1', ...expected }, action)
  }
  t.notMatch(
    JSON.stringify(await events(service, admin)),
    /bcrypt|my secret by mistake|wrong|correct horse/,
    'no secret in any event'
  )
})

t.test('passwords and emails leave their events, without their secrets', async (t) => {
  const service = await startService(t)
  const admin = await service.admin()
  const user = await service.user()
  await service.post('/api/auth/change-password/', { old_password: password, new_password: next }, { as: user })
  await service.post('/api/auth/change-email/', { email: 'new@example.org', password: next }, { as: user })
  const { uid, token } = (await service.post('/api/auth/forgot-password/', { email: 'new@example.org' })).body
  await service.post('/api/auth/reset-password-confirm/', { uid, token, new_password: `${next} 2` })
  await service.put(`/api/auth/users/${user.id}/password/`, { new_password: `${next} 3` }, { as: admin })
  const told = await events(service, admin, `&target=${user.id}&target_type=user`)
  const actions = told.map(({ action }: { action: string }) => action)
  t.same(actions, [
    'session.opened',
    'password.changed',
    'email.changed',
    'password.reset_requested',
    'password.reset',
    'password.set'
  ])
  t.match(told[2], { before: { email: user.email }, after: { email: 'new@example.org' } })
  t.match(told[5], { actor_id: admin.id, before: null, after: null })
  t.notMatch(JSON.stringify(told), new RegExp(`${next}|${token}|bcrypt`))
})

t.test('a change that is refused or fails leaves no event, and a change whose event fails does not happen', async (t) => {
  const service = await startService(t)
  const admin = await service.admin()
  const user = await service.user()
  const known = (await events(service, admin)).length
  await service.put(`/api/auth/users/${user.id}/`, { roles: [99], first_name: 'X' }, { as: admin })
  await service.put(`/api/auth/users/${user.id}/`, { username: admin.username }, { as: admin })
  await service.put('/api/auth/users/4711/', { first_name: 'X' }, { as: admin })
  await service.put(`/api/auth/users/${user.id}/`, {}, { as: admin })
  await service.delete('/api/auth/roles/1/', { as: admin })
  t.equal((await events(service, admin)).length, known)
  await service.db.query('alter table audit_event add constraint no_more check (id < 0) not valid')
  t.equal((await service.put(`/api/auth/users/${user.id}/`, { first_name: 'X' }, { as: admin })).status, 500)
  t.equal((await service.get(`/api/auth/users/${user.id}/`, { as: admin })).body.first_name, '')
})

t.test('events are filtered and paged like the other lists, newest first', async (t) => {
  const service = await startService(t)
  const admin = await service.admin()
  const user = await service.user()
  for (let index = 0; index < 5; index += 1)
    await service.post('/api/auth/provinces/create/', { name: `P${index}` }, { as: admin })
  const ids = async (query: string) =>
    (await service.get(`${path}?${query}`, { as: admin })).body.map(({ id }: { id: number }) => id)
  const all = await ids('page_size=500')
  t.same(
    all,
    [...all].sort((a, b) => b - a)
  )
  t.equal((await ids('action=province.created')).length, 5)
  t.equal((await ids(`actor=${admin.id}&target_type=province`)).length, 5)
  t.equal((await ids(`target=${user.id}&target_type=user`)).length, 1)
  t.equal((await ids('since=2999-01-01T00:00:00Z')).length, 0)
  t.same(await ids('until=2999-01-01T00:00:00%2B02:00&page_size=500'), all)
  const first = await service.get(`${path}?page_size=3`, { as: admin })
  const link = /<https?:\/\/[^/]+([^>]+)>; rel="next"/.exec(String(first.headers.link))?.[1] as string
  t.same(
    (await service.get(link, { as: admin })).body.map(({ id }: { id: number }) => id),
    all.slice(3, 6)
  )
  for (const query of ['action=nothing', 'since=yesterday', 'actor=x', 'ordering=action', 'until=2024-02-30T00:00:00Z']) {
    t.equal((await service.get(`${path}?${query}`, { as: admin })).status, 400, query)
  }
  t.equal((await service.get(path, { as: user })).status, 403)
})

t.test('events past their retention are deleted', async (t) => {
  const first = await startService(t)
  await first.admin()
  await first.db.query(
    `insert into audit_event (action, occurred_at) select 'login.failed', now() - interval '31 days' from generate_series(1, 12000)`
  )
  const service = await startService(t, { AUDIT_RETENTION: '30d' }, { db: first.db })
  const old = () => service.db.query(`select from audit_event where occurred_at < now() - interval '30 days' limit 1`)
  await until('the end of old events', async () => (await old()).length === 0)
  t.ok((await service.db.query('select from audit_event')).length > 0, 'the others stay')
})

t.test('an event tells the beginning of a long text, and keeps no copy of it', async (t) => {
  const service = await startService(t)
  const [admin, user] = [await service.admin(), await service.user()]
  const bio = '😀'.repeat(5000)
  t.equal((await service.put('/api/auth/profile/', { bio }, { as: user })).status, 200)
  await service.put('/api/auth/profile/', { bio: 'short' }, { as: user })
  const [first, second] = await events(service, admin, '&action=profile.updated')
  t.equal(first.after.bio, `${'😀'.repeat(100)}…`)
  t.same([second.before.bio, second.after.bio], [first.after.bio, 'short'])
})
