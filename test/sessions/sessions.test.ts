import t from 'tap'
import { claims, password, type Service, startService, type TestUser } from '../support/service.ts'

const tokenPath = '/api/auth/token/'
const refreshPath = '/api/auth/token/refresh/'
const verifyPath = '/api/auth/token/verify/'

async function refresh(service: Service, token: string): Promise<string | undefined> {
  const { status, body } = await service.post(refreshPath, { refresh: token })
  return status === 200 ? body.refresh : undefined
}

const works = async (service: Service, user: TestUser | string) =>
  (await service.get('/api/auth/profile/', { as: user })).status === 200

t.test('tokens carry the claims that simplejwt clients read', async (t) => {
  const service = await startService(t)
  const user = await service.user({ username: 'maria', roles: ['cliente', 'admin'] })
  const access = claims(user.access)
  t.match(access, {
    token_type: 'access',
    user_id: user.id,
    sub: String(user.id),
    username: 'maria',
    email: 'maria@example.org',
    roles: ['admin', 'cliente'],
    iss: 'user-management',
    sid: /^[0-9a-f-]{36}$/,
    jti: /^[0-9a-f-]{36}$/
  })
  t.equal((access.exp as number) - (access.iat as number), 300)
  const refreshClaims = claims(user.refresh)
  t.same(Object.keys(refreshClaims).sort(), ['exp', 'iat', 'iss', 'jti', 'sid', 'sub', 'token_type', 'user_id'])
  t.match(refreshClaims, { token_type: 'refresh', user_id: user.id, sid: access.sid as string })
})

t.test('a login takes a username or an email in any case, as JSON or as a form', async (t) => {
  const service = await startService(t)
  await service.user({ username: 'Maria', email: 'maria@example.org' })
  for (const username of ['Maria', 'MARIA', 'maria@example.org', 'MARIA@EXAMPLE.ORG']) {
    t.equal((await service.post(tokenPath, { username, password })).status, 200, username)
    const payload = new URLSearchParams({ username, password }).toString()
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    t.equal((await service.request('POST', tokenPath, { headers, payload })).status, 200, `${username} as a form`)
  }
  const { body } = await service.post('/api/auth/login/', { email: 'maria@example.org', password })
  t.match(body, { message: String, user: { username: 'Maria', is_superuser: false, groups: [] } })
  t.ok(await works(service, body.access))
  t.equal((await service.post('/api/auth/login/', { email: 'Maria', password })).status, 401, 'a username is no email')
  t.same(Object.keys((await service.post('/api/auth/login/', { password })).body.errors), ['username'])
  const [row] = await service.db.query<{ last_login: Date | null }>('select last_login from auth_user')
  t.ok(row?.last_login)
})

t.test('unknown name, wrong password and inactive account can not be told apart', async (t) => {
  const service = await startService(t)
  await service.user({ username: 'known' })
  const inactive = await service.user({ username: 'inactive' })
  await service.db.query(`update auth_user set is_active = false where id = ${inactive.id}`)
  for (const path of [tokenPath, '/api/auth/login/']) {
    const answers = [
      await service.post(path, { username: 'unknown', password }),
      await service.post(path, { username: 'known', password: 'wrong' }),
      await service.post(path, { username: 'inactive', password })
    ]
    const seen = answers.map(({ status, headers, body: { request_id, ...body } }) => ({
      status,
      body,
      headers: Object.keys(headers).sort(),
      length: headers['content-length']
    }))
    t.equal(seen[0]?.status, 401)
    t.same(seen[1], seen[0])
    t.same(seen[2], seen[0])
  }
})

t.test("a username that looks like the email of another does not catch that one's logins", async (t) => {
  const service = await startService(t)
  const victim = await service.user({ username: 'victim', email: 'victim@example.org' })
  await service.post('/api/auth/register/', { username: 'victim@example.org', password: 'another good passphrase' })
  const { body } = await service.post(tokenPath, { username: 'victim@example.org', password })
  t.equal(claims(body.access).user_id, victim.id)
})

t.test('each refresh gives a new refresh token, and the session goes on', async (t) => {
  const service = await startService(t)
  const user = await service.user()
  let token = user.refresh
  for (let step = 0; step < 3; step += 1) {
    const { body } = await service.post(refreshPath, { refresh: token })
    t.not(claims(body.refresh).jti, claims(token).jti)
    t.equal(claims(body.refresh).sid, claims(token).sid)
    t.ok(await works(service, body.access))
    token = body.refresh
  }
})

