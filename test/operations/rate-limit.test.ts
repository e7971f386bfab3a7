import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import t, { type Test } from 'tap'
import { addressBlock } from '../../src/operations/rate-limit.ts'
import { password, type Service, startService } from '../support/service.ts'
import { until } from '../support/wait.ts'

const from = (address: string) => ({ 'x-forwarded-for': address })
const proxied = { TRUST_PROXY: '127.0.0.1' }

const logIn = (service: Service, address: string, username = 'nobody') =>
  service.post('/api/auth/token/', { username, password }, { headers: from(address) })

t.test('operations that take guesses have a limit of their own, for each address and operation', async (t) => {
  const service = await startService(t, { ...proxied, RATE_LIMIT: '100/1h', RATE_LIMIT_CREDENTIALS: '3/1h' })
  for (let count = 0; count < 3; count += 1) t.equal((await logIn(service, '198.51.100.1', `name${count}`)).status, 401)
  const refused = await logIn(service, '198.51.100.1', 'another')
  t.same([refused.status, refused.body.code], [429, 'too_many_requests'])
  t.ok(Number(refused.headers['retry-after']) > 3500)
  t.equal((await logIn(service, '198.51.100.2')).status, 401, 'another address')
  const other = await service.post('/api/auth/forgot-password/', { email: 'a@example.org' }, { headers: from('198.51.100.1') })
  t.equal(other.status, 200, 'another operation')
  t.equal((await service.get('/api/auth/provinces/', { headers: from('198.51.100.1') })).status, 200, 'one that takes none')
})

t.test('all requests of an address together have a limit, which ends by itself', async (t) => {
  const service = await startService(t, { ...proxied, RATE_LIMIT: '5/1s' })
  const ask = async (address: string) => (await service.get('/api/auth/provinces/', { headers: from(address) })).status
  const statuses: number[] = []
  for (let count = 0; count < 8; count += 1) statuses.push(await ask('2001:db8::1'))
  t.same(statuses, [200, 200, 200, 200, 200, 429, 429, 429])
  t.equal(await ask('2001:db8::2'), 429, 'the same network')
  await new Promise((done) => setTimeout(done, 1100))
  t.equal(await ask('2001:db8::1'), 200)
})

t.test('an address stands for a client as a whole', async (t) => {
  for (const [address, block] of [
    ['198.51.100.7', '198.51.100.7'],
    ['::ffff:198.51.100.7', '198.51.100.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:0db8:1:2::6', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['::1', '0:0:0:0']
  ]) {
    t.equal(addressBlock(address as string), block)
  }
})

const redisMissing = spawnSync('redis-server', ['--version']).error !== undefined && 'there is no redis-server here'

async function startRedis(t: Test, port: number) {
  const child = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'], {
    stdio: ['ignore', 'pipe', 'ignore']
  })
  let output = ''
  child.stdout.on('data', (chunk) => (output += chunk))
  await until('Redis', () => /Ready to accept/.test(output))
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill()
    await ended
  }
  t.teardown(stop)
  return { stop }
}

t.test(
  'replicas share their counts in Redis; with Redis gone each counts for itself, and the log says so once',
  { skip: redisMissing },
  async (t) => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    await new Promise((done) => server.close(done))
    const redis = await startRedis(t, port)
    const settings = { ...proxied, RATE_LIMIT: '6/1h', REDIS_URL: `redis://127.0.0.1:${port}` }
    const replicas = [await startService(t, settings), await startService(t, settings)] as const
    const ask = async (index: number) =>
      (await (replicas[index % 2] as Service).get('/api/auth/provinces/', { headers: from('198.51.100.1') })).status
    await until('both replicas in Redis', () => redisReady(port))
    const statuses: number[] = []
    for (let index = 0; index < 8; index += 1) statuses.push(await ask(index))
    t.same(statuses, [200, 200, 200, 200, 200, 200, 429, 429])
    await redis.stop()
    const alone: number[] = []
    for (let index = 0; index < 8; index += 1) alone.push(await ask(0))
    t.same(alone, [200, 200, 200, 200, 200, 200, 429, 429], 'without Redis, in memory')
    t.equal(await ask(1), 200, 'the other replica has a count of its own')
    t.equal(replicas[0].log().match(/Redis is gone/g)?.length, 1)
    await startRedis(t, port)
    await until('Redis', () => /Redis is back/.test(replicas[0].log()))
    t.equal(await ask(0), 200, 'a new Redis has counted nothing yet')
    t.equal(replicas[0].log().match(/Redis is back/g)?.length, 1)
    t.comment('fault: Redis stopped | 0 of 9 requests failed, limits held by each replica in memory | nothing lost')
  }
)

async function redisReady(port: number): Promise<boolean> {
  const { Redis } = await import('ioredis')
  const client = new Redis(port, '127.0.0.1', { lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: () => null })
  client.on('error', () => {})
  const ready = await client.connect().then(
    () => true,
    () => false
  )
  client.disconnect()
  return ready
}

t.test('what is at no operation counts too, and what probes ask does not', async (t) => {
  const service = await startService(t, { ...proxied, RATE_LIMIT: '4/1h' })
  const ask = async (path: string) => (await service.get(path, { headers: from('198.51.100.1') })).status
  for (let count = 0; count < 10; count += 1) {
    t.same([await ask('/healthz'), await ask('/readyz'), await ask('/metrics')], [200, 200, 200])
  }
  t.same(
    [await ask('/nothing/here'), await ask('/media/profile_pics/none.png'), await ask('/openapi.json'), await ask('/docs')],
    [404, 404, 200, 200]
  )
  for (const path of ['/nothing/here', '/media/profile_pics/none.png', '/openapi.json', '/docs', '/api/auth/provinces/']) {
    t.equal(await ask(path), 429, path)
  }
})
