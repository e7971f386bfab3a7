import type { FastifyBaseLogger } from 'fastify'
import { createTransport, type Transporter } from 'nodemailer'

export interface Mail {
  readonly to: string
  readonly subject: string
  readonly text: string
}

export interface Mailer {
  /** Sends in the background, so that an answer's time tells nothing about whether there was anything to send. */
  send(mail: Mail): void
  /** Waits for what is being sent. */
  close(): Promise<void>
}

/** @param settings undefined where no mail server is configured; then nothing is ever sent */
export function createMailer(
  settings: { readonly smtpUrl: string; readonly from: string } | undefined,
  log: FastifyBaseLogger
): Mailer {
  const transport: Transporter | undefined = settings && createTransport(settings.smtpUrl, { from: settings.from })
  const underway = new Set<Promise<void>>()
  return {
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
