import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import t from 'tap'
import { hs256, legacySecret, legacySettings, legacyToken } from '../support/legacy.ts'
import { claims, password, type Service, startService } from '../support/service.ts'

const { secrets, tokens } = JSON.parse(readFileSync(new URL('../django/fixtures/signed.json', import.meta.url), 'utf8'))
const profilePath = '/api/auth/profile/'
const refreshPath = '/api/auth/token/refresh/'
const verifyPath = '/api/auth/token/verify/'

const refresh = (service: Service, token: string) => service.post(refreshPath, { refresh: token })
const access = async (service: Service, token: string) => (await service.get(profilePath, { as: token })).status

t.test('tokens that simplejwt signed are taken wherever ours are, and a refresh gives ours', async (t) => {
  const service = await startService(t, legacySettings(secrets[0]))
  for (const { user_id } of tokens) {
    await service.db.query(
      `insert into auth_user (id, password, is_superuser, username, first_name, last_name, email, is_staff, is_active, date_joined)
        values ($1, '!', false, $2, '', '', '', false, true, now()) on conflict do nothing`,
      [user_id, `user ${user_id}`]
    )
  }
  for (const { user_id, about, access: accessToken, refresh: refreshToken } of tokens) {
    const profile = await service.get(profilePath, { as: accessToken })
    t.same([profile.status, profile.body.id], [200, user_id], about)
    t.equal((await service.get('/api/auth/verify/', { as: accessToken })).headers['x-auth-user-id'], String(user_id))
    for (const token of [accessToken, refreshToken]) t.equal((await service.post(verifyPath, { token })).status, 200)
    t.equal(await access(service, refreshToken), 401, 'a refresh token opens nothing by itself')
    t.equal((await refresh(service, accessToken)).status, 401, 'an access token refreshes nothing')
    const { status, body } = await refresh(service, refreshToken)
    t.equal(status, 200)
    t.equal((await service.get(profilePath, { as: body.access })).body.id, user_id)
    t.equal((await refresh(service, body.refresh)).status, 200)
  }
  const [{ count } = {}] = await service.db.query(
    `select count(*)::int from audit_event where action = 'session.opened' and after->>'by' = 'legacy_refresh_token'`
  )
  t.equal(count, tokens.length)
})

t.test('a forged or misused token of that kind opens nothing', async (t) => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  const publicPem = createPublicKey(pem).export({ type: 'spki', format: 'pem' }) as string
  const service = await startService(t, { ...legacySettings(), JWT_SECRET: '', JWT_PRIVATE_KEY: pem })
  const [user, inactive] = [await service.user(), await service.user()]
  await service.db.query(`update auth_user set is_active = false where id = ${inactive.id}`)
  const now = Math.floor(Date.now() / 1000)
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const payload = { token_type: 'access', exp: now + 300, iat: now, jti: 'x', user_id: user.id }
  t.equal(await access(service, hs256(payload, legacySecret)), 200, 'the forger signs as simplejwt does')
  const claims = { ...payload, jti: 'y' }
  const forgeries: Record<string, string> = {
    'another secret': hs256(claims, `${legacySecret}x`),
    'no secret': hs256(claims, ''),
    'our public key as the secret': hs256(claims, publicPem),
    'our public key as the secret, trimmed': hs256(claims, publicPem.trim()),
    'alg none': `${encode({ alg: 'none', typ: 'JWT' })}.${encode(claims)}.`,
    'alg HS512 over the signature of HS256': hs256(claims, legacySecret, { alg: 'HS512', typ: 'JWT' }),
    'alg none over a good signature': hs256(claims, legacySecret, { alg: 'none', typ: 'JWT' }),
    'a token as ours under the secret of Django': hs256(
      { ...claims, sid: user.id, iss: 'user-management', sub: '1' },
      legacySecret
    ),
    expired: legacyToken('access', user.id, { exp: now - 1 }),
    'no expiry': legacyToken('access', user.id, { exp: undefined }),
    'no time of issue': legacyToken('access', user.id, { iat: undefined }),
    'no id': legacyToken('access', user.id, { jti: undefined }),
    'no user': legacyToken('access', user.id, { user_id: undefined }),
    'a user of nobody': legacyToken('access', 999_999),
    'a user beyond all': legacyToken('access', 999_999_999_999_999),
    'a user id that is none': legacyToken('access', user.id, { user_id: `${user.id}.0` }),
    'a list of users': legacyToken('access', user.id, { user_id: [user.id, inactive.id] }),
    'a list of one user': legacyToken('access', user.id, { user_id: [user.id] }),
    'another type': legacyToken('access', user.id, { token_type: 'sliding' }),
    'an inactive user': legacyToken('access', inactive.id)
  }
  for (const [name, token] of Object.entries(forgeries)) {
    t.equal(await access(service, token), 401, name)
    t.equal((await service.post(verifyPath, { token })).status, 401, `${name}: verify`)
  }
  for (const forged of [
    legacyToken('refresh', inactive.id),
    legacyToken('refresh', 999_999),
    legacyToken('refresh', user.id, {}, 'another secret')
  ]) {
    t.equal((await refresh(service, forged)).status, 401)
  }
  t.equal(await access(service, user.access), 200, 'none of it harmed the real session')
  const { token_type: _type, ...rest } = claims
  t.equal(await access(service, hs256({ ...rest, kid: 'x' }, legacySecret)), 401, 'no type')
})

