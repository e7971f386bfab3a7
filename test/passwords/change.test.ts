import t from 'tap'
import { password, startService } from '../support/service.ts'

const path = '/api/auth/change-password/'
const next = 'a wholly different passphrase'

t.test('a change of password ends all other sessions, and the one that asked goes on', async (t) => {
  const service = await startService(t)
  const user = await service.user({ username: 'maria' })
  const other = (await service.post('/api/auth/token/', { username: 'maria', password })).body
  t.equal((await service.post(path, { old_password: password, new_password: next }, { as: user })).status, 200)
  t.equal((await service.get('/api/auth/profile/', { as: user })).status, 200)
  t.equal((await service.post('/api/auth/token/refresh/', { refresh: user.refresh })).status, 200)
  t.equal((await service.get('/api/auth/profile/', { as: other.access })).status, 401)
  t.equal((await service.post('/api/auth/token/refresh/', { refresh: other.refresh })).status, 401)
  t.equal((await service.post('/api/auth/token/', { username: 'maria', password: next })).status, 200)
})

t.test('a wrong old password or a weak new one is named, and nothing is changed', async (t) => {
  const service = await startService(t)
  const user = await service.user({ username: 'marianela' })
  const wrong = await service.post(path, { old_password: 'wrong', new_password: next }, { as: user })
  t.same([wrong.status, Object.keys(wrong.body.errors)], [400, ['old_password']])
  const weak = await service.post(path, { old_password: password, new_password: '1234567' }, { as: user })
  t.same([weak.status, weak.body.errors.new_password.length], [400, 3])
  const similar = await service.post(path, { old_password: password, new_password: 'Marianela1' }, { as: user })
  t.match(similar.body.errors.new_password, [/too similar to the username/])
  t.equal((await service.post('/api/auth/token/', { username: 'marianela', password })).status, 200)
})

t.test('of 20 changes at the same moment one holds', async (t) => {
  const service = await startService(t)
  const user = await service.user({ username: 'maria' })
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      service.post(path, { old_password: password, new_password: `${next} ${index}` }, { as: user })
    )
  )
  const others = answers.map(({ status }) => status).filter((status) => status !== 200)
  t.equal(others.length, 19)
  // Many tries at one moment are also taken for guesses.
  t.ok(others.every((status) => status === 400 || status === 429))
  const winner = answers.findIndex(({ status }) => status === 200)
  t.equal((await service.post('/api/auth/token/', { username: 'maria', password: `${next} ${winner}` })).status, 200)
})
