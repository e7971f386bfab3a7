import { constants } from 'node:os'
import { type Config, readConfig } from '../config.ts'
import { connect, type Database } from '../database/connection.ts'
import { OperatorError } from '../operations/operator-error.ts'

/** What whoever typed the command did wrong, or can do about it. */
export class CommandError extends OperatorError {}

/** A signal came; the code is the one that shells give a process which a signal ended. */
export class Interrupted extends OperatorError {
  readonly exitCode: number

  constructor(signal: NodeJS.Signals) {
    super(`Interrupted (${signal}).`)
    this.exitCode = 128 + constants.signals[signal]
  }
}

export interface Command {
  readonly summary: string
  readonly usage: string
  /** What `--help` behind the command says beyond its summary. */
  readonly details?: string
  run(args: string[]): Promise<void>
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Fails when a signal comes. From then on until `release` others are ignored: an end that is under way goes to its end. */
function awaitSignal(): { readonly interrupted: Promise<never>; release(): void } {
  let interrupt: (signal: NodeJS.Signals) => void = () => {}
  const interrupted = new Promise<never>((_, fail) => {
    interrupt = (signal) => fail(new Interrupted(signal))
  })
  interrupted.catch(() => {})
  for (const signal of signals) process.on(signal, interrupt)
  return { interrupted, release: () => signals.forEach((signal) => void process.off(signal, interrupt)) }
}

/**
 * Runs `work` on the database of DATABASE_URL or, without one, on the embedded Postgres, which it starts and ends, also
 * where a signal comes.
 */
export async function withDatabaseUrl(work: (url: string, config: Config) => Promise<void>): Promise<void> {
  const config = readConfig(process.env)
  if (config.database.url !== undefined) return work(config.database.url, config)
  const { startEmbedded } = await import('../database/embedded.ts')
  const { interrupted, release } = awaitSignal()
  const starting = startEmbedded(config.dataDir)
  try {
    await Promise.race([starting.then(({ url }) => work(url, config)), interrupted])
  } finally {
    await (await starting.catch(() => undefined))?.stop()
    release()
  }
}

export async function withDatabase(work: (database: Database) => Promise<void>): Promise<void> {
  await withDatabaseUrl(async (url, config) => {
    const options = { ...config.database, poolSize: 1, preparedStatements: false }
    const database = connect({ ...options, url, onError: ({ message }) => console.error(message) })
    try {
      await work(database)
    } finally {
      await database.destroy()
    }
  })
}

/** Passes on a text at most once a second, for those who wait; the others are dropped. */
export function everySecond(tell: (text: string) => void): (text: string) => void {
  let last = Date.now()
  return (text) => {
    if (Date.now() - last < 1000) return
    last = Date.now()
    tell(text)
  }
}
