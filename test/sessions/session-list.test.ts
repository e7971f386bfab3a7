import t from 'tap'
import { password, type Service, startService, type TestUser } from '../support/service.ts'

const sessionsPath = '/api/auth/sessions/'
const works = async (service: Service, token: string) => (await service.get('/api/auth/profile/', { as: token })).status === 200

async function logIn(service: Service, user: TestUser, userAgent: string): Promise<{ access: string; refresh: string }> {
  const headers = { 'user-agent': userAgent }
  return (await service.post('/api/auth/token/', { username: user.username, password }, { headers })).body
}

async function replays(service: Service, token: string) {
  return (await service.get(sessionsPath, { as: token })).body[0].refresh_replays
}

t.test('users see where they are logged in, and end single sessions', async (t) => {
  const service = await startService(t)
  const [user, other] = [await service.user(), await service.user()]
  const phone = await logIn(service, user, 'Phone/1.0')
  const { body } = await service.get(sessionsPath, { as: user })
  t.equal(body.length, 2)
  t.match(body[0], { user_agent: 'Phone/1.0', address: '127.0.0.1', current: false })
  t.match(body[1], { current: true })
  t.equal((await service.delete(`${sessionsPath}${body[0].id}/`, { as: other })).status, 404, "another's session is none")
  t.ok(await works(service, phone.access))
  t.equal((await service.delete(`${sessionsPath}${body[0].id}/`, { as: user })).status, 204)
  t.notOk(await works(service, phone.access))
  t.equal((await service.delete(`${sessionsPath}${body[0].id}/`, { as: user })).status, 404)
  t.equal((await service.get(sessionsPath, { as: user })).body.length, 1)
})

t.test('logout ends this session, all others, or all', async (t) => {
  const service = await startService(t)
  const user = await service.user()
  const logins = async () =>
    [await logIn(service, user, 'a'), await logIn(service, user, 'b'), await logIn(service, user, 'c')] as const
  const state = async (sessions: readonly { access: string }[]) =>
    Promise.all(sessions.map(({ access }) => works(service, access)))

  const first = await logins()
  await service.post('/api/auth/logout/?scope=others', { refresh: first[0].refresh })
  t.same(await state(first), [true, false, false])
  const second = await logins()
  await service.post('/api/auth/logout/?scope=all', undefined, { as: second[1].access })
  t.same(await state([...first, ...second]), [false, false, false, false, false, false])
  const third = await logins()
  await service.post('/api/auth/logout/?scope=session', { refresh: third[0].refresh })
  await service.post('/api/auth/logout/?scope=all', { refresh: third[0].refresh })
  t.same(await state(third), [false, true, true], 'the token of an ended session ends no others')
  t.equal((await service.post('/api/auth/logout/?scope=everything', {})).status, 400)
})

t.test('administrators see and end the sessions of a user', async (t) => {
  const service = await startService(t)
  const [admin, user] = [await service.admin(), await service.user()]
  await logIn(service, user, 'Phone/1.0')
  const path = `/api/auth/users/${user.id}/sessions/`
  t.same(
    (await service.get(path, { as: admin })).body.map(({ current }: { current: boolean }) => current),
    [false, false]
  )
  t.equal((await service.get(path, { as: user })).status, 403)
  t.equal((await service.delete(path, { as: admin })).status, 204)
  t.same((await service.get(path, { as: admin })).body, [])
  t.notOk(await works(service, user.access))
  t.equal((await service.delete(path, { as: admin })).status, 204, 'none left to end is no error')
})

t.test('replays are counted by what they look like', async (t) => {
  const service = await startService(t)
  const user = await service.user()
  const refresh = () => service.post('/api/auth/token/refresh/', { refresh: user.refresh })
  const later = () =>
    service.db.query(`update user_session set rotated_at = now() - interval '4 minutes' where rotated_at is not null`)
  await refresh()
  t.same(await replays(service, user.access), { parallel_tab: 0, lost_response: 0, never_stored: 0 })
  await refresh()
  await refresh()
  t.same(await replays(service, user.access), { parallel_tab: 2, lost_response: 0, never_stored: 0 })
  await later()
  await refresh()
  t.same(await replays(service, user.access), { parallel_tab: 2, lost_response: 1, never_stored: 0 })
  await refresh()
  await refresh()
  t.same(await replays(service, user.access), { parallel_tab: 2, lost_response: 1, never_stored: 2 })
  const metrics = (await service.app.inject('/metrics')).payload
  t.match(metrics, 'refresh_replays_total{cause="parallel_tab"} 2')
  t.match(metrics, 'refresh_replays_total{cause="never_stored"} 2')
  const causes = await service.db.query(
    `select after->>'cause' as cause from audit_event where action = 'session.refresh_replayed' order by id`
  )
  t.same(
    causes,
    [{ cause: 'parallel_tab' }, { cause: 'lost_response' }, { cause: 'never_stored' }],
    'one event a session and cause'
  )
})

t.test('a stale replay is counted, logged and in the audit log', async (t) => {
  const service = await startService(t)
  const user = await service.user()
  const second = (await service.post('/api/auth/token/refresh/', { refresh: user.refresh })).body.refresh
  await service.post('/api/auth/token/refresh/', { refresh: second })
  t.equal((await service.post('/api/auth/token/refresh/', { refresh: user.refresh })).status, 401)
  t.match((await service.app.inject('/metrics')).payload, 'refresh_replays_total{cause="stale"} 1')
  t.equal(
    (await service.db.query(`select from audit_event where action = 'session.revoked' and target_id = ${user.id}`)).length,
    1
  )
})
