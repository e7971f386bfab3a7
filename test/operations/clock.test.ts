import { jump } from '../support/jumping-clock.ts'
// What stands above has to be loaded first.

import t from 'tap'
import { startService } from '../support/service.ts'
import { Tally } from '../support/tally.ts'

const hour = 60 * 60 * 1000

t.test('a clock that jumps ends no session: tokens of other times are taken for as long as they are good', async (t) => {
  t.teardown(() => jump(0))
  const service = await startService(t)
  const user = await service.user()
  const tally = new Tally()
  const read = async (token: string) => {
    const { status } = await service.get('/api/auth/profile/', { as: token })
    tally.add(status)
    return status
  }
  t.equal(await read(user.access), 200)
  jump(-hour)
  t.equal(await read(user.access), 200, 'one from the future, as this clock has it')
  jump(hour)
  t.equal(await read(user.access), 401, 'one that has expired, as this clock has it')
  const { status, body } = await service.post('/api/auth/token/refresh/', { refresh: user.refresh })
  t.equal(status, 200, 'and its client does what it does every five minutes')
  t.equal(await read(body.access), 200)
  jump(0)
  t.equal(await read(body.access), 200)
  t.equal((await service.post('/api/auth/token/refresh/', { refresh: body.refresh })).status, 200)
  t.notMatch(service.log(), /"level":50/)
  t.comment(
    `fault: clock jumps an hour back and forth | ${tally} | nothing lost: the one 401 is an access token that expired, refreshed with 200`
  )
})

t.test('a limit lasts as long as it should, whatever the clock is set to', async (t) => {
  t.teardown(() => jump(0))
  const service = await startService(t, { RATE_LIMIT: '2/1h' })
  const ask = async () => (await service.get('/api/auth/provinces/')).status
  t.same([await ask(), await ask(), await ask()], [200, 200, 429])
  jump(2 * hour)
  t.equal(await ask(), 429, 'nobody gets out of it by a clock that jumps ahead')
  jump(-2 * hour)
  const { headers } = await service.get('/api/auth/provinces/')
  t.ok(Number(headers['retry-after']) <= 3600, 'and nobody has to wait for longer than it lasts')
})
