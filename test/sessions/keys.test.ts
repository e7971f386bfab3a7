import { createHash, createPublicKey, verify } from 'node:crypto'
import { mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { rotateKeys } from '../../src/sessions/keys.ts'
import { createTestDatabase } from '../support/postgres.ts'
import { claims, type Service, startService } from '../support/service.ts'
import { until } from '../support/wait.ts'

const kidOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[0] as string, 'base64url').toString()).kid
const works = async (service: Service, token: string) => (await service.get('/api/auth/profile/', { as: token })).status === 200
const jwks = async (service: Service) => (await service.app.inject('/.well-known/jwks.json')).json().keys

async function keysFolder(t: Test): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'user-management-keys-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  return folder
}

t.test('after a rotation the new key signs, and tokens of the old one live out their time', async (t) => {
  const folder = await keysFolder(t)
  const settings = { JWT_SECRET: '', JWT_KEYS_DIR: folder }
  const db = await createTestDatabase()
  t.teardown(() => db.drop())
  const before = await startService(t, settings, { db })
  const old = await before.user({ username: 'old' })
  await new Promise((done) => setTimeout(done, 1100))
  const { kid } = await rotateKeys(folder, { delay: 0, tokenTtl: 3600 })
  const after = await startService(t, settings, { db })
  const fresh = await after.user({ username: 'fresh' })
  t.equal(kidOf(fresh.access), kid)
  t.not(kidOf(old.access), kid)
  t.ok(await works(after, old.access))
  t.same((await jwks(after)).map((key: { kid: string }) => key.kid).sort(), [kidOf(old.access), kid].sort())
  await until('a replica that runs on to find the new key', () => works(before, fresh.access))
})

t.test('a new key is published before it signs, and an old one removed once its last token has expired', async (t) => {
  const folder = await keysFolder(t)
  await rotateKeys(folder, { delay: -7200, tokenTtl: 3600 })
  const [oldest] = await readdir(folder)
  await rotateKeys(folder, { delay: -5400, tokenTtl: 36_000 })
  const rotation = await rotateKeys(folder, { delay: 300, tokenTtl: 3600 })
  t.same(rotation.removed, [oldest])
  const service = await startService(t, { JWT_SECRET: '', JWT_KEYS_DIR: folder })
  const user = await service.user()
  const published = (await jwks(service)).map((key: { kid: string }) => key.kid)
  t.ok(published.includes(rotation.kid))
  t.not(kidOf(user.access), rotation.kid)
  const names = await readdir(folder)
  t.equal(names.length, 2)
  await rename(join(folder, names[0] as string), join(folder, `x${names[0]}`))
  await writeFile(join(folder, 'notes.txt'), 'not a key')
  t.ok(await works(service, user.access), 'a folder in disorder logs nobody out')
})

t.test('keys in JWT_PRIVATE_KEY: the first signs, the others verify; each by its own algorithm', async (t) => {
  const { generateKeyPairSync } = await import('node:crypto')
  const pem = (pair: { privateKey: import('node:crypto').KeyObject }) =>
    pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  const rsa = pem(generateKeyPairSync('rsa', { modulusLength: 2048 }))
  const ec = pem(generateKeyPairSync('ec', { namedCurve: 'P-256' }))
  const ed = pem(generateKeyPairSync('ed25519'))
  const db = await createTestDatabase()
  t.teardown(() => db.drop())
  const tokens: string[] = []
  for (const keys of [rsa, ec + rsa, ed + ec + rsa]) {
    const service = await startService(t, { JWT_SECRET: '', JWT_PRIVATE_KEY: keys }, { db })
    const { access } = await service.user({ username: `user${tokens.length}` })
    tokens.push(access)
    for (const token of tokens) t.ok(await works(service, token))
    const key = (await jwks(service)).find(({ kid }: { kid: string }) => kid === kidOf(access))
    const { crv, e, kty, n, x, y } = key
    t.equal(createHash('sha256').update(JSON.stringify({ crv, e, kty, n, x, y })).digest('base64url'), key.kid, 'RFC 7638')
    t.notOk('d' in key)
    const [header, payload, signature] = access.split('.') as [string, string, string]
    const text = Buffer.from(`${header}.${payload}`)
    const publicKey = createPublicKey({ key, format: 'jwk' })
    const algorithm = key.kty === 'OKP' ? null : 'sha256'
    const options = key.kty === 'EC' ? { key: publicKey, dsaEncoding: 'ieee-p1363' as const } : publicKey
    t.ok(verify(algorithm, text, options, Buffer.from(signature, 'base64url')), `${key.alg}: others can verify it`)
  }
  const last = await startService(t, { JWT_SECRET: '', JWT_PRIVATE_KEY: ed }, { db })
  t.same(
    await Promise.all(tokens.map((token) => works(last, token))),
    [false, false, true],
    'a key that is gone verifies nothing'
  )
})

t.test('an audience is set and asked for where one is configured', async (t) => {
  const db = await createTestDatabase()
  t.teardown(() => db.drop())
  const [without, with_] = [await startService(t, {}, { db }), await startService(t, { JWT_AUDIENCE: 'shop' }, { db })]
  const other = await startService(t, { JWT_AUDIENCE: 'bank' }, { db })
  const [plain, shop] = [await without.user({ username: 'plain' }), await with_.user({ username: 'shop' })]
  t.equal(claims(shop.access).aud, 'shop')
  t.ok(await works(with_, shop.access))
  t.notOk(await works(with_, plain.access), 'none')
  t.notOk(await works(other, shop.access), 'another')
  const issuer = await startService(t, { JWT_ISSUER: 'elsewhere' }, { db })
  t.notOk(await works(issuer, plain.access), 'another issuer')
})

t.test('the JWKS may be cached', async (t) => {
  const service = await startService(t, { JWT_SECRET: '', JWT_KEYS_DIR: await keysFolder(t) })
  const { headers } = await service.app.inject('/.well-known/jwks.json')
  t.match(headers, { 'cache-control': 'public, max-age=300', 'content-type': 'application/jwk-set+json' })
})
