import { randomBytes } from 'node:crypto'
import { access, constants, readdir } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { type Config, ConfigError } from '../config.ts'
import { within } from '../operations/deadline.ts'
import { pictureFolder } from '../pictures/names.ts'
import { openPictureStore } from '../pictures/open.ts'
import { openKeyRing } from '../sessions/keys.ts'
import { bareAddress, type Finding, findingsOf, reason } from './finding.ts'

/** Milliseconds that a server has to answer. */
const patience = 5000

/** What is allowed and yet worth a word. */
export function checkSettings({ production, passwords, tokens, mail, rateLimits }: Config): Finding[] {
  const { ok, warning } = findingsOf('settings')
  const words = [ok(production ? 'They can be used, in production' : 'They can be used, for development (NODE_ENV)')]
  if (production && passwords.resetDelivery === 'response') {
    words.push(
      warning(
        'Whoever asks for a password reset is given its token',
        'Set PASSWORD_RESET_DELIVERY=email, SMTP_URL and MAIL_FROM.'
      )
    )
  }
  if (
    production &&
    mail?.smtpUrl.startsWith('smtp://') &&
    /\/\/[^/@]+@/.test(mail.smtpUrl) &&
    /[?&]ignoreTLS=true/.test(mail.smtpUrl)
  ) {
    words.push(warning('The password of the mail server goes over the network as it is', 'Take ignoreTLS out of SMTP_URL.'))
  }
  if (production && (!rateLimits.all || !rateLimits.credentials)) {
    words.push(warning('A rate limit is off', 'Set RATE_LIMIT and RATE_LIMIT_CREDENTIALS, unless the gateway limits.'))
  }
  if (tokens.legacy && tokens.legacy.until.getTime() < Date.now()) {
    words.push(warning('LEGACY_JWT_UNTIL is over', 'Take LEGACY_JWT_SECRET and LEGACY_JWT_UNTIL away.'))
  }
  return words
}

/** Whether tokens can be signed. Makes no key: `serve` does, in development. */
export async function checkKeys({ tokens, production }: Config): Promise<Finding> {
  const { ok, warning, failed } = findingsOf('keys')
  const fromFolder = tokens.secret === undefined && tokens.privateKeys === undefined
  const names = fromFolder ? await readdir(tokens.keysDir).catch(() => []) : []
  if (fromFolder && !names.some((name) => name.endsWith('.pem'))) {
    const detail = `There is no key in ${tokens.keysDir} yet`
    return production
      ? failed(detail, 'Run keys rotate --now, and let all replicas read that folder.')
      : ok(`${detail}; the start makes one`)
  }
  try {
    const ring = await openKeyRing(tokens)
    const { algorithm, kid } = ring.signing()
    ring.close()
    const count = ring.published().length
    if (kid === undefined) {
      return production
        ? warning(
            'Tokens are signed with JWT_SECRET (HS256): who checks them can also make them',
            'Use JWT_PRIVATE_KEY or JWT_KEYS_DIR.'
          )
        : ok('Tokens are signed with JWT_SECRET (HS256)')
    }
    return ok(`Tokens are signed with ${algorithm} by the key ${kid}; ${count} published`)
  } catch (error) {
    const faults = error instanceof ConfigError ? error.faults.join('; ') : reason(error)
    return failed(faults, 'Make one with: openssl genpkey -algorithm ed25519')
  }
}

