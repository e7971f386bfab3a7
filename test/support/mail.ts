import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import type { Test } from 'tap'

export interface Received {
  readonly to: string
  readonly text: string
}

/** A real SMTP server that keeps what it is sent. */
export async function startMailServer(
  t: Test
): Promise<{ url: string; received: Received[]; next(count: number): Promise<Received> }> {
  const received: Received[] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk) => chunks.push(chunk))
      stream.on('end', () => {
        const to = session.envelope.rcptTo.map(({ address }) => address).join()
        received.push({ to, text: Buffer.concat(chunks).toString().replaceAll('=\r\n', '').replaceAll('=3D', '=') })
        done()
      })
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  t.teardown(() => new Promise<void>((done) => server.close(() => done())))
  return {
    async next(count) {
      for (let wait = 0; wait < 200 && received.length < count; wait += 1) await new Promise((done) => setTimeout(done, 20))
      const mail = received[count - 1]
      if (!mail) throw new Error(`There came no mail number ${count}`)
      return mail
    },
    received,
    url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`
  }
}
