import DataLoader from 'dataloader'
import { type Compilable, type RawBuilder, sql } from 'kysely'
import type { Connection } from './connection.ts'
import { type Prepared, prepared } from './prepared.ts'

/** Statements of one loader under way at a time; what is asked for meanwhile goes with the next one. */
const mostUnderWay = 2
/** Milliseconds after which a statement that does not end keeps the next one waiting no longer. */
const longestWait = 50
/** Keys that go with one statement. */
const largestBatch = 32

/**
 * Reads what several requests ask for at the same moment in one statement, which under load costs them a fraction of what
 * one statement each does; a request that comes alone waits for nothing. Nothing is remembered: a statement is sent after
 * all requests that it answers came.
 * @param load the values in the order of the keys; when it fails, all of them fail
 */
function createLoader<Key, Value>(load: (keys: readonly Key[]) => Promise<readonly Value[]>): DataLoader<Key, Value> {
  const waiting: (() => void)[] = []
  let underWay = 0

  function sendNext(): void {
    if (underWay < mostUnderWay) waiting.shift()?.()
  }

  async function send(keys: readonly Key[]): Promise<readonly Value[]> {
    underWay += 1
    let counted = true
    const leave = () => {
      if (counted) underWay -= 1
      counted = false
      sendNext()
    }
    const timer = setTimeout(leave, longestWait)
    try {
      return await load(keys)
    } finally {
      clearTimeout(timer)
      leave()
    }
  }

  return new DataLoader<Key, Value>(send, {
    cache: false,
    maxBatchSize: largestBatch,
    // After all requests that the sockets have for us now were looked at.
    batchScheduleFn: (dispatch) => {
      waiting.push(dispatch)
      setImmediate(sendNext)
    }
  })
}

/** A loader for each database, made when it is first asked. */
function perDatabase<Key, Value>(load: (database: Connection, keys: readonly Key[]) => Promise<readonly Value[]>) {
  const loaders = new WeakMap<Connection, DataLoader<Key, Value>>()
  return (database: Connection, key: Key): Promise<Value> => {
    const loader = loaders.get(database) ?? createLoader((keys) => load(database, keys))
    loaders.set(database, loader)
    return loader.load(key)
  }
}

/**
 * Finds rows by their ids, those that several requests ask for in one statement. In a transaction, which may see what others
 * don't, each has its own.
 *
 *     const findUser = rowById((connection, ids) => connection.selectFrom('auth_user').select(['id', 'username']).where('id', '=', ids))
 *     const row = await findUser(database, 7)
 *
 * @param build a statement for the rows whose ids are among `ids`
 */
export function rowById<Row extends { readonly id: number }>(
  build: (connection: Connection, ids: RawBuilder<number>) => Compilable<Row>
): (connection: Connection, id: number) => Promise<Row | undefined> {
  const statements = new Map<number, Prepared<number[], Row>>()

  // Of a few lengths, so that there are few statements. Postgres plans one for a list of so many ids once; for an array it
  // would plan it again each time, which costs more than to run it.
  function statement(length: number): Prepared<number[], Row> {
    const known = statements.get(length)
    if (known) return known
    const list = (ids: number[]) => sql<number>`any(array[${sql.join(ids)}]::bigint[])`
    const made = prepared((connection, ...ids: number[]) => build(connection, list(ids)), length)
    statements.set(length, made)
    return made
  }

  function load(connection: Connection, ids: readonly number[]): Promise<Row[]> {
    const length = 2 ** Math.ceil(Math.log2(ids.length))
    const padding = Array<number>(length - ids.length).fill(ids[0] as number)
    return statement(length).all(connection, ...ids, ...padding)
  }

  const loadTogether = perDatabase(async (database, ids: readonly number[]) => {
    const rows = new Map((await load(database, ids)).map((row) => [row.id, row]))
    return ids.map((id) => rows.get(id))
  })
  return async (connection, id) => (connection.isTransaction ? (await load(connection, [id]))[0] : loadTogether(connection, id))
}

/** What `query` finds, one statement for all who ask at the same moment. */
export function together<Row>(query: Prepared<[], Row>): (connection: Connection) => Promise<Row[]> {
  const loadTogether = perDatabase(async (database, keys: readonly 'all'[]) => {
    const rows = await query.all(database)
    return keys.map(() => rows)
  })
  return (connection) => (connection.isTransaction ? query.all(connection) : loadTogether(connection, 'all'))
}
