import { createHmac, createPrivateKey, createSign, generateKeyPairSync } from 'node:crypto'
import t from 'tap'
import { startService } from '../support/service.ts'

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string

/** Takes a good token apart, for forgeries that differ in one thing. */
function parts(token: string) {
  const [header, payload, signature] = token.split('.') as [string, string, string]
  const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString())
  return { header: read(header), payload: read(payload), signature }
}

function rs256(header: object, payload: object, key = pem): string {
  const text = `${encode(header)}.${encode(payload)}`
  return `${text}.${createSign('RSA-SHA256').update(text).sign(createPrivateKey(key)).toString('base64url')}`
}

t.test('a forged or misused token opens nothing', async (t) => {
  const service = await startService(t, { JWT_SECRET: '', JWT_PRIVATE_KEY: pem })
  const user = await service.user()
  const other = await service.user()
  const { header, payload, signature } = parts(user.access)
  t.equal((await service.get('/api/auth/profile/', { as: rs256(header, payload) })).status, 200, 'the forger signs as we do')

  const jwks = (await service.app.inject('/.well-known/jwks.json')).json()
  const { createPublicKey } = await import('node:crypto')
  const publicPem = createPublicKey({ key: jwks.keys[0], format: 'jwk' }).export({ type: 'spki', format: 'pem' }) as string
  const hs256 = (secret: string, head: object = { alg: 'HS256', typ: 'JWT' }) => {
    const text = `${encode(head)}.${encode(payload)}`
    return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
  }
  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
    type: 'pkcs8',
    format: 'pem'
  }) as string
  const now = Math.floor(Date.now() / 1000)
  const forgeries: Record<string, string> = {
    'alg none': `${encode({ alg: 'none', typ: 'JWT' })}.${encode(payload)}.`,
    'alg NONE with a signature': `${encode({ alg: 'NONE' })}.${encode(payload)}.${signature}`,
    'HS256 with the public key': hs256(publicPem),
    'HS256 with the public key, trimmed': hs256(publicPem.trim()),
    'HS256 with the modulus': hs256(jwks.keys[0].n),
    'HS256 with nothing': hs256(''),
    'another key': rs256(header, payload, stranger),
    'another key, ours as kid': rs256({ ...header, kid: jwks.keys[0].kid }, payload, stranger),
    'another key, its own in the header': rs256({ ...header, jwk: jwks.keys[0], jku: 'http://127.0.0.1:1/' }, payload, stranger),
    'kid that is a path': rs256({ ...header, kid: '../../../../dev/null' }, payload, stranger),
    'another payload under the signature': `${encode(header)}.${encode({ ...payload, user_id: other.id, sub: String(other.id) })}.${signature}`,
    'no signature': `${encode(header)}.${encode(payload)}.`,
    'two parts': `${encode(header)}.${encode(payload)}`,
    'a refresh token': user.refresh,
    'no token type': rs256(header, { ...payload, token_type: undefined }),
    'a token type of nobody': rs256(header, { ...payload, token_type: 'admin' }),
    expired: rs256(header, { ...payload, exp: now - 1 }),
    'no expiry': rs256(header, { ...payload, exp: undefined }),
    'from the future': rs256(header, { ...payload, nbf: now + 60 }),
    'another issuer': rs256(header, { ...payload, iss: 'someone-else' }),
    'no issuer': rs256(header, { ...payload, iss: undefined }),
    'a session of nobody': rs256(header, { ...payload, sid: '00000000-0000-4000-8000-000000000000' }),
    "another's session": rs256(header, { ...payload, sid: parts(other.access).payload.sid }),
    'no session': rs256(header, { ...payload, sid: undefined }),
    'a user id as text': rs256(header, { ...payload, user_id: String(user.id) })
  }
  for (const [name, token] of Object.entries(forgeries)) {
    const { status, headers } = await service.get('/api/auth/profile/', { as: token })
    t.equal(status, 401, name)
    t.match(headers['www-authenticate'], /^Bearer /)
    if (name !== 'a refresh token')
      t.equal((await service.post('/api/auth/token/verify/', { token })).status, 401, `${name}: verify`)
    t.equal(
      (await service.post('/api/auth/token/refresh/', { refresh: name === 'a refresh token' ? user.access : token })).status,
      401,
      name
    )
  }
  t.equal((await service.get('/api/auth/profile/', { as: user })).status, 200, 'none of it harmed the real session')
})

t.test('a token is not taken from the query or with another scheme', async (t) => {
  const service = await startService(t)
  const user = await service.user()
  t.equal((await service.get(`/api/auth/profile/?access_token=${user.access}&token=${user.access}`)).status, 401)
  for (const scheme of ['Token', 'JWT', 'Basic', 'Bearer  Bearer']) {
    t.equal(
      (await service.get('/api/auth/profile/', { headers: { authorization: `${scheme} ${user.access}` } })).status,
      401,
      scheme
    )
  }
  t.equal(
    (await service.get('/api/auth/profile/', { headers: { authorization: `bearer ${user.access}` } })).status,
    200,
    'any case'
  )
})
