import t from 'tap'
import { password, type Service, startService } from '../support/service.ts'

const path = '/api/auth/token/'

async function guess(service: Service, username: string, address = '198.51.100.1', secret = 'wrong') {
  // The address of a proxied client; the service trusts the test's own address as a proxy.
  return service.post(path, { username, password: secret }, { headers: { 'x-forwarded-for': address } })
}

const proxied = { TRUST_PROXY: '127.0.0.1' }

t.test(
  'after a few wrong passwords each next one has to wait, longer each time, for known and unknown names alike',
  async (t) => {
    const service = await startService(t, proxied)
    await service.user({ username: 'maria' })
    for (const name of ['maria', 'nobody']) {
      for (let count = 0; count < 5; count += 1) t.equal((await guess(service, name)).status, 401)
      const delays: number[] = []
      for (let round = 0; round < 4; round += 1) {
        const { status, headers, body } = await guess(service, name, undefined, password)
        t.same([status, body.code], [429, 'too_many_requests'], `${name}: the right password is not even looked at`)
        delays.push(Number(headers['retry-after']))
        await service.db.query(`update login_guess set blocked_until = now()`)
        t.equal((await guess(service, name)).status, 401, 'after the wait the next guess is taken')
      }
      t.same(
        delays,
        [...delays].sort((a, b) => a - b)
      )
      t.same([delays[0], delays.at(-1)], [1, 8], `${name}: doubled each time`)
    }
  }
)

t.test('a delay ends by itself, and a right password forgets it', async (t) => {
  const service = await startService(t, proxied)
  await service.user({ username: 'maria' })
  for (let count = 0; count < 6; count += 1) await guess(service, 'maria')
  t.equal((await guess(service, 'maria', undefined, password)).status, 429)
  await service.db.query(`update login_guess set blocked_until = now()`)
  t.equal((await guess(service, 'maria', undefined, password)).status, 200)
  for (let count = 0; count < 5; count += 1) t.equal((await guess(service, 'maria')).status, 401, 'counted from the beginning')
})

t.test('20 guesses at the same moment do not all pass', async (t) => {
  const service = await startService(t, proxied)
  const answers = await Promise.all(Array.from({ length: 20 }, () => guess(service, 'maria')))
  const checked = answers.filter(({ status }) => status === 401).length
  t.ok(answers.every(({ status }) => status === 401 || status === 429))
  // On a machine so slow that the first delays end meanwhile, one or the other more.
  t.ok(checked >= 5 && checked <= 8, `${checked} were checked`)
})

t.test('guesses from elsewhere do not keep the owner out', async (t) => {
  const service = await startService(t, proxied)
  await service.user({ username: 'maria' })
  const home = '203.0.113.7'
  t.equal((await guess(service, 'maria', home, password)).status, 200)
  for (let host = 0; host < 55; host += 1) await guess(service, 'maria', `198.51.100.${host}`)
  t.equal((await guess(service, 'maria', '192.0.2.1', password)).status, 429, 'from a new address the name is delayed')
  t.equal((await guess(service, 'maria', home, password)).status, 200, 'where the owner was before, not')
  const [row] = await service.db.query<{ longest: number }>(
    `select max(extract(epoch from blocked_until - now()))::int as longest from login_guess`
  )
  t.ok((row?.longest ?? 0) <= 60, 'and for everybody it ends within a minute')
})

t.test('an IPv6 client does not get new guesses by taking another address of its network', async (t) => {
  const service = await startService(t, proxied)
  for (let host = 1; host <= 5; host += 1) t.equal((await guess(service, 'maria', `2001:db8:1:2::${host}`)).status, 401)
  t.equal((await guess(service, 'maria', '2001:db8:1:2:ffff::1')).status, 429)
  t.equal((await guess(service, 'maria', '2001:db8:1:3::1')).status, 401, 'another network')
})

t.test('a forged X-Forwarded-For changes nothing where no proxy is trusted, or beyond the trusted ones', async (t) => {
  const direct = await startService(t)
  for (let count = 0; count < 5; count += 1) await guess(direct, 'maria', `198.51.100.${count}`)
  t.equal((await guess(direct, 'maria', '198.51.100.99')).status, 429)
  const service = await startService(t, proxied)
  for (let count = 0; count < 5; count += 1) await guess(service, 'maria', `10.9.9.${count}, 198.51.100.1`)
  t.equal((await guess(service, 'maria', '10.9.9.99, 198.51.100.1')).status, 429, 'read from right to left')
})