t.test('they are taken until LEGACY_JWT_UNTIL and where it is set only; what they opened goes on', async (t) => {
  const service = await startService(t, legacySettings())
  const user = await service.user()
  const settings = { LEGACY_JWT_SECRET: legacySecret, LEGACY_JWT_UNTIL: new Date(Date.now() - 1000).toISOString() }
  const late = await startService(t, settings, { db: service.db })
  const without = await startService(t, {}, { db: service.db })
  const [accessToken, refreshToken] = [legacyToken('access', user.id), legacyToken('refresh', user.id)]
  const { body } = await refresh(service, refreshToken)
  for (const other of [late, without]) {
    t.equal(await access(other, accessToken), 401)
    t.equal((await refresh(other, refreshToken)).status, 401)
    t.equal((await refresh(other, legacyToken('refresh', user.id))).status, 401)
    t.equal(await access(other, body.access), 200)
  }
})

t.test("under one secret for both, a token is still either ours or Django's", async (t) => {
  const secret = 'one secret for Django and for this service'
  const service = await startService(t, { ...legacySettings(secret), JWT_SECRET: secret })
  const user = await service.user()
  t.equal(await access(service, user.access), 200)
  t.equal(await access(service, legacyToken('access', user.id, {}, secret)), 200)
  t.equal((await refresh(service, user.refresh)).status, 200)
  await service.post('/api/auth/logout/', {}, { as: user })
  t.equal(await access(service, user.access), 401, "ours has ended with its session, and is none of Django's")
  t.equal((await refresh(service, user.refresh)).status, 401)
})

t.test('a client that keeps sending the refresh token of Django goes on; two that use the new one do not', async (t) => {
  const service = await startService(t, legacySettings())
  const user = await service.user()
  const first = legacyToken('refresh', user.id)
  const answers = await Promise.all(Array.from({ length: 10 }, () => refresh(service, first)))
  t.same(new Set(answers.map(({ status }) => status)), new Set([200]), 'ten tabs at once')
  t.equal(new Set(answers.map(({ body }) => claims(body.refresh).jti)).size, 1, 'with one session')
  const sessions = async () => (await service.db.query(`select id from user_session where user_id = ${user.id}`)).length
  t.equal(await sessions(), 2, 'beside the one of the login')
  for (let round = 0; round < 5; round += 1) t.equal((await refresh(service, first)).status, 200)
  const next = answers[0]?.body.refresh
  t.equal((await refresh(service, next)).status, 200)
  t.equal((await refresh(service, first)).status, 401, 'once its successor was used it is a replay')
  t.equal((await refresh(service, next)).status, 401, 'which has ended the session')
  t.equal((await refresh(service, first)).status, 401, 'and does not begin another one')
  t.equal(await sessions(), 2)

  const strict = await startService(t, { ...legacySettings(), REFRESH_REUSE: 'strict' }, { db: service.db })
  const again = legacyToken('refresh', user.id)
  t.equal((await refresh(strict, again)).status, 200)
  t.equal((await refresh(strict, again)).status, 401)
})

t.test('the session lasts as long as the token of Django would have', async (t) => {
  const service = await startService(t, { ...legacySettings(), REFRESH_TOKEN_TTL: '1m' })
  const user = await service.user()
  const first = legacyToken('refresh', user.id)
  t.equal((await refresh(service, first)).status, 200)
  const [{ hours } = {}] = await service.db.query(
    `select extract(epoch from expires_at - now()) / 3600 as hours from user_session where user_id = ${user.id} order by expires_at desc`
  )
  t.ok(Number(hours) > 23.9 && Number(hours) <= 24, String(hours))
})

