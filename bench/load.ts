import autocannon from 'autocannon'
import { countStatements } from './database.ts'
import type { Server } from './servers.ts'

export interface Load {
  readonly connections: number
  readonly seconds: number
  /** Sent in turn by each connection; `url` is a path. */
  readonly requests: autocannon.Request[]
  readonly setupClient?: (client: autocannon.Client, index: number) => void
}

export interface Figures {
  readonly requestsPerSecond: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
  /** Answers that were no success; a measurement with any is worth nothing. */
  readonly failures: number
  readonly statementsPerRequest: number
  /** Processor time of the server's process for a request, in microseconds. */
  readonly processorTime: number
  /** 99th percentile, milliseconds. */
  readonly loopDelay: number
  /** Bytes, after the load. */
  readonly memory: number
}

/** Puts a load on a server, after a warm-up of the same kind that is not counted. */
export async function measure(server: Server, databaseUrl: string, load: Load): Promise<Figures> {
  await send(server, { ...load, seconds: Math.min(1, load.seconds) })
  await server.loopDelay()
  const [statements, time] = [await countStatements(databaseUrl), await server.processorTime()]
  const result = await send(server, load)
  const total = result.requests.total
  return {
    requestsPerSecond: total / result.duration,
    p50: result.latency.p50,
    p99: result.latency.p99,
    failures: result.non2xx + result.errors,
    statementsPerRequest: ((await countStatements(databaseUrl)) - statements) / total,
    processorTime: (1e6 * ((await server.processorTime()) - time)) / total,
    loopDelay: await server.loopDelay(),
    memory: await server.memory()
  }
}

async function send(server: Server, { connections, seconds, requests, setupClient }: Load): Promise<autocannon.Result> {
  let index = 0
  return autocannon({
    url: server.url,
    connections,
    duration: seconds,
    timeout: 60,
    requests,
    ...(setupClient && { setupClient: (client: autocannon.Client) => setupClient(client, index++) })
  })
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return ((sorted[(sorted.length - 1) >> 1] as number) + (sorted[sorted.length >> 1] as number)) / 2
}

/** The median of each figure over several measurements. */
export function medians(rounds: readonly Figures[]): Figures {
  const names = Object.keys(rounds[0] as Figures) as (keyof Figures)[]
  return Object.fromEntries(names.map((name) => [name, median(rounds.map((round) => round[name]))])) as unknown as Figures
}
