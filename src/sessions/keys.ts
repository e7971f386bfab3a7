import {
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject
} from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A public key as the JWKS publishes it (RFC 7517). */
export interface PublishedKey extends JsonWebKey {
  readonly kid: string
  readonly alg: string
  readonly use: 'sig'
}

/** The key that tokens are signed with. The algorithm comes from the key, never from a token (RFC 8725, 3.1). */
export interface SigningKey {
  readonly algorithm: 'HS256' | 'RS256' | 'ES256' | 'EdDSA'
  /** RFC 7638 thumbprint; undefined for a shared secret. */
  readonly kid: string | undefined
  /** For @fastify/jwt: the secret, or the key pair in PEM. */
  readonly material: string | { readonly private: string; readonly public: string }
  /** For the JWKS; a shared secret is not published. */
  readonly published: PublishedKey | undefined
  /** A key for another purpose, the same on all replicas that sign alike. */
  derive(purpose: string): string
}

/**
 * The key that the settings name; with neither setting (development only, `config.ts` sees to that) an RS256 key that
 * is made once and kept under `dataDir`.
 * @throws Error on a PEM that holds no key we can sign with
 */
export async function loadSigningKey(settings: {
  readonly secret: string | undefined
  readonly privateKey: string | undefined
  readonly dataDir: string
}): Promise<SigningKey> {
  if (settings.secret !== undefined) return sharedSecret(settings.secret)
  return keyPair(settings.privateKey ?? (await developmentKey(settings.dataDir)))
}

function sharedSecret(secret: string): SigningKey {
  return { algorithm: 'HS256', kid: undefined, material: secret, published: undefined, derive: deriver(secret) }
}

function keyPair(pem: string): SigningKey {
  let key: KeyObject
  try {
    key = createPrivateKey(pem)
  } catch {
    throw new Error('JWT_PRIVATE_KEY is no private key in PEM')
  }
  const algorithm = algorithmOf(key)
  const publicKey = createPublicKey(key)
  const jwk = publicKey.export({ format: 'jwk' })
  const kid = thumbprint(jwk)
  const privatePem = key.export({ type: 'pkcs8', format: 'pem' }) as string
  return {
    algorithm,
    kid,
    material: { private: privatePem, public: publicKey.export({ type: 'spki', format: 'pem' }) as string },
    published: { ...jwk, kid, alg: algorithm, use: 'sig' },
    derive: deriver(privatePem)
  }
}

function algorithmOf(key: KeyObject): 'RS256' | 'ES256' | 'EdDSA' {
  const { modulusLength = 0, namedCurve } = key.asymmetricKeyDetails ?? {}
  if (key.asymmetricKeyType === 'rsa' && modulusLength >= 2048) return 'RS256'
  if (key.asymmetricKeyType === 'ec' && namedCurve === 'prime256v1') return 'ES256'
  if (key.asymmetricKeyType === 'ed25519') return 'EdDSA'
  throw new Error('JWT_PRIVATE_KEY must be RSA with at least 2048 bits, EC on P-256, or Ed25519')
}

/** RFC 7638, 3: the SHA-256 of the required members in the order of their names. */
function thumbprint({ crv, e, kty, n, x, y }: JsonWebKey): string {
  return createHash('sha256').update(JSON.stringify({ crv, e, kty, n, x, y })).digest('base64url')
}

function deriver(material: string): (purpose: string) => string {
  return (purpose) => createHmac('sha256', material).update(purpose).digest('base64url')
}

async function developmentKey(dataDir: string): Promise<string> {
  const file = join(dataDir, 'jwt-private-key.pem')
  try {
    return await readFile(file, 'utf8')
  } catch {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    await mkdir(dataDir, { recursive: true })
    // Of two processes that start at once, both take the key of the one that came first.
    await writeFile(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { flag: 'wx', mode: 0o600 }).catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error
      }
    )
    return readFile(file, 'utf8')
  }
}
