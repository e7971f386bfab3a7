import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { Test } from 'tap'

export interface Relay {
  /** As the URL it leads to, by way of the relay. */
  readonly url: string
  /** Leads new connections to another server. */
  lead(to: string): void
  /** Lets nothing through any more, and tells nobody: as a network that is cut. */
  freeze(): void
  /** Ends the connections that stand still, and lets new ones through. */
  thaw(): void
}

/** A way to a Postgres that can be led elsewhere and cut. */
export async function startRelay(t: Test, to: string): Promise<Relay> {
  let target = new URL(to)
  let frozen = false
  const sockets = new Set<Socket>()
  const server = createServer((inner) => {
    const outer = connect(Number(target.port), target.hostname)
    for (const [socket, other] of [
      [inner, outer],
      [outer, inner]
    ] as const) {
      sockets.add(socket)
      socket.on('data', (data) => frozen || other.write(data))
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        if (!frozen) other.destroy()
      })
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = () => {
    for (const socket of sockets) socket.destroy()
  }
  t.teardown(async () => {
    close()
    await new Promise((done) => server.close(done))
  })
  const url = new URL(to)
  url.port = String((server.address() as AddressInfo).port)
  return {
    url: url.href,
    lead(next) {
      target = new URL(next)
    },
    freeze() {
      frozen = true
    },
    thaw() {
      close()
      frozen = false
    }
  }
}
