import { Server } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'

declare module 'fastify' {
  interface FastifyInstance {
    /** Ends the taking of requests; resolves when none is under way any more. To be called once, before `close`. */
    drain(): Promise<void>
  }
}

export interface DrainSettings {
  /** Seconds in which new connections are still taken, for gateways that have to see first that this one is not ready. */
  readonly shutdownDelay: number
  /** Seconds for the requests that are under way then. */
  readonly shutdownTimeout: number
}

export interface Draining {
  readonly begun: boolean
  /** Has `letGo` called when it begins: what keeps requests waiting. */
  onBegin(letGo: () => Promise<void>): void
}

/**
 * Milliseconds without a request after which a kept-alive connection counts as one that is not used any more. Closing one
 * at once would lose the request that its client is just sending, and which it may not send again (RFC 9112, 9.5).
 */
const quiet = 500
const step = 20

/**
 * Lets the service end without losing a request. From `drain` on every answer closes its connection, so that clients and
 * gateways open the next one elsewhere; then nothing listens any more; requests that come on kept-alive connections all the
 * same are answered, until none has come for a moment. What is under way after `shutdownTimeout` is broken off.
 */
export function prepareDraining(app: FastifyInstance, { shutdownDelay, shutdownTimeout }: DrainSettings): Draining {
  const waiting: (() => Promise<void>)[] = []
  let [begun, underWay, last] = [false, 0, Number.NEGATIVE_INFINITY]
  app.addHook('onRequest', (_request, reply, done) => {
    last = performance.now()
    underWay += 1
    reply.raw.once('close', () => {
      underWay -= 1
    })
    done()
  })
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (begun) reply.header('connection', 'close')
    done(null, payload)
  })

  app.decorate('drain', async () => {
    begun = true
    await Promise.all(waiting.map((letGo) => letGo()))
    if (!app.server.listening) return
    await sleep(shutdownDelay * 1000)
    // Not http.Server's, which also closes kept-alive connections that wait for a request.
    Server.prototype.close.call(app.server)
    setTimeout(() => {
      if (underWay > 0) app.log.warn({ requests: underWay }, 'SHUTDOWN_TIMEOUT is over: requests under way are broken off')
      app.server.closeAllConnections()
    }, shutdownTimeout * 1000).unref()
    while ((await connections(app)) > 0 && (underWay > 0 || performance.now() - last < quiet)) await sleep(step)
  })
  return {
    get begun() {
      return begun
    },
    onBegin: (letGo) => void waiting.push(letGo)
  }
}

function connections({ server }: FastifyInstance): Promise<number> {
  return new Promise((done) => server.getConnections((_error, count) => done(count)))
}
