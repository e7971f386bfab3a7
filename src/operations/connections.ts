import type { FastifyInstance } from 'fastify'

/** Milliseconds between two lines of the log about connections that were refused. */
const pause = 10_000

/** Takes at most `most` connections at a time, so that those that send nothing use up neither memory nor files. */
export function limitConnections(app: FastifyInstance, most: number): void {
  app.server.maxConnections = most
  let told = Number.NEGATIVE_INFINITY
  app.server.on('drop', () => {
    if (performance.now() - told < pause) return
    told = performance.now()
    app.log.warn({ most }, 'More connections than MAX_CONNECTIONS; further ones are closed at once')
  })
}
