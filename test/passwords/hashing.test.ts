import t from 'tap'
import { startHashing } from '../../src/passwords/hashing.ts'
import { hash, verify } from '../../src/passwords/hashing-worker.ts'
import { startService } from '../support/service.ts'

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
  const late = new Promise((done) => setTimeout(done, 3000, 'still at it').unref())
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
