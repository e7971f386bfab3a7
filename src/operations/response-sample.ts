import type { FastifyBaseLogger, FastifyInstance, FastifyReply } from 'fastify'
import type { Access, Contract, Operation } from '../contract/document.ts'
import { type Answer, responseChecker } from '../contract/response-check.ts'
import type { Metrics } from './metrics.ts'

/** Characters of the longest body that is looked into; a longer one takes longer than other requests should wait. */
const longestBody = 256 * 1024
/** How many responses may wait to be checked; those beyond are left out, and counted as `skipped`. */
const mostWaiting = 20

interface Sampled {
  readonly operation: Operation
  readonly answer: Answer
  readonly log: FastifyBaseLogger
}

export interface ResponseSampleOptions {
  readonly contract: Contract
  readonly rules: ReadonlyMap<string, Access>
  /** Which part of the responses is checked, from 0 to 1. */
  readonly sample: number
  /** See `responseChecker`. */
  readonly compile: 'first' | 'now'
  readonly metrics: Pick<Metrics, 'countResponseCheck' | 'countViolation'>
}

/**
 * Checks a sample of the responses against the contract: after they were sent, one at a time between other work. What is
 * not as it should be is counted and logged, without the body; nothing else comes of it. With a sample of 0 there is no
 * hook and so no cost.
 */
export function sampleResponses(
  app: FastifyInstance,
  { contract, rules, sample, compile, metrics }: ResponseSampleOptions
): void {
  if (sample === 0) return
  const operations = new Map(contract.operations.map((operation) => [operation.operationId, operation]))
  const check = responseChecker(contract, rules, compile)
  const taken = new WeakMap<FastifyReply, string | undefined>()
  const waiting: Sampled[] = []
  let scheduled = false

  function checkNext(): void {
    scheduled = false
    const next = waiting.shift()
    if (next === undefined) return
    try {
      const faults = check(next.operation, next.answer)
      metrics.countResponseCheck(faults.length === 0 ? 'ok' : 'violation')
      const { operationId } = next.operation
      for (const { kind } of faults) metrics.countViolation(operationId, kind)
      if (faults.length > 0) {
        const told = { operation: operationId, status: next.answer.status, faults: faults.slice(0, 20) }
        next.log.error(told, violationMessage)
      }
    } catch (err) {
      next.log.error({ err, operation: next.operation.operationId }, 'A response could not be checked')
    }
    schedule()
  }

  function schedule(): void {
    if (scheduled || waiting.length === 0) return
    scheduled = true
    setImmediate(checkNext)
  }

  app.addHook('onSend', (request, reply, payload, done) => {
    if (request.routeOptions.config.operationId !== undefined && Math.random() < sample) {
      const text = typeof payload === 'string' ? payload : payload === undefined || payload === null ? '' : undefined
      taken.set(reply, request.method === 'HEAD' || (text?.length ?? 0) > longestBody ? undefined : text)
    }
    done()
  })
  app.addHook('onResponse', (request, reply, done) => {
    const operation = operations.get(request.routeOptions.config.operationId ?? '')
    if (operation !== undefined && taken.has(reply)) {
      const answer = { status: reply.statusCode, headers: reply.getHeaders(), text: taken.get(reply) }
      if (waiting.length >= mostWaiting) metrics.countResponseCheck('skipped')
      else waiting.push({ operation, answer, log: request.log })
      schedule()
    }
    done()
  })
  app.addHook('onClose', async () => {
    while (waiting.length > 0) checkNext()
  })
}

/** What the log says of a response that is not as the contract has it. */
export const violationMessage = 'A response was not as the contract has it'
