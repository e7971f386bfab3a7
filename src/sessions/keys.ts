import {
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject
} from 'node:crypto'
import { link, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ConfigError } from '../config.ts'

/** A public key as the JWKS publishes it (RFC 7517). */
export interface PublishedKey extends JsonWebKey {
  readonly kid: string
  readonly alg: string
  readonly use: 'sig'
}

/** A key that tokens are signed or verified with. The algorithm comes from the key, never from a token (RFC 8725, 3.1). */
export interface SigningKey {
  readonly algorithm: 'HS256' | 'RS256' | 'ES256' | 'EdDSA'
  /** RFC 7638 thumbprint; undefined for a shared secret. */
  readonly kid: string | undefined
  /** The secret, or the key pair in PEM. */
  readonly material: string | { readonly private: string; readonly public: string }
  /** For the JWKS; a shared secret is not published. */
  readonly published: PublishedKey | undefined
}

/** All keys at once: one signs, the others verify tokens that were signed before a rotation. */
export interface KeyRing {
  signing(): SigningKey
  /** The key with this id; looks for new ones first where there is none. */
  find(kid: string | undefined): Promise<SigningKey | undefined>
  published(): PublishedKey[]
  /** A key for another purpose, the same on all replicas that sign alike. */
  derive(purpose: string): string
  close(): void
}

export interface KeySettings {
  readonly secret: string | undefined
  /** One or more keys in PEM; the first signs. */
  readonly privateKeys: string | undefined
  /** Folder with a PEM a file, as `rotateKeys` makes it. */
  readonly keysDir: string
}

/** How often a folder of keys is read again, in milliseconds, and the least time between two looks for an unknown key. */
const reloadEvery = 30_000
const lookAgainAfter = 5_000

/**
 * The keys that the settings name: a secret, keys in PEM, or else those in the folder, where a first RS256 key is made
 * if there is none (development; `config.ts` sees to that).
 * @throws ConfigError on a PEM that holds no key we can sign with
 */
export async function openKeyRing(settings: KeySettings): Promise<KeyRing> {
  if (settings.secret !== undefined) return fixedRing([sharedSecret(settings.secret)], settings.secret)
  if (settings.privateKeys !== undefined) {
    const blocks = settings.privateKeys.match(/-----BEGIN [^-]+-----[^-]+-----END [^-]+-----/g) ?? [settings.privateKeys]
    return fixedRing(blocks.map(keyPair), blocks.at(-1) as string)
  }
  return folderRing(settings.keysDir)
}

function fixedRing(keys: readonly SigningKey[], secret: string): KeyRing {
  return {
    signing: () => keys[0] as SigningKey,
    find: async (kid) => keys.find((key) => key.kid === kid),
    published: () => keys.flatMap(({ published }) => published ?? []),
    derive: deriver(secret),
    close: () => {}
  }
}

interface FileKey {
  readonly key: SigningKey
  /** When it begins to sign, in milliseconds. */
  readonly signsFrom: number
  readonly pem: string
}

async function folderRing(folder: string): Promise<KeyRing> {
  let keys = await readKeys(folder)
  if (keys.length === 0) {
    await writeKey(folder, 'RS256', new Date())
    keys = await readKeys(folder)
  }
  let lastLook = performance.now()
  const reload = async () => {
    lastLook = performance.now()
    const found = await readKeys(folder).catch(() => [])
    // One that was there stays the same object, which what is made of it is kept by.
    const same = (one: FileKey, other: FileKey) => one.pem === other.pem && one.signsFrom === other.signsFrom
    // A folder that is out of reach for a moment must not log everybody out.
    if (found.length > 0) keys = found.map((fresh) => keys.find((known) => same(known, fresh)) ?? fresh)
  }
  const timer = setInterval(reload, reloadEvery)
  timer.unref()
  return {
    signing: () => (keys.findLast(({ signsFrom }) => signsFrom <= Date.now()) ?? (keys[0] as FileKey)).key,
    async find(kid) {
      const known = keys.find(({ key }) => key.kid === kid)
      if (known || kid === undefined || performance.now() - lastLook < lookAgainAfter) return known?.key
      await reload()
      return keys.find(({ key }) => key.kid === kid)?.key
    },
    published: () => keys.flatMap(({ key }) => key.published ?? []),
    derive: deriver((keys[0] as FileKey).pem),
    close: () => clearInterval(timer)
  }
}

