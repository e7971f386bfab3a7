import { readFileSync } from 'node:fs'
import t from 'tap'
import { FieldFaults } from '../../src/contract/problems.ts'
import { startHashing } from '../../src/passwords/hashing.ts'
import { hash, verify } from '../../src/passwords/hashing-worker.ts'
import { passwordFaults, similarAttribute } from '../../src/passwords/policy.ts'
import { decodeUid, decoyUserId, encodeUid } from '../../src/passwords/uid.ts'
import { normalizeUsername } from '../../src/users/input.ts'

const fixture = (name: string) => JSON.parse(readFileSync(new URL(`../django/fixtures/${name}.json`, import.meta.url), 'utf8'))

t.test('what Django hashed verifies here, and nothing else does', async (t) => {
  const seen = new Set<string>()
  for (const { hasher, password, encoded, cost, about } of fixture('hashes')) {
    // A million iterations each: the first of every hasher will do.
    if (cost === 'default' && seen.has(hasher)) continue
    if (cost === 'default') seen.add(hasher)
    // An unusable hash is nobody's password, and an empty password can't be made an argon2 hash of here.
    const expected = hasher !== 'unusable' && !(hasher === 'argon2' && password === '')
    t.equal(await verify({ password: password ?? '', encoded }), expected ? true : undefined, `${hasher} ${cost}: ${about}`)
    if (cost === 'low') t.equal(await verify({ password: `${password}x`, encoded }), false, `${hasher}: another password`)
  }
  t.same([...seen].sort(), ['argon2', 'bcrypt', 'bcrypt_sha256', 'pbkdf2_sha1', 'pbkdf2_sha256', 'scrypt', 'unusable'])
})

t.test('a stored hash can not make us work without bound, or fail', async (t) => {
  for (const encoded of [
    '',
    '$',
    'md5$salt$x',
    'pbkdf2_sha256$999999999999$salt$eA==',
    'pbkdf2_sha256$x$salt$eA==',
    'pbkdf2_sha256$1000$salt$',
    'scrypt$1073741824$salt$8$1$eA==',
    'scrypt$3$salt$8$1$eA==',
    'bcrypt_sha256$$2b$99$x',
    'bcrypt$nothing',
    'argon2$',
    'argon2$argon2d$v=19$m=64,t=1,p=1$c2VhLnNhbHQvKz0$eA==',
    'argon2$argon2id$v=16$m=64,t=1,p=1$c2VhLnNhbHQvKz0$i58Ma5tXyOk3sUcfQ3T+R80w3LdhcY33',
    'argon2$argon2id$v=19$m=524289,t=1,p=1$c2VhLnNhbHQvKz0$i58Ma5tXyOk3sUcfQ3T+R80w3LdhcY33',
    'argon2$argon2id$v=19$m=64,t=65537,p=1$c2VhLnNhbHQvKz0$i58Ma5tXyOk3sUcfQ3T+R80w3LdhcY33',
    'argon2$argon2id$v=19$m=1024,t=1,p=17$c2VhLnNhbHQvKz0$i58Ma5tXyOk3sUcfQ3T+R80w3LdhcY33',
    'argon2$argon2id$v=19$m=4,t=1,p=4$c2VhLnNhbHQvKz0$i58Ma5tXyOk3sUcfQ3T+R80w3LdhcY33',
    'argon2$argon2id$v=19$m=64,t=1,p=1$$i58Ma5tXyOk3sUcfQ3T+R80w3LdhcY33',
    'argon2$argon2id$v=19$m=64,t=1,p=1$c2VhLnNhbHQvKz0$'
  ]) {
    t.equal(await verify({ password: 'x', encoded }), undefined, encoded)
  }
})

t.test('we write what Django reads, over all of a password', async (t) => {
  const long = 'x'.repeat(100)
  const encoded = hash({ password: long, cost: 4 })
  t.match(encoded, /^bcrypt_sha256\$\$2b\$04\$.{53}$/)
  t.ok(await verify({ password: long, encoded }))
  t.notOk(await verify({ password: `${long.slice(0, 99)}y`, encoded }), 'beyond the 72nd byte too')
})

t.test('hashing leaves the event loop free, and an unknown account costs what a known one does', async (t) => {
  const hashing = startHashing(12, 1)
  t.teardown(() => hashing.close())
  const encoded = await hashing.hash('some password')
  await hashing.verify('x', undefined)
  let ticks = 0
  const timer = setInterval(() => {
    ticks += 1
  }, 5)
  t.ok(await hashing.verify('some password', encoded))
  clearInterval(timer)
  t.ok(ticks >= 5, `${ticks} ticks meanwhile`)
  t.notOk(await hashing.verify('some password', undefined))
  const cost = async (stored: string | undefined) => {
    const begin = performance.now()
    for (let round = 0; round < 3; round += 1) await hashing.verify('wrong', stored)
    return performance.now() - begin
  }
  t.comment(
    `wrong password, known account: ${Math.round(await cost(encoded))} ms, unknown: ${Math.round(await cost(undefined))} ms (three each)`
  )
  t.notOk(hashing.needsUpgrade(encoded))
  t.ok(hashing.needsUpgrade(hash({ password: 'x', cost: 4 })))
  t.ok(hashing.needsUpgrade('pbkdf2_sha256$1000$salt$eA=='))
  t.ok(hashing.needsUpgrade('argon2$argon2id$v=19$m=102400,t=2,p=8$eA$eA'))
})

const codes: [RegExp, string][] = [
  [/too similar/, 'password_too_similar'],
  [/too short/, 'password_too_short'],
  [/too common/, 'password_too_common'],
  [/entirely numeric/, 'password_entirely_numeric']
]

t.test("passwords are judged as Django's four validators judge them", async (t) => {
  const cases = fixture('password-validation')
  t.ok(cases.length > 50)
  for (const { password, user, codes: expected, attribute, about } of cases) {
    const faults = passwordFaults(password, user).map((fault) => codes.find(([pattern]) => pattern.test(fault))?.[1])
    t.same(faults, expected, `${about}: ${password}`)
    if (attribute) t.equal(similarAttribute(password, user), attribute)
  }
})

t.test('usernames are normalised and judged as Django does', async (t) => {
  for (const { input, normalized, valid, about } of fixture('usernames')) {
    const faults = new FieldFaults()
    t.equal(normalizeUsername(input, faults), normalized, about)
    t.equal(!faults.any, valid, about)
  }
})

t.test('ids in links are written as Django writes them', async (t) => {
  for (const { id, uid } of fixture('uids')) t.same([encodeUid(id), decodeUid(uid)], [uid, id])
  for (const uid of ['', 'MA', 'LTE', 'MQ==', 'MQ=', 'MS4w', 'MDE', '../..', 'AAAA', 'OTk5OTk5OTk5OTk5OTk5OTk5'])
    t.equal(decodeUid(uid), undefined, uid)
  const decoys = Array.from({ length: 200 }, (_, index) => decoyUserId(`a${index}@example.org`, 100, 'key'))
  t.ok(decoys.every((id) => id >= 1 && id < 128))
  t.ok(new Set(decoys).size > 50)
})
