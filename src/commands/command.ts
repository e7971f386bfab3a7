import { type Config, readConfig } from '../config.ts'
import { connect, type Database } from '../database/connection.ts'
import { OperatorError } from '../operations/operator-error.ts'

/** What whoever typed the command did wrong, or can do about it. */
export class CommandError extends OperatorError {}

export interface Command {
  readonly summary: string
  readonly usage: string
  /** What `--help` behind the command says beyond its summary. */
  readonly details?: string
  run(args: string[]): Promise<void>
}

/** Runs `work` on the database of DATABASE_URL or, without one, on the embedded Postgres, which it starts and ends. */
export async function withDatabaseUrl(work: (url: string, config: Config) => Promise<void>): Promise<void> {
  const config = readConfig(process.env)
  if (config.database.url !== undefined) return work(config.database.url, config)
  const { startEmbedded } = await import('../database/embedded.ts')
  const embedded = await startEmbedded(config.dataDir)
  try {
    await work(embedded.url, config)
  } finally {
    await embedded.stop()
  }
}

export async function withDatabase(work: (database: Database) => Promise<void>): Promise<void> {
  await withDatabaseUrl(async (url, config) => {
    const options = { ...config.database, poolSize: 1, preparedStatements: false }
    const database = connect({ ...options, url, onError: console.error })
    try {
      await work(database)
    } finally {
      await database.destroy()
    }
  })
}
