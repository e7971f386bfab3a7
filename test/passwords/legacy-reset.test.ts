import { readFileSync } from 'node:fs'
import t from 'tap'
import { isLegacyReset } from '../../src/passwords/legacy-reset.ts'
import { encodeUid } from '../../src/passwords/uid.ts'
import { legacyReset, legacySecret, legacySettings } from '../support/legacy.ts'
import { password, type Service, startService } from '../support/service.ts'

const { secrets, resets } = JSON.parse(readFileSync(new URL('../django/fixtures/signed.json', import.meta.url), 'utf8'))
const confirmPath = '/api/auth/reset-password-confirm/'
const next = 'a wholly different passphrase'

t.test(
  'a reset token that Django made is known for as long as Django takes it, and for no other state of the user',
  async (t) => {
    for (const { token, issued_at, good_for, ...user } of resets) {
      const state = { ...user, last_login: user.last_login && new Date(user.last_login) }
      const after = (seconds: number) => new Date(Date.parse(issued_at) + seconds * 1000)
      t.ok(isLegacyReset(token, state, secrets[0], after(0)))
      t.ok(isLegacyReset(token, state, secrets[0], after(good_for)))
      t.notOk(isLegacyReset(token, state, secrets[0], after(good_for + 86_400)), 'a day later, in whatever time zone Django runs')
      t.notOk(isLegacyReset(token, state, `${secrets[0]}x`, after(0)))
      const others = {
        id: state.id + 1,
        password: `${state.password}x`,
        last_login: new Date('2025-06-07T00:00:00Z'),
        email: `x${state.email}`
      }
      for (const [field, value] of Object.entries(others)) {
        t.notOk(isLegacyReset(token, { ...state, [field]: value }, secrets[0], after(0)), field)
      }
      const [stamp, digest] = token.split('-')
      for (const wrong of [
        '',
        '-',
        token.slice(0, -1),
        `${token}0`,
        `${stamp}-${'0'.repeat(32)}`,
        `${stamp}x-${digest}`,
        digest
      ]) {
        t.notOk(isLegacyReset(wrong, state, secrets[0], after(0)), wrong)
      }
    }
  }
)

async function stateOf(service: Service, userId: number) {
  const [user] = await service.db.query<{ id: number; password: string; last_login: Date | null; email: string }>(
    'select id, password, last_login, email from auth_user where id = $1',
    [userId]
  )
  return user as NonNullable<typeof user>
}

t.test('a link that Django sent resets the password once, of many at the same moment, and ends what a reset ends', async (t) => {
  const service = await startService(t, legacySettings())
  const user = await service.user()
  const [uid, token] = [encodeUid(user.id), legacyReset(await stateOf(service, user.id))]
  const weak = await service.post(confirmPath, { uid, token, new_password: '12345678' })
  t.same(Object.keys(weak.body.errors), ['new_password'])
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, index) => service.post(confirmPath, { uid, token, new_password: `${next} ${index}` }))
  )
  t.same(answers.map(({ status }) => status).sort(), [200, ...Array(9).fill(400)])
  t.equal((await service.get('/api/auth/profile/', { as: user })).status, 401)
  const winner = answers.findIndex(({ status }) => status === 200)
  t.equal((await service.post('/api/auth/token/', { username: user.username, password: `${next} ${winner}` })).status, 200)
})

t.test(
  'such a link is refused after a login, to an inactive user, under another secret, too late, and where it is not set',
  async (t) => {
    const service = await startService(t, legacySettings())
    const late = await startService(t, { LEGACY_JWT_SECRET: legacySecret, LEGACY_JWT_UNTIL: '2020-01-01' }, { db: service.db })
    const without = await startService(t, {}, { db: service.db })
    const user = await service.user()
    const uid = encodeUid(user.id)
    const refused = async (by: Service, token: string, why: string) => {
      const { status, body } = await by.post(confirmPath, { uid, token, new_password: next })
      t.same([status, body.code], [400, 'invalid_reset_token'], why)
    }
    const good = legacyReset(await stateOf(service, user.id))
    await refused(late, good, 'after LEGACY_JWT_UNTIL')
    await refused(without, good, 'without LEGACY_JWT_SECRET')
    await refused(service, legacyReset(await stateOf(service, user.id), { secret: 'another' }), 'another secret')
    await refused(service, legacyReset(await stateOf(service, user.id), { age: 4 * 86_400 }), 'older than three days')
    await service.db.query(`update auth_user set is_active = false where id = ${user.id}`)
    await refused(service, good, 'inactive')
    await service.db.query(`update auth_user set is_active = true, last_login = now() - interval '1 day' where id = ${user.id}`)
    const before = legacyReset(await stateOf(service, user.id))
    await service.post('/api/auth/token/', { username: user.username, password })
    await refused(service, before, 'a login since')
  }
)
