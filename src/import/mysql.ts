import mysql from 'mysql2'
import { batchSize, readingFault, type Source, SourceError, selectTable } from './sources.ts'
import { type SourceRow, tableNames } from './tables.ts'

/** Reads a Django service's MySQL or MariaDB, in one read-only transaction, as rows come in. */
export async function openMysql(url: string, appLabel: string): Promise<Source> {
  const connection = mysql.createConnection({
    uri: url.replace(/^mariadb:/i, 'mysql:'),
    // Django's datetime(6) has no zone and holds UTC: its text is what is needed, with the microseconds.
    dateStrings: true,
    connectTimeout: 10_000
  })
  // A connection that breaks fails the query under way, too.
  connection.on('error', () => {})
  await connection
    .promise()
    .query('start transaction with consistent snapshot, read only')
    .catch((error: NodeJS.ErrnoException) => {
      connection.destroy()
      throw new SourceError(`The source's MySQL can't be used: ${error.message || error.code}`, { cause: error })
    })
  return {
    async *read() {
      for (const table of tableNames) {
        let rows: SourceRow[] = []
        try {
          for await (const row of connection.query(selectTable(table, appLabel, '`')).stream({ highWaterMark: batchSize })) {
            if (rows.push(row) < batchSize) continue
            yield { table, rows }
            rows = []
          }
        } catch (error) {
          throw readingFault(table, appLabel, error)
        }
        if (rows.length > 0) yield { table, rows }
      }
    },
    async close() {
      connection.destroy()
    }
  }
}
