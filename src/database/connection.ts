import { createHash } from 'node:crypto'
import type { Socket } from 'node:net'
import { Kysely, type LogEvent, PostgresDialect, sql, type Transaction } from 'kysely'
import pg from 'pg'
import type { DB } from '../../generated/database.ts'
import { AppTables, defaultAppLabel } from './app-tables.ts'

export type Database = Kysely<DB>
/** A database or a transaction on it: what a query needs to run. */
export type Connection = Kysely<DB> | Transaction<DB>

/** In seconds. */
export interface Timeouts {
  /** For a statement, with the locks it waits for. */
  readonly statement: number
  /** For one lock. */
  readonly lock: number
  /** Whether Postgres is told; a pooler would refuse the connection (see `isPooler`). */
  readonly onServer: boolean
}

export interface DatabaseOptions {
  readonly url: string
  readonly poolSize: number
  readonly preparedStatements: boolean
  /** See `app-tables.ts`. */
  readonly appLabel?: string
  /** The schemas that names without one are looked for in; Postgres' own where there is none. */
  readonly searchPath?: string | undefined
  /** What a statement may take; undefined: whatever it takes. */
  readonly timeouts?: Timeouts | undefined
  /** Told of connections that break. */
  readonly onError: (error: Error) => void
  /** Told of every statement that is sent, for those who count them or look at them. */
  readonly onStatement?: (event: LogEvent) => void
}

/** A time as Postgres writes it in UTC. */
const isoTimestamp = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?\+00$/
const parseTimestamp = pg.types.getTypeParser(pg.types.builtins.TIMESTAMPTZ)

const parsers = new Map<number, (text: string) => unknown>([
  // As node-postgres, which takes several times as long: JavaScript's own form is only a letter away.
  [
    pg.types.builtins.TIMESTAMPTZ,
    (text) => (isoTimestamp.test(text) ? new Date(`${text.slice(0, 10)}T${text.slice(11, -3)}Z`) : parseTimestamp(text))
  ],
  // Ids are far below 2^53; counts too.
  [pg.types.builtins.INT8, Number],
  // node-postgres would make a local midnight of a date, which is another day in UTC.
  [pg.types.builtins.DATE, (text) => text]
])

/**
 * Statement names by text, shared by all connections. Postgres keeps a prepared statement a connection and a name;
 * Kysely's texts are few and fixed, since a list is one parameter (`= any($1)`) or has one of a few lengths (`loader.ts`).
 */
const statementNames = new Map<string, string>()

function statementName(text: string): string {
  let name = statementNames.get(text)
  if (name === undefined) {
    name = createHash('sha256').update(text).digest('base64url').slice(0, 20)
    statementNames.set(text, name)
  }
  return name
}

/** A client whose connection ends with a statement that was given up: its answer may still come, or never. */
class ImpatientClient extends pg.Client {
  // biome-ignore lint/suspicious/noExplicitAny: node-postgres declares eight overloads; all pass through here.
  override query(first: any, values?: any, callback?: any): any {
    const asked: unknown = super.query(first, values, callback)
    if (asked instanceof Promise) {
      asked.catch((error: Error) => {
        if (error.message === givenUp) (this as unknown as { connection: { stream: Socket } }).connection.stream.destroy()
      })
    }
    return asked
  }
}

/** A client that prepares every statement with parameters once, by name, and then only binds and runs it. */
class PreparingClient extends ImpatientClient {
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  override query(first: any, values?: any, callback?: any): any {
    if (typeof first === 'string' && Array.isArray(values) && values.length > 0) {
      return super.query({ name: statementName(first), text: first, values }, callback)
    }
    return super.query(first, values, callback)
  }
}

/** What the connections of a pool do at the moment. */
export interface PoolFigures {
  readonly inUse: number
  readonly idle: number
  /** Statements and transactions that wait for a connection. */
  readonly waiting: number
  /** Connections that there may be. */
  readonly limit: number
}

const pools = new WeakMap<Database, pg.Pool>()

/** @param database as `connect` gave it */
export function poolFigures(database: Database): PoolFigures {
  const pool = pools.get(database) as pg.Pool
  const { totalCount, idleCount, waitingCount, options } = pool
  return { inUse: totalCount - idleCount, idle: idleCount, waiting: waitingCount, limit: options.max }
}