/** Writes, finds, reads, lists and removes a file of its own. */
export async function checkStorage(config: Config): Promise<Finding> {
  const { ok, failed } = findingsOf('storage')
  const { s3 } = config.pictures
  const place = s3
    ? `the bucket ${s3.bucket}${s3.endpoint === undefined ? '' : ` at ${bareAddress(s3.endpoint)}`}`
    : `${config.dataDir}/media`
  const path = `${pictureFolder}/doctor-${randomBytes(8).toString('hex')}.png`
  const content = 'written by doctor, and to be removed'
  let doing = 'open it'
  try {
    const store = await openPictureStore(config)
    try {
      doing = 'write to it'
      await store.write(path, Buffer.from(content))
      doing = 'read from it'
      const stored = await store.read(path)
      if (!stored || (await text(stored.body)) !== content) throw new Error('What was written is not what was read')
      doing = 'list it'
      for await (const _page of store.list(pictureFolder)) break
      doing = 'remove from it'
      await store.remove(path)
      if (await store.has(path)) throw new Error('What was removed is still there')
      return ok(`${place} can be written to, read, listed and removed from`)
    } finally {
      await store.remove(path).catch(() => {})
      store.close()
    }
  } catch (error) {
    const fix = s3
      ? 'See S3_ENDPOINT, S3_BUCKET and the credentials, which need the permissions to get, put, delete and list.'
      : 'Let the user of this process write below DATA_DIR, and see that the disk is not full or read-only.'
    return failed(`${place}: can not ${doing}: ${reason(error)}`, fix)
  }
}

/** Whether uploads can be taken before they are stored. */
export async function checkDataDir({ dataDir }: Config): Promise<Finding> {
  const { ok, failed } = findingsOf('data')
  return access(dataDir, constants.W_OK).then(
    () => ok(`${dataDir} can be written to`),
    (error: unknown) =>
      failed(`${dataDir}: ${reason(error)}`, 'Make DATA_DIR a folder that the user of this process may write to.')
  )
}

/**
 * Whether the mail server takes a connection and, where SMTP_URL has them, user and password.
 * @param to is sent a mail; without it none is
 */
export async function checkMail({ mail }: Config, to: string | undefined): Promise<Finding> {
  const { ok, failed, skipped } = findingsOf('mail')
  if (!mail) return skipped('No mail server is set', 'Set SMTP_URL and MAIL_FROM for mails to be sent.')
  const { createTransport } = await import('nodemailer')
  const timeouts = { connectionTimeout: patience, greetingTimeout: patience, socketTimeout: patience }
  const transport = createTransport({ url: mail.smtpUrl, ...timeouts }, { from: mail.from })
  const address = bareAddress(mail.smtpUrl)
  try {
    await within(2 * patience, transport.verify())
    if (to === undefined) return ok(`${address} lets us in; --mail-to ADDRESS sends a mail`)
    await within(2 * patience, transport.sendMail({ to, subject: 'A test of the mail settings', text: 'It has arrived.' }))
    return ok(`${address} has taken a mail to ${to}`)
  } catch (error) {
    const { code } = error as { code?: unknown }
    const fixes: Record<string, string> = {
      EAUTH: 'Correct user and password in SMTP_URL; characters such as @ and / have to be percent-encoded there.',
      EENVELOPE: 'The server refuses the sender or the recipient: see MAIL_FROM.'
    }
    return failed(
      `${address}: ${reason(error)}`,
      fixes[String(code)] ?? 'Correct host and port in SMTP_URL: smtps:// for TLS from the start, mostly 465.'
    )
  } finally {
    transport.close()
  }
}

/** Whether Redis answers, where replicas share their limits. */
export async function checkRedis({ rateLimits: { redisUrl } }: Config): Promise<Finding> {
  const { ok, failed, skipped } = findingsOf('redis')
  if (redisUrl === undefined) return skipped('REDIS_URL is not set: each replica counts requests for itself')
  const { Redis } = await import('ioredis')
  const redis = new Redis(redisUrl, {
    lazyConnect: true,
    connectTimeout: patience,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null
  })
  let cause: Error | undefined
  redis.on('error', (error: Error) => {
    cause = error
  })
  const address = bareAddress(redisUrl)
  try {
    await within(
      patience,
      redis.connect().then(() => redis.ping())
    )
    return ok(`${address} answers`)
  } catch (error) {
    return failed(
      `${address}: ${reason(cause ?? error)}`,
      'Start Redis, or correct REDIS_URL; user and password stand in it too.'
    )
  } finally {
    redis.disconnect()
  }
}