t.test('a stolen session can not guess the password either', async (t) => {
  const service = await startService(t)
  const user = await service.user()
  const body = { old_password: 'wrong', new_password: 'a wholly different passphrase' }
  for (let count = 0; count < 5; count += 1)
    t.equal((await service.post('/api/auth/change-password/', body, { as: user })).status, 400)
  t.equal((await service.post('/api/auth/change-password/', body, { as: user })).status, 429)
  t.equal((await service.post('/api/auth/change-email/', { email: 'x@example.org', password }, { as: user })).status, 429)
})

t.test('hash work that piles up is refused with 503 and counts as no guess', async (t) => {
  const service = await startService(t, { PASSWORD_HASH_QUEUE: '2', PASSWORD_HASH_COST: '10' })
  const answers = await Promise.all(Array.from({ length: 12 }, (_, index) => guess(service, `name${index}`)))
  const refused = answers.filter(({ status }) => status === 503)
  t.ok(refused.length > 0)
  t.ok(refused.every(({ headers }) => Number(headers['retry-after']) > 0))
  t.ok(answers.some(({ status }) => status === 401))
  t.equal(answers.length, answers.filter(({ status }) => status === 401 || status === 503).length)
  t.equal((await guess(service, 'later')).status, 401, 'and it is well again')
})

t.test('20 right logins at the same moment all succeed, since what is being checked is no wrong guess yet', async (t) => {
  const service = await startService(t, { ...proxied, PASSWORD_HASH_COST: '8' })
  await service.user({ username: 'maria' })
  const answers = await Promise.all(Array.from({ length: 20 }, () => guess(service, 'maria', undefined, password)))
  t.same(
    answers.map(({ status }) => status),
    Array(20).fill(200)
  )
})

t.test('spellings that find the same account count as one name', async (t) => {
  const service = await startService(t, proxied)
  await service.user({ username: 'ilker' })
  const spellings = ['ilker', 'ILKER', 'İLKER', 'ｉｌｋｅｒ', 'Ilker']
  for (const name of spellings) t.equal((await guess(service, name)).status, 401)
  for (const name of spellings) t.equal((await guess(service, name, undefined, password)).status, 429, name)
})

t.test('what could not be checked leaves the guesses before it counted', async (t) => {
  const service = await startService(t, { ...proxied, PASSWORD_HASH_QUEUE: '1', PASSWORD_HASH_COST: '8' })
  for (let count = 0; count < 4; count += 1) t.equal((await guess(service, 'maria')).status, 401)
  const flood = Array.from({ length: 12 }, (_, index) => guess(service, `other${index}`, `192.0.2.${index}`))
  const overloaded: number[] = []
  for (let count = 0; count < 20; count += 1) {
    const { status } = await guess(service, 'maria')
    overloaded.push(status)
    if (status === 401) break
  }
  await Promise.all(flood)
  t.ok(overloaded.slice(0, -1).every((status) => status === 503))
  t.equal(overloaded.at(-1), 401)
  t.equal((await guess(service, 'maria')).status, 429, 'five wrong ones in all')
})

t.test('right passwords that were not looked at, since the name is guessed at elsewhere, count as no guesses', async (t) => {
  const service = await startService(t, proxied)
  await service.user({ username: 'maria' })
  for (let host = 0; host < 52; host += 1) await guess(service, 'maria', `198.51.100.${host}`)
  for (let count = 0; count < 8; count += 1) t.equal((await guess(service, 'maria', '192.0.2.1', password)).status, 429)
  await service.db.query('update login_guess set blocked_until = now() where failures > 40')
  t.equal((await guess(service, 'maria', '192.0.2.1', password)).status, 200)
})

t.test(
  'a password is guessed at no faster from many addresses by who has a session, nor kept from its owner at the login',
  async (t) => {
    const service = await startService(t, proxied)
    const user = await service.user()
    const prove = (address: string, secret: string) =>
      service.post(
        '/api/auth/change-password/',
        { old_password: secret, new_password: 'a wholly different passphrase' },
        { as: user, headers: { 'x-forwarded-for': address } }
      )
    for (let count = 0; count < 8; count += 1) await guess(service, `user ${user.id}`)
    for (let count = 0; count < 8; count += 1) await guess(service, String(user.id))
    const statuses: number[] = []
    for (let host = 0; host < 55; host += 1) statuses.push((await prove(`198.51.100.${host + 2}`, 'wrong')).status)
    t.equal(statuses.filter((status) => status === 400).length, 50)
    t.equal(statuses.at(-1), 429)
    await service.db.query('update login_guess set blocked_until = now()')
    t.equal((await prove('198.51.100.1', password)).status, 200, 'what was typed at the login does not count here')
  }
)