t.test('a client that never stores the rotated token goes on with its first one', async (t) => {
  const service = await startService(t)
  const user = await service.user()
  for (let step = 0; step < 5; step += 1) t.ok(await refresh(service, user.refresh), `refresh ${step}`)
  t.ok(await works(service, user))
})

t.test('20 tabs that refresh with one token at the same moment all get on, with the same next token', async (t) => {
  const service = await startService(t)
  const user = await service.user()
  const next = await Promise.all(Array.from({ length: 20 }, () => refresh(service, user.refresh)))
  t.equal(new Set(next.map((token) => claims(token as string).jti)).size, 1)
  t.ok(await refresh(service, next[7] as string), 'the next token works whichever tab stored it')
})

t.test('replaying a token whose successor was used ends the session', async (t) => {
  const service = await startService(t)
  const user = await service.user()
  const second = (await refresh(service, user.refresh)) as string
  const third = (await refresh(service, second)) as string
  t.equal(await refresh(service, user.refresh), undefined, 'the grandparent is refused')
  t.equal(await refresh(service, third), undefined, 'and the newest with it')
  t.notOk(await works(service, user))
  t.match(await service.db.query('select revoked_because from user_session'), [{ revoked_because: 'refresh_replay' }])
  t.match(service.log(), /A refresh token was replayed/)
})

t.test('REFRESH_REUSE=strict ends the session at any replay', async (t) => {
  const service = await startService(t, { REFRESH_REUSE: 'strict' })
  const user = await service.user()
  const second = (await refresh(service, user.refresh)) as string
  t.equal((await service.post(verifyPath, { token: user.refresh })).status, 401)
  t.equal(await refresh(service, user.refresh), undefined)
  t.equal(await refresh(service, second), undefined)
  t.notOk(await works(service, user))
})

t.test('verify tells whether a token is good now', async (t) => {
  const service = await startService(t)
  const user = await service.user()
  const verify = async (token: string) => (await service.post(verifyPath, { token })).status
  t.same([await verify(user.access), await verify(user.refresh)], [200, 200])
  const second = (await refresh(service, user.refresh)) as string
  t.equal(await verify(user.refresh), 200, 'its successor was not used yet')
  await refresh(service, second)
  t.equal(await verify(user.refresh), 401, 'now it was')
  await service.post('/api/auth/logout/', {}, { as: user })
  t.same([await verify(user.access), await verify(second), await verify('x')], [401, 401, 401])
})

t.test('logout ends the session of the refresh token, by either name, or of the bearer token', async (t) => {
  const service = await startService(t)
  const logout = '/api/auth/logout/'
  const [one, two, three, four] = [await service.user(), await service.user(), await service.user(), await service.user()]
  t.equal((await service.post(logout, { refresh: one.refresh })).status, 200)
  t.equal((await service.post(logout, { refresh_token: two.refresh }, { as: three })).status, 200)
  t.equal((await service.post(logout, undefined, { as: four })).status, 200)
  t.same(await Promise.all([one, two, three, four].map((user) => works(service, user))), [false, false, true, false])
  t.equal(await refresh(service, one.refresh), undefined)
  for (const body of [{ refresh: one.refresh }, { refresh: 'nonsense' }, {}, undefined]) {
    t.equal((await service.post(logout, body)).status, 200, 'nothing left to end is no error')
  }
  t.ok(await works(service, three))
})

t.test('an access token is good for no longer than its session', async (t) => {
  const service = await startService(t, { REFRESH_TOKEN_TTL: '2s', ACCESS_TOKEN_TTL: '10m' })
  const { access } = await service.user()
  const { iat, exp } = claims(access) as { iat: number; exp: number }
  t.ok(exp - iat <= 2)
  await service.db.query(`update user_session set expires_at = now() - interval '1 second'`)
  t.notOk(await works(service, access))
})

t.test('a hash that Django made verifies, and is replaced by a bcrypt_sha256 one at that login', async (t) => {
  const service = await startService(t)
  const user = await service.user({ username: 'old' })
  const { pbkdf2Sync } = await import('node:crypto')
  const encoded = `pbkdf2_sha256$1000$salt$${pbkdf2Sync('old password here', 'salt', 1000, 32, 'sha256').toString('base64')}`
  await service.db.query('update auth_user set password = $1 where id = $2', [encoded, user.id])
  const logIn = async () => (await service.post(tokenPath, { username: 'old', password: 'old password here' })).status
  t.equal(await logIn(), 200)
  const [row] = await service.db.query<{ password: string }>(`select password from auth_user where id = ${user.id}`)
  t.match(row?.password, /^bcrypt_sha256\$\$2b\$04\$/)
  t.equal(await logIn(), 200)
})
