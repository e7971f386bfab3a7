import pg from 'pg'
import { batchSize, readingFault, type Source, SourceError, selectTable } from './sources.ts'
import { type SourceRow, tableNames } from './tables.ts'

/** Reads a Django service's Postgres, in one read-only transaction, by cursors. */
export async function openPostgres(url: string, appLabel: string): Promise<Source> {
  // All values as the text that Postgres sends: a Date would lose the microseconds.
  const types = { getTypeParser: () => (value: string) => value } as unknown as pg.CustomTypesConfig
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000, types })
  // A connection that breaks fails the query under way, too.
  client.on('error', () => {})
  try {
    await client.connect()
    await client.query(`set timezone to 'UTC'; set datestyle to 'ISO'`)
    await client.query('begin isolation level repeatable read, read only')
  } catch (error) {
    await client.end().catch(() => {})
    throw new SourceError(`The source's Postgres can't be used: ${(error as Error).message}`, { cause: error })
  }
  return {
    async *read() {
      for (const table of tableNames) {
        try {
          await client.query(`declare source no scroll cursor for ${selectTable(table, appLabel, '"')}`)
          for (;;) {
            const { rows } = await client.query<SourceRow>(`fetch ${batchSize} from source`)
            if (rows.length === 0) break
            yield { table, rows }
          }
          await client.query('close source')
        } catch (error) {
          throw readingFault(table, appLabel, error)
        }
      }
    },
    close: () => client.end()
  }
}