/** What node-postgres says of a statement that has no answer within `query_timeout`. */
const givenUp = 'Query read timeout'
/** Seconds after which a statement is given up that Postgres should have ended: it, or the way to it, hangs. */
const overdue = 5
/** Seconds after which Postgres ends a transaction that does nothing: whoever began it is gone, and its locks hold others up. */
const idleInTransaction = 60

/** The timeouts as node-postgres has them, in milliseconds. */
function timeoutSettings({ statement, lock, onServer }: Timeouts): pg.PoolConfig {
  return {
    query_timeout: (statement + overdue) * 1000,
    ...(onServer && {
      statement_timeout: statement * 1000,
      lock_timeout: lock * 1000,
      idle_in_transaction_session_timeout: idleInTransaction * 1000
    })
  }
}

/** Whether `client`'s connection leads to a pooler: what that gives for the process of the server is made up by it. */
export async function isPooler(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query('select pg_backend_pid() as pid')
  return rows[0].pid !== (client as unknown as { processID: number }).processID
}

/** Connects, and says whether that leads to a pooler. */
export async function leadsToPooler(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 })
  await client.connect()
  return isPooler(client).finally(() => client.end())
}

/** Opens a pool on Postgres. Nothing connects until the first query. */
export function connect(options: DatabaseOptions): Database {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.poolSize,
    connectionTimeoutMillis: 5000,
    idleTimeoutMillis: 30_000,
    application_name: 'user-management',
    ...(options.searchPath !== undefined && { options: `-c search_path=${options.searchPath}` }),
    keepAlive: true,
    types: { getTypeParser: (oid: number, format?: string) => parsers.get(oid) ?? pg.types.getTypeParser(oid, format as 'text') },
    ...(options.timeouts && timeoutSettings(options.timeouts)),
    Client: options.preparedStatements ? PreparingClient : ImpatientClient
  } as pg.PoolConfig)
  // A connection that breaks while it is in use is an event of its own, which without a listener ends the process; the
  // pool tells of idle ones once more.
  pool.on('connect', (client) => client.on('error', options.onError))
  pool.on('error', () => {})
  const { onStatement, appLabel = defaultAppLabel } = options
  const plugins = appLabel === defaultAppLabel ? [] : [new AppTables(appLabel)]
  const database = new Kysely<DB>({ dialect: new PostgresDialect({ pool }), plugins, ...(onStatement && { log: onStatement }) })
  pools.set(database, pool)
  return database
}

/**
 * An id from outside as Postgres compares it with a column of any integer type: one beyond a column's range is then
 * an id that does not occur, not an error.
 */
export function id(value: number) {
  return sql<number>`${value}::bigint`
}

/** As `id`, for a list of ids: `where('id', '=', ids(list))`. */
export function ids(values: readonly number[]) {
  return sql<number>`any(${values}::bigint[])`
}

/** The name of the unique constraint or index that `error` says was violated, else undefined. */
export function violatedUnique(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError && error.code === '23505' ? error.constraint : undefined
}

/** The table whose foreign key `error` says was violated, else undefined. */
export function violatedReference(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError && error.code === '23503' ? error.table : undefined
}

// https://www.postgresql.org/docs/current/errcodes-appendix.html
// Lost connections, exhausted resources, shutdown, a cancelled statement, a lock not got, deadlock, a read-only standby, a
// transaction that stood still.
const unavailableStates = /^(08|53|57P0|57014|40|25006|55P03|25P03)/
const unavailableErrors = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH'])
const unavailableMessages =
  /timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection error|Query read timeout/

/** Whether `error` says that Postgres can't be reached or can't serve now, as opposed to a fault of ours. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (error instanceof AggregateError && error.errors.some(isDatabaseUnavailable)) return true
  const code = (error as { code?: unknown }).code
  if (error instanceof pg.DatabaseError) return unavailableStates.test(error.code ?? '')
  return (typeof code === 'string' && unavailableErrors.has(code)) || unavailableMessages.test(error.message)
}