/** The keys in a folder by the time they begin to sign, which is the beginning of their names. */
async function readKeys(folder: string): Promise<FileKey[]> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const names = (await readdir(folder)).filter((name) => /^\d{8}T\d{6}Z.*\.pem$/.test(name)).sort()
  return Promise.all(
    names.map(async (name) => {
      const pem = await readFile(join(folder, name), 'utf8')
      return { key: keyPair(pem), signsFrom: timeOf(name), pem }
    })
  )
}

function timeOf(name: string): number {
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/.exec(name) as RegExpExecArray
  const [year, month, day, hour, minute, second] = parts.map(Number) as [number, number, number, number, number, number]
  return Date.UTC(year, month - 1, day, hour, minute, second)
}

async function writeKey(folder: string, algorithm: SigningKey['algorithm'], signsFrom: Date): Promise<string> {
  const stamp = signsFrom.toISOString().replace(/[-:]|\.\d+/g, '')
  const { privateKey } =
    algorithm === 'ES256'
      ? generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
      : algorithm === 'EdDSA'
        ? generateKeyPairSync('ed25519')
        : generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  const file = join(folder, `${stamp}.pem`)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  // Whole or not at all, for replicas that read the folder meanwhile; of two made at once the first stays.
  const part = `${file}.${process.pid}.part`
  await writeFile(part, pem, { mode: 0o600 })
  await link(part, file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  await rm(part)
  return keyPair(pem).kid as string
}

export interface KeyRotation {
  readonly kid: string
  readonly signsFrom: Date
  /** Names of files of keys whose last token has expired. */
  readonly removed: string[]
}

/**
 * Makes a new key that begins to sign after `delay` seconds, by when verifiers that cache the JWKS know it, and removes
 * those whose successor has signed for longer than a token lives.
 * @param tokenTtl seconds
 */
export async function rotateKeys(folder: string, options: { delay: number; tokenTtl: number }): Promise<KeyRotation> {
  const keys = await readKeys(folder)
  const signsFrom = new Date(Date.now() + options.delay * 1000)
  const kid = await writeKey(folder, keys.at(-1)?.key.algorithm ?? 'RS256', signsFrom)
  const names = (await readdir(folder)).filter((name) => name.endsWith('.pem')).sort()
  const removed = names.filter((_, index) => {
    const successor = names[index + 1]
    return successor !== undefined && timeOf(successor) + options.tokenTtl * 1000 < Date.now()
  })
  for (const name of removed) await rm(join(folder, name))
  return { kid, signsFrom, removed }
}

function sharedSecret(secret: string): SigningKey {
  return { algorithm: 'HS256', kid: undefined, material: secret, published: undefined }
}

function keyPair(pem: string): SigningKey {
  let key: KeyObject
  try {
    key = createPrivateKey(pem)
  } catch {
    throw new ConfigError(['JWT_PRIVATE_KEY, or a file in JWT_KEYS_DIR, is no private key in PEM'])
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
    published: { ...jwk, kid, alg: algorithm, use: 'sig' }
  }
}

function algorithmOf(key: KeyObject): 'RS256' | 'ES256' | 'EdDSA' {
  const { modulusLength = 0, namedCurve } = key.asymmetricKeyDetails ?? {}
  if (key.asymmetricKeyType === 'rsa' && modulusLength >= 2048) return 'RS256'
  if (key.asymmetricKeyType === 'ec' && namedCurve === 'prime256v1') return 'ES256'
  if (key.asymmetricKeyType === 'ed25519') return 'EdDSA'
  throw new ConfigError([
    'JWT_PRIVATE_KEY, or a file in JWT_KEYS_DIR, must be RSA with at least 2048 bits, EC on P-256, or Ed25519'
  ])
}

/** RFC 7638, 3: the SHA-256 of the required members in the order of their names. */
function thumbprint({ crv, e, kty, n, x, y }: JsonWebKey): string {
  return createHash('sha256').update(JSON.stringify({ crv, e, kty, n, x, y })).digest('base64url')
}

function deriver(material: string): (purpose: string) => string {
  return (purpose) => createHmac('sha256', material).update(purpose).digest('base64url')
}
