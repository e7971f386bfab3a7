import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { startEmbedded } from '../../src/database/embedded.ts'
import { migrate } from '../../src/database/migrator.ts'

export const serverVariable = 'TEST_POSTGRES_URL'
const template = 'template_migrated'

export interface TestServer {
  readonly url: string
  stop(): Promise<void>
}

/** Starts the Postgres that all test files share, with a migrated database to clone. */
export async function startTestServer(): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), 'user-management-test-'))
  const postgres = await startEmbedded(join(folder, 'data'))
  await query(postgres.url, `alter system set fsync = off`)
  await query(postgres.url, `alter system set max_connections = 300`)
  await postgres.stop()
  const restarted = await startEmbedded(join(folder, 'data'))
  await query(restarted.url, `create database ${template}`)
  await migrate(databaseUrl(restarted.url, template))
  return {
    url: restarted.url,
    async stop() {
      await restarted.stop()
      await rm(folder, { recursive: true, force: true })
    }
  }
}

export interface TestDatabase {
  readonly url: string
  readonly name: string
  /** Runs SQL on it, past the service. */
  query<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>
  drop(): Promise<void>
}

let ownServer: Promise<TestServer> | undefined

/** The server of the run; where a file is run by itself, one of its own. */
async function server(): Promise<{ url: string; stop?: () => Promise<void> }> {
  const shared = process.env[serverVariable]
  if (shared !== undefined) return { url: shared }
  ownServer ??= startTestServer()
  return ownServer
}

/** Ends the server that this file started for itself, if it did. */
export async function stopOwnServer(): Promise<void> {
  const started = await ownServer
  ownServer = undefined
  await started?.stop()
}

/** Makes a database of its own for a test. @param from what to clone; `template0` for an empty one */
export async function createTestDatabase(from: string = template): Promise<TestDatabase> {
  const { url: serverUrl } = await server()
  const name = `test_${randomBytes(8).toString('hex')}`
  await query(serverUrl, `create database ${name} template ${from}`)
  const url = databaseUrl(serverUrl, name)
  return {
    url,
    name,
    query: (text, values) => query(url, text, values),
    drop: async () => void (await query(serverUrl, `drop database if exists ${name} with (force)`))
  }
}

function databaseUrl(serverUrl: string, name: string): string {
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return url.href
}

async function query<Row extends pg.QueryResultRow>(url: string, text: string, values?: unknown[]): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<Row>(text, values)
    return rows
  } finally {
    await client.end()
  }
}
