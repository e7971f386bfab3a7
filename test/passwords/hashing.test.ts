import type { Worker } from 'node:worker_threads'
import t from 'tap'
import { startHashing } from '../../src/passwords/hashing.ts'
import { hash, verify } from '../../src/passwords/hashing-worker.ts'
import { password, startService } from '../support/service.ts'
import { Tally } from '../support/tally.ts'
import { until } from '../support/wait.ts'

t.test("a stored hash that is some text is nobody's password, whatever text it is", async (t) => {
  const service = await startService(t)
  const user = await service.user()
  // The service that wrote these tables before kept the password that an administrator typed as it came.
  for (const text of ['constructor', 'toString', 'valueOf', '__proto__', 'hasOwnProperty$x', 'bcrypt', 'sha1$salt$x']) {
    await service.db.query('update auth_user set password = $1 where id = $2', [text, user.id])
    for (const password of ['anything', text]) {
      const { status } = await service.post('/api/auth/token/', { username: user.username, password })
      t.equal(status, 401, `${password} against ${text}`)
    }
    await service.db.query('delete from login_guess')
  }
})

t.test('a stored bcrypt hash can not keep a thread busy for hours', async (t) => {
  const hashing = startHashing(4, 1)
  t.teardown(() => hashing.close())
  const encoded = hash({ password: 'x', cost: 4 }).replace('$04$', '$31$')
  const verified = hashing.verify('x', encoded).catch(() => 'ended with its thread')
  const late = new Promise((done) => setTimeout(done, 60_000, 'still at it').unref())
  t.equal(await Promise.race([verified, late]), false)
})

t.test('an account without a password that can be verified takes as long to refuse as any other', async (t) => {
  const hashing = startHashing(10, 1)
  t.teardown(() => hashing.close())
  const least = async (stored: string | undefined) => {
    let best = Number.POSITIVE_INFINITY
    for (let round = 0; round < 5; round += 1) {
      const begin = performance.now()
      t.equal(await hashing.verify('wrong', stored), false)
      best = Math.min(best, performance.now() - begin)
    }
    return best
  }
  const known = await least(await hashing.hash('right'))
  const stored = {
    'no account': undefined,
    'an unusable password': '!pXNLSZ3r3WdqNmhJEDG8t8OFKEWFbf5ju7Bi0ZOs',
    'a hasher that we lack': 'argon2$argon2d$v=19$m=64,t=1,p=1$b0RNUjE0d1BtVWFjUWtnY0xGY3VpUg$i58Ma5tXyOk3sUcfQ3T+R80w3LdhcY33',
    'no hash at all': 'plain text',
    'a broken hash': 'pbkdf2_sha256$nonsense'
  }
  for (const [account, encoded] of Object.entries(stored)) {
    const time = await least(encoded)
    t.ok(time > known / 10, `${account}: ${time.toFixed(1)} ms, a wrong password: ${known.toFixed(1)} ms`)
  }
})

t.test('what is stored is verified byte for byte: neither trimmed, nor composed, nor cut at a null character', async (t) => {
  const like: [string, string][] = [
    ['password ', 'password'],
    ['caf\u00e9', 'cafe\u0301'],
    ['a\0b', 'a\0c'],
    ['Password', 'password'],
    ['', ' ']
  ]
  for (const [password, other] of like) {
    const encoded = hash({ password, cost: 4 })
    t.ok(await verify({ password, encoded }), JSON.stringify(password))
    t.notOk(await verify({ password: other, encoded }), JSON.stringify(other))
  }
  t.not(hash({ password: 'same', cost: 4 }), hash({ password: 'same', cost: 4 }), 'each hash has a salt of its own')
})

t.test('a thread that dies costs no answer: its work is done again by the next one', async (t) => {
  const threads: Worker[] = []
  const note = (worker: Worker) => threads.push(worker)
  process.on('worker', note)
  t.teardown(() => process.off('worker', note))
  const service = await startService(t, { PASSWORD_HASH_COST: '12' })
  const names = ['maria', 'nobody']
  await service.user({ username: 'maria' })
  const tally = new Tally()
  // The hash at the cost of 4 is upgraded to 12 at the first login, and takes a while from then on.
  for (let round = 0; round < 4; round += 1) {
    const alive = threads.at(-1) as Worker
    const logins = names.map((username) => service.post('/api/auth/token/', { username, password }))
    await until('work', () => alive.performance.eventLoopUtilization().active > 0)
    await Promise.all([alive.terminate(), ...logins])
    for (const { status } of await Promise.all(logins)) tally.add(status)
  }
  t.same(tally.statuses, ['200', '401'])
  t.equal(tally.of(200), 4)
  t.ok(threads.length > 4, 'each was replaced')
  t.comment(`fault: hash thread killed 4 times, in the middle of logins | ${tally} | nothing lost | well with the next thread`)
})
