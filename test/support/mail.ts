import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import type { Test } from 'tap'

export interface Received {
  readonly to: string
  readonly text: string
  readonly messageId: string | undefined
}

export interface MailServer {
  readonly url: string
  readonly received: Received[]
  next(count: number): Promise<Received>
}

export interface MailServerOptions {
  readonly port?: number
  /** The status with which it refuses a recipient; undefined for one that it takes. */
  readonly refuse?: (address: string) => number | undefined
  /** Waited for before a recipient is taken, and before a mail is. */
  readonly hold?: (what: 'recipient' | 'mail') => Promise<void>
}

/** A real SMTP server that keeps what it is sent. */
export async function startMailServer(
  t: Test,
  { port = 0, refuse, hold = async () => {} }: MailServerOptions = {}
): Promise<MailServer> {
  const received: Received[] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo({ address }, _session, done) {
      const responseCode = refuse?.(address)
      const answer = responseCode === undefined ? null : Object.assign(new Error('No'), { responseCode })
      void hold('recipient').then(() => done(answer))
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk) => chunks.push(chunk))
      stream.on('end', () => {
        const to = session.envelope.rcptTo.map(({ address }) => address).join()
        const text = Buffer.concat(chunks).toString().replaceAll('=\r\n', '').replaceAll('=3D', '=')
        received.push({ to, text, messageId: /^Message-ID: (.+)$/im.exec(text)?.[1]?.trim() })
        void hold('mail').then(() => done())
      })
    }
  })
  // A client that was killed.
  server.on('error', () => {})
  server.listen(port, '127.0.0.1')
  await once(server.server, 'listening')
  t.teardown(() => new Promise<void>((done) => server.close(() => done())))
  return {
    async next(count) {
      for (let wait = 0; wait < 1500 && received.length < count; wait += 1) await new Promise((done) => setTimeout(done, 20))
      const mail = received[count - 1]
      if (!mail) throw new Error(`There came no mail number ${count}`)
      return mail
    },
    received,
    url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`
  }
}
