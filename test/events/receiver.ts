import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Test } from 'tap'
import { eventFaults } from '../support/contract.ts'

export interface Received {
  readonly headers: IncomingHttpHeaders
  readonly text: string
  readonly event: {
    readonly id: string
    readonly type: string
    readonly subject: string
    readonly sequence: string
    // biome-ignore lint/suspicious/noExplicitAny: each type has data of its own, and the contract check has proven them.
    readonly data: any
  }
}

export interface Receiver {
  readonly url: string
  /** Everything that came, whatever was answered. */
  readonly received: Received[]
  /** Ids of the events that came, and were answered with 2xx. */
  readonly taken: string[]
  /** Waits until so many were taken. */
  untilTaken(count: number): Promise<void>
}

/**
 * A webhook endpoint on loopback.
 * @param answer what it does with a request: a status to answer with, or nothing where it saw to that itself
 */
export async function startReceiver(
  t: Test,
  answer: (
    request: Received,
    response: ServerResponse,
    attempt: number
  ) => number | undefined | Promise<number | undefined> = () => 204
): Promise<Receiver> {
  const received: Received[] = []
  const taken: string[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const text = Buffer.concat(chunks).toString()
    const one = { headers: request.headers, text, event: JSON.parse(text) }
    received.push(one)
    const faults = eventFaults(one.event)
    if (faults.length > 0) t.fail('an event is not as the contract has it', { faults, text })
    const status = await answer(one, response, received.filter(({ event }) => event.id === one.event.id).length)
    if (status === undefined) return
    if (status < 300) taken.push(one.event.id)
    response.writeHead(status).end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    taken,
    untilTaken: (count) =>
      until(
        () => taken.length >= count,
        () => `${taken.length} of ${count} events were taken`
      )
  }
}

/** Waits for a condition, a long while. */
export async function until(condition: () => boolean | Promise<boolean>, otherwise: () => string): Promise<void> {
  for (let wait = 0; wait < 1500; wait += 1) {
    if (await condition()) return
    await sleep(40)
  }
  throw new Error(otherwise())
}
