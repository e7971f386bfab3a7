import type { FastifyBaseLogger } from 'fastify'

export interface Mail {
  readonly to: string
  readonly subject: string
  readonly text: string
}

export interface Mailer {
  /** Whether a mail server is configured. */
  readonly configured: boolean
  /** Sends in the background, so that an answer's time tells nothing about whether there was anything to send. */
  send(mail: Mail): void
  /** Waits for what is being sent. */
  close(): Promise<void>
}

/** @param settings undefined where no mail server is configured; then nothing is ever sent */
export async function createMailer(
  settings: { readonly smtpUrl: string; readonly from: string } | undefined,
  log: FastifyBaseLogger
): Promise<Mailer> {
  // Read only where it is used: it takes a twentieth of the time the service starts in.
  const transport = settings && (await import('nodemailer')).createTransport(settings.smtpUrl, { from: settings.from })
  const underway = new Set<Promise<void>>()
  return {
    configured: transport !== undefined,
    send(mail) {
      if (!transport) throw new Error('No mail server is configured')
      const sending = transport.sendMail(mail).then(
        ({ messageId }: { messageId: string }) => log.info({ messageId, subject: mail.subject }, 'Mail sent'),
        (err: unknown) => log.error({ err, subject: mail.subject }, 'Mail could not be sent')
      )
      underway.add(sending)
      void sending.finally(() => underway.delete(sending))
    },
    async close() {
      await Promise.all(underway)
      transport?.close()
    }
  }
}

export const resetSubject = 'Reset your password'

/** @param ttl seconds for which the link works */
export function resetMail(to: string, link: string, ttl: number): Mail {
  const minutes = Math.max(1, Math.round(ttl / 60))
  const text = [
    'Someone, hopefully you, asked to reset the password of your account.',
    '',
    `Set a new password within ${minutes} minutes:`,
    link,
    '',
    'If it was not you, nothing has to be done: your password stays as it is.'
  ]
  return { to, subject: resetSubject, text: text.join('\n') }
}

/** To the address that an account had before. */
export function emailChangedMail(to: string): Mail {
  const text = [
    'The email of your account was changed, and this address does not belong to it any more.',
    '',
    'If it was not you, tell whoever runs the service.'
  ]
  return { to, subject: 'Your email was changed', text: text.join('\n') }
}

export function confirmationMail(to: string, link: string): Mail {
  const text = [
    'Someone, hopefully you, gave this address as the email of an account.',
    '',
    'Confirm it within a day:',
    link,
    '',
    'If it was not you, nothing has to be done: without the link the address is not used.'
  ]
  return { to, subject: 'Confirm your email', text: text.join('\n') }
}
