import { open } from 'node:fs/promises'
import { OperatorError } from '../operations/operator-error.ts'
import { columnsOf, type SourceRow, type TableName } from './tables.ts'

/** Rows of a table, some at a time. */
export interface Batch {
  readonly table: TableName
  readonly rows: readonly SourceRow[]
}

/** Where users come from. Reads only, one state of the data, and keeps no more than a batch in memory. */
export interface Source {
  /** All rows of all tables (`tables.ts`), in any order. @throws SourceError */
  read(): AsyncIterable<Batch>
  close(): Promise<void>
}

/** The source can't be read; the message says what is wrong with it, without its password. */
export class SourceError extends OperatorError {
  override readonly name = 'SourceError'
}

/** Rows that are read at once. */
export const batchSize = 1000

/**
 * Opens what `from` names: a URL of Postgres, MySQL or MariaDB, an SQLite file, or a file that `manage.py dumpdata` wrote.
 * @param appLabel label of the app that has the profiles in the source
 * @throws SourceError
 */
export async function openSource(from: string, appLabel: string): Promise<Source> {
  // Each reader with its driver is loaded only where it is used.
  const scheme = /^(\w+):\/\//.exec(from)?.[1]?.toLowerCase() ?? (await sniffFile(from))
  switch (scheme) {
    case 'postgres':
    case 'postgresql':
      return (await import('./postgres.ts')).openPostgres(from, appLabel)
    case 'mysql':
    case 'mariadb':
      return (await import('./mysql.ts')).openMysql(from, appLabel)
    case 'sqlite':
      return (await import('./sqlite.ts')).openSqlite(from, appLabel)
    case 'json':
      return (await import('./dumpdata.ts')).openDump(from, appLabel)
    default:
      throw new SourceError(`${scheme}:// is none of postgres://, mysql://, mariadb://; else give a file`)
  }
}

async function sniffFile(path: string): Promise<'sqlite' | 'json'> {
  const begin = await readBegin(path).catch((error: Error) => {
    throw new SourceError(`The source can't be read: ${error.message}`)
  })
  if (begin.startsWith('SQLite format 3\0')) return 'sqlite'
  if (begin.trimStart().startsWith('[')) return 'json'
  throw new SourceError(`${path} is neither an SQLite database nor JSON in UTF-8 as \`manage.py dumpdata\` writes it`)
}

async function readBegin(path: string): Promise<string> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(100), 0, 100, 0)
    return buffer.toString('utf8', 0, bytesRead)
  } finally {
    await file.close()
  }
}

/** The name that the source has for a table of ours. */
function sourceName(table: TableName, appLabel: string): string {
  return table.replace(/^api_/, `${appLabel}_`)
}

/** The statement that reads a table. @param quote what stands around names */
export function selectTable(table: TableName, appLabel: string, quote: '"' | '`'): string {
  const columns = columnsOf(table).map(([name]) => quote + name + quote)
  return `select ${columns.join(', ')} from ${quote}${sourceName(table, appLabel)}${quote}`
}

/** What happened when a table was read, as an error to be told. */
export function readingFault(table: TableName, appLabel: string, error: unknown): SourceError {
  const hint = table.startsWith('api_') ? ' (Is --app-label right?)' : ''
  return new SourceError(`Reading ${sourceName(table, appLabel)} from the source failed: ${(error as Error).message}${hint}`, {
    cause: error
  })
}
