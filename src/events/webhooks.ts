import type { FastifyBaseLogger } from 'fastify'
import type { Config } from '../config.ts'
import type { Database } from '../database/connection.ts'
import { type Background, startBackground } from '../operations/background.ts'
import type { Metrics } from '../operations/metrics.ts'
import type { Arrivals } from './arrivals.ts'
import { pauseAfter } from './backoff.ts'
import {
  backlogs,
  claimDeliveries,
  type Delivery,
  finishDelivery,
  postponeDelivery,
  queueDeliveries,
  registerEndpoint,
  stopEndpoint
} from './deliveries.ts'
import type { Endpoint } from './endpoints.ts'
import { orderEvents, toEvent } from './queries.ts'
import { signedHeaders } from './signature.ts'

/** How many events a replica sends to an endpoint at the same time. */
const mostUnderway = 10
/** Milliseconds after which deliveries that are due again are looked for. */
const poll = 1000
/** Seconds that a sender has, beyond the time for the answer, to note it. */
const margin = 5

export interface Webhooks {
  /** Begins nothing any more. */
  stop(): void
  /** Waits for what is being sent, a while. */
  close(): Promise<void>
}

/** What came of an attempt, as the metric has it; why, where the event was not taken. */
type Outcome =
  | { readonly result: 'delivered' }
  | { readonly result: 'gone' | 'refused' | 'timeout' | 'failed'; readonly reason: string }

/**
 * Sends events to the endpoints of WEBHOOK_URLS, each at least once, and those about one subject one after the other.
 * Replicas share the work; what one of them had taken when it died is sent by another. Does nothing where there is none.
 */
export function startWebhooks(
  { database, config, arrivals, metrics }: { database: Database; config: Config; arrivals: Arrivals; metrics: Metrics },
  log: FastifyBaseLogger
): Webhooks {
  const { endpoints, timeout } = config.events
  const aborter = new AbortController()

  async function send(endpoint: Endpoint, delivery: Delivery): Promise<Outcome> {
    const body = JSON.stringify(toEvent(delivery, config.publicUrl))
    try {
      const response = await fetch(endpoint.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/cloudevents+json; charset=utf-8',
          'user-agent': 'user-management',
          ...signedHeaders({ id: delivery.id, body }, endpoint.secrets, Math.floor(Date.now() / 1000))
        },
        body,
        // Where the operator has not said to send it, it is not sent.
        redirect: 'manual',
        signal: AbortSignal.any([AbortSignal.timeout(timeout * 1000), aborter.signal])
      })
      // It says nothing to us, however long it is.
      await response.body?.cancel().catch(() => {})
      if (response.ok) return { result: 'delivered' }
      return { result: response.status === 410 ? 'gone' : 'refused', reason: `answered ${response.status}` }
    } catch (error) {
      const { name, message, cause } = error as Error
      if (name === 'TimeoutError') return { result: 'timeout', reason: `no answer within ${timeout} s` }
      return {
        result: 'failed',
        reason: cause instanceof Error ? cause.message || String((cause as NodeJS.ErrnoException).code) : message
      }
    }
  }

  /** What `close` gives waits for what is being sent too. */
  function serve(endpoint: Endpoint): Pick<Background, 'close'> {
    const { id } = endpoint
    const underway = new Set<Promise<void>>()
    let [failing, registered] = [false, false]

    async function deliver(delivery: Delivery): Promise<void> {
      const { position, attempts, type, id: event } = delivery
      const outcome = await send(endpoint, delivery)
      metrics.countWebhook(outcome.result)
      if (outcome.result === 'delivered') {
        await finishDelivery(database, id, position)
        if (failing) log.info({ endpoint: id }, 'The webhook endpoint takes events again')
        failing = false
        return
      }
      const { result, reason } = outcome
      const pause = aborter.signal.aborted ? 0 : pauseAfter(attempts)
      await postponeDelivery(database, id, delivery, pause)
      if (result === 'gone') {
        await stopEndpoint(database, id)
        log.error(
          { endpoint: id },
          'The webhook endpoint answered 410: it is sent nothing any more until the service starts again, and its events wait'
        )
      } else if (!aborter.signal.aborted) {
        const detail = { endpoint: id, event, type, attempts, reason, again_in_seconds: Math.round(pause) }
        if (failing) log.debug(detail, 'A webhook was not taken')
        else
          log.warn(detail, 'A webhook was not taken; it is sent again, later and later, and what else happens to its user waits')
        failing = true
      }
    }

    function begin(delivery: Delivery): void {
      const delivering = deliver(delivery)
        // Sent again when its lease ends.
        .catch((err: unknown) =>
          log.error({ err, endpoint: id, event: delivery.id }, 'What came of a webhook could not be noted')
        )
        .finally(() => {
          underway.delete(delivering)
          background.wake()
        })
      underway.add(delivering)
    }

    async function work(stopped: () => boolean): Promise<number> {
      if (!registered) {
        // What happened before the endpoint was known is not for it.
        while ((await orderEvents(database)).more) if (stopped()) return poll
        await registerEndpoint(database, id)
        registered = true
      }
      const claim = { endpoint: id, limit: mostUnderway - underway.size, lease: timeout + margin }
      if (claim.limit === 0) return poll
      let deliveries = await claimDeliveries(database, claim)
      if (deliveries.length < claim.limit) {
        await orderEvents(database)
        if (await queueDeliveries(database, id)) {
          deliveries.forEach(begin)
          deliveries = await claimDeliveries(database, { ...claim, limit: mostUnderway - underway.size })
        }
      }
      deliveries.forEach(begin)
      // There may be more of what was just queued.
      return underway.size < mostUnderway && deliveries.length > 0 ? 0 : poll
    }

    const background = startBackground({
      work,
      failure: 'No webhooks can be sent while the outbox can not be read',
      recovery: 'Webhooks are sent again',
      log: log.child({ endpoint: id })
    })
    const unsubscribe = arrivals.subscribe({ raise: background.wake })
    return {
      async close() {
        unsubscribe()
        await background.close()
        await Promise.all(underway)
      }
    }
  }

  const running = endpoints.map(serve)
  if (endpoints.length > 0)
    metrics.watchWebhooks(() =>
      backlogs(
        database,
        endpoints.map(({ id }) => id)
      )
    )
  return {
    stop() {
      for (const each of running) void each.close()
    },
    async close() {
      const timer = setTimeout(() => aborter.abort(), Math.min(timeout, config.shutdownTimeout / 2) * 1000)
      await Promise.all(running.map((each) => each.close()))
      clearTimeout(timer)
    }
  }
}