t.test('what ends all sessions ends tokens of Django that were not used yet, for good', async (t) => {
  const service = await startService(t, legacySettings())
  const admin = await service.admin()
  const next = 'a wholly different passphrase'
  type User = Awaited<ReturnType<Service['user']>>
  const ends: Record<string, (user: User) => Promise<{ status: number }>> = {
    'a changed password': (user) =>
      service.post('/api/auth/change-password/', { old_password: password, new_password: next }, { as: user }),
    'a reset password': async (user) => {
      const { uid, token } = (await service.post('/api/auth/forgot-password/', { email: user.email })).body
      return service.post('/api/auth/reset-password-confirm/', { uid, token, new_password: next })
    },
    'logout everywhere': (user) => service.post('/api/auth/logout/?scope=all', {}, { as: user }),
    'logout elsewhere': (user) => service.post('/api/auth/logout/?scope=others', {}, { as: user }),
    'an administrator': (user) => service.delete(`/api/auth/users/${user.id}/sessions/`, { as: admin }),
    'deactivation, with activation after it': async (user) => {
      await service.put(`/api/auth/users/${user.id}/update/`, { is_active: false }, { as: admin })
      return service.put(`/api/auth/users/${user.id}/update/`, { is_active: true }, { as: admin })
    }
  }
  for (const [name, end] of Object.entries(ends)) {
    const user = await service.user()
    const [used, unused] = [legacyToken('refresh', user.id), legacyToken('refresh', user.id)]
    const [usedAccess, unusedAccess] = [legacyToken('access', user.id), legacyToken('access', user.id)]
    const { body } = await refresh(service, used)
    t.equal(await access(service, usedAccess), 200)
    t.ok((await end(user)).status < 300, name)
    for (const token of [used, unused, body.refresh]) t.equal((await refresh(service, token)).status, 401, `${name}: refresh`)
    for (const token of [usedAccess, unusedAccess, body.access]) t.equal(await access(service, token), 401, `${name}: access`)
    t.equal((await service.post(verifyPath, { token: unused })).status, 401, `${name}: verify`)
    const later = Math.floor(Date.now() / 1000) + 2
    const issuedAfter = legacyToken('refresh', user.id, { iat: later })
    t.equal((await refresh(service, issuedAfter)).status, 200, `${name}: one that Django issues after it`)
  }
})

t.test('a logout ends what its token opened, and only that, whether it was used before or not', async (t) => {
  const service = await startService(t, legacySettings())
  const user = await service.user()
  const [here, there] = [legacyToken('refresh', user.id), legacyToken('refresh', user.id)]
  const { body } = await refresh(service, here)
  t.equal((await service.post('/api/auth/logout/', { refresh_token: here })).status, 200)
  t.equal((await refresh(service, here)).status, 401)
  t.equal(await access(service, body.access), 401)
  const unused = legacyToken('refresh', user.id)
  await service.post('/api/auth/logout/', { refresh: unused })
  t.equal((await refresh(service, unused)).status, 401)
  const accessToken = legacyToken('access', user.id)
  await service.post('/api/auth/logout/', undefined, { as: accessToken })
  t.equal(await access(service, accessToken), 401, 'with an access token alone')
  t.equal((await refresh(service, there)).status, 200)
  t.equal(await access(service, user.access), 200)

  await service.db.query(`update user_session set expires_at = now() - interval '1 day' where revoked_at is not null`)
  await service.post('/api/auth/token/', { username: user.username, password })
  t.equal((await refresh(service, here)).status, 401, 'also when its session has been swept away')
})

t.test('a password change and the first use of a token at the same moment leave no session open', async (t) => {
  const service = await startService(t, legacySettings())
  for (let round = 0; round < 10; round += 1) {
    const user = await service.user()
    const token = legacyToken('refresh', user.id)
    const change = { old_password: password, new_password: 'a wholly different passphrase' }
    const [answer] = await Promise.all([
      refresh(service, token),
      service.post('/api/auth/change-password/', change, { as: user })
    ])
    if (answer.status === 200) t.equal(await access(service, answer.body.access), 401)
    t.equal((await refresh(service, token)).status, 401)
  }
})
