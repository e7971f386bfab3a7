import { createCipheriv, createDecipheriv, randomBytes, randomUUID } from 'node:crypto'
import type { FastifyBaseLogger } from 'fastify'
import type { Connection, Database } from '../database/connection.ts'
import { startBackground } from '../operations/background.ts'
import { atMost } from '../operations/deadline.ts'
import type { Metrics } from '../operations/metrics.ts'
import { claimMails, deleteMail, insertMail, measureMailQueue, nextMailIn, type QueuedMail, retryMail } from './queries.ts'
import type { Mail } from './texts.ts'

export interface Mailer {
  /** Whether a mail server is configured. */
  readonly configured: boolean
  /**
   * Queues a mail in the transaction of what it tells of: it is sent when that is committed, and not when it is not.
   * @param mail undefined where there is nobody to tell; the same work is done, so that the time tells nothing either
   */
  queue(transaction: Connection, mail: Mail | undefined): Promise<void>
  /** After the commit: what was queued is sent now, in the background. */
  wake(): void
  /** Waits a moment for what is being sent; what is not sent stays in the queue. */
  close(): Promise<void>
}

export interface MailSettings {
  readonly smtpUrl: string
  readonly from: string
}

export interface MailerOptions {
  readonly database: Database
  /** For the encryption of what waits; the same on all replicas. */
  readonly secret: string
  readonly metrics: Metrics
  readonly log: FastifyBaseLogger
}

/** As it is kept: the recipient, and what a second mail, sent since the answer to the first was lost, is known by. */
interface Content {
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly messageId: string
}

/** Mails sent at the same time, each on a connection of its own. */
const batch = 10
/** Seconds for which a replica has a mail to itself; longer than the server may take by the timeouts below. */
const lease = 180
/** Seconds between two looks for mails that other replicas have left. */
const look = 10
/** Milliseconds that the mail server has to be connected, to greet, and to answer. */
const timeouts = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 30_000, dnsTimeout: 10_000 }
/** Milliseconds that an end of the service waits for what is being sent. */
const patience = 5000

/** @param settings undefined where no mail server is configured; then nothing is ever sent */
export async function createMailer(settings: MailSettings | undefined, options: MailerOptions): Promise<Mailer> {
  if (!settings) {
    const queue = async () => {
      throw new Error('No mail server is configured')
    }
    return { configured: false, queue, wake() {}, async close() {} }
  }
  const { database, secret, metrics, log } = options
  const { smtpUrl, from } = settings
  // Read only where it is used: it takes a twentieth of the time the service starts in.
  const { createTransport } = await import('nodemailer')
  const transport = createTransport({ url: smtpUrl, ...timeouts }, { from })
  const box = sealedBox(secret)
  const domain = /@([^\s>]+)/.exec(from)?.[1] ?? 'localhost'
  /** Whether the last mail failed of the server as such: told once, and once when it goes on. */
  let down = false
  metrics.watchMailQueue(() => measureMailQueue(database))

  async function settle({ id, content, attempts, expired }: QueuedMail): Promise<void> {
    const mail = box.open<Content>(content)
    // Nobody was to be told.
    if (mail?.to === '') return deleteMail(database, id)
    if (expired) {
      log.error(
        { mail: id, subject: mail?.subject, attempts },
        'Mail could not be sent in the time it is good for; it is dropped'
      )
      metrics.countMail('expired')
      return deleteMail(database, id)
    }
    if (!mail) {
      log.error({ mail: id }, 'Mail can not be decrypted: it was queued under other keys; a replica that has them may send it')
      return retryMail(database, id, look)
    }
    const { to, subject, text, messageId } = mail
    try {
      await transport.sendMail({ to, subject, text, messageId })
    } catch (error) {
      return fail(id, subject, attempts, error as SendError)
    }
    if (down) log.info('The mail server is back')
    down = false
    log.info({ mail: id, messageId, subject, attempts }, 'Mail sent')
    metrics.countMail('sent')
    await deleteMail(database, id)
  }

  async function fail(id: number, subject: string, attempts: number, err: SendError): Promise<void> {
    const { responseCode = 0 } = err
    // Of the recipient or the mail, for good (RFC 5321, 4.2.1).
    if (responseCode >= 500 && (err.code === 'EENVELOPE' || err.code === 'EMESSAGE')) {
      log.error({ err, mail: id, subject }, 'Mail was refused; it is dropped')
      metrics.countMail('refused')
      return deleteMail(database, id)
    }
    metrics.countMail('failed')
    const ofServer = err.code !== 'EENVELOPE' && err.code !== 'EMESSAGE'
    if (ofServer && !down)
      log.error({ err }, 'The mail server can not be reached; mails wait in the queue and are sent when it is back')
    if (ofServer) down = true
    else log.warn({ err, mail: id, subject, attempts }, 'Mail could not be sent; it is tried again')
    // A server that is back is noticed soon; one that puts a mail off (greylisting, a full mailbox) is left alone for longer.
    await retryMail(database, id, ofServer ? Math.min(30, 2 ** attempts) : Math.min(900, 15 * 2 ** attempts))
  }

  const delivery = startBackground({
    failure: 'Queued mails can not be read; tried again until it goes on',
    recovery: 'Queued mails can not be read: it goes on',
    log,
    async work() {
      const mails = await claimMails(database, batch, lease)
      await Promise.all(mails.map(settle))
      if (mails.length === batch && !down) return 0
      const next = await nextMailIn(database)
      return 1000 * Math.min(look, Math.max(0.1, next ?? look))
    }
  })

  return {
    configured: true,
    async queue(transaction, mail) {
      const { to = '', subject = '', text = filler, ttl = 0 } = mail ?? {}
      const messageId = `<${randomUUID()}@${domain}>`
      await insertMail(transaction, box.seal({ to, subject, text, messageId } satisfies Content), ttl)
    },
    wake: () => delivery.wake(),
    async close() {
      await atMost(patience, delivery.close())
      transport.close()
    }
  }
}

/** An error of nodemailer's. */
interface SendError extends Error {
  readonly code?: string
  /** What the server answered. */
  readonly responseCode?: number
}

/** As long as a mail. */
const filler = ' '.repeat(320)

const [algorithm, ivBytes, tagBytes] = ['aes-256-gcm', 12, 16] as const

/** Encrypts and authenticates values with a key made of `secret` (NIST SP 800-38D). */
function sealedBox(secret: string) {
  const key = Buffer.from(secret, 'base64url')
  return {
    seal(value: object): Buffer {
      const iv = randomBytes(ivBytes)
      const cipher = createCipheriv(algorithm, key, iv)
      const sealed = Buffer.concat([cipher.update(JSON.stringify(value)), cipher.final()])
      return Buffer.concat([iv, cipher.getAuthTag(), sealed])
    },
    /** Undefined for what was sealed with another key, or changed. */
    open<Value>(sealed: Buffer): Value | undefined {
      try {
        const decipher = createDecipheriv(algorithm, key, sealed.subarray(0, ivBytes), { authTagLength: tagBytes })
        decipher.setAuthTag(sealed.subarray(ivBytes, ivBytes + tagBytes))
        const text = Buffer.concat([decipher.update(sealed.subarray(ivBytes + tagBytes)), decipher.final()])
        return JSON.parse(text.toString()) as Value
      } catch {
        return undefined
      }
    }
  }
}
