import cluster, { type Worker } from 'node:cluster'
import { AggregatorRegistry } from 'prom-client'

/** A worker that ends sooner than this after its start, in milliseconds, ended because of what every one would. */
const tooSoon = 5000
const mostFailures = 5

/** What workers and the first process tell each other. */
type Message = { readonly type: 'drain' } | { readonly type: 'metrics'; readonly id: number; readonly text?: string }

export interface Workers {
  /** Where they listen, once the first of them does. */
  readonly listening: Promise<{ readonly address: string; readonly port: number }>
  /** Lets all of them finish what is under way and end. */
  close(): Promise<void>
}

/**
 * Starts `count` processes behind one port (node:cluster), each with the whole service; one that dies is replaced.
 * @param environment what they are told beside what this process was
 * @param onEnd told when they can't be kept running, and when one had to be replaced
 */
export function startWorkers(
  count: number,
  environment: Record<string, string>,
  onEnd: { readonly replaced: (detail: object) => void; readonly failed: (error: Error) => void }
): Workers {
  const registry = new AggregatorRegistry()
  let [closing, failures] = [false, 0]
  const running = new Set<Promise<unknown>>()

  function fork(): void {
    const begun = performance.now()
    const worker = cluster.fork(environment)
    worker.on('message', (message: Message) => {
      if (message.type === 'metrics') void answerMetrics(worker, message.id)
    })
    const ended = new Promise<void>((done) =>
      worker.on('exit', (code, signal) => {
        done()
        if (closing) return
        failures = performance.now() - begun < tooSoon ? failures + 1 : 0
        if (failures >= mostFailures) return onEnd.failed(new Error(`Workers end as soon as they start, with ${code ?? signal}`))
        onEnd.replaced({ pid: worker.process.pid, code, signal })
        fork()
      })
    )
    running.add(ended)
    void ended.finally(() => running.delete(ended))
  }

  /** What Prometheus asks of any worker is answered for all of them together. */
  async function answerMetrics(worker: Worker, id: number): Promise<void> {
    const text = await registry.clusterMetrics().catch(() => '')
    if (worker.isConnected()) worker.send({ type: 'metrics', id, text } satisfies Message)
  }

  const listening = new Promise<{ address: string; port: number }>((done) => {
    cluster.once('listening', (_worker, { address, port }) => done({ address: String(address), port }))
  })
  for (let each = 0; each < count; each += 1) fork()
  return {
    listening,
    async close() {
      closing = true
      for (const worker of Object.values(cluster.workers ?? {})) {
        if (worker?.isConnected()) worker.send({ type: 'drain' } satisfies Message)
      }
      await Promise.all(running)
    }
  }
}

/** Whether this process is one of several. */
export const isWorker = cluster.isWorker

/** In a worker: calls `drain` when the first process says so, or is gone. */
export function onDrain(drain: () => void): void {
  process.on('message', ({ type }: Message) => type === 'drain' && drain())
  process.once('disconnect', drain)
}

let asked = 0

/** In a worker: the metrics of all workers, from the first process. */
export function metricsOfAll(): Promise<string> {
  const id = ++asked
  return new Promise((done) => {
    const take = (message: Message) => {
      if (message.type !== 'metrics' || message.id !== id) return
      process.off('message', take)
      done(message.text ?? '')
    }
    process.on('message', take)
    process.send?.({ type: 'metrics', id } satisfies Message)
  })
}
