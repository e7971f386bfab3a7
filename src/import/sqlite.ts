import { copyFile, mkdtemp, open, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sqlite from 'node-sqlite3-wasm'
import { batchSize, readingFault, type Source, SourceError, selectTable } from './sources.ts'
import { type SourceRow, tableNames } from './tables.ts'

/**
 * Reads a Django service's SQLite file. From a copy of it in the folder for temporary files: the library locks a file
 * by a folder beside it, which a source may not have to be written into.
 */
export async function openSqlite(path: string, appLabel: string): Promise<Source> {
  for (const end of ['-journal', '-wal']) {
    const { size } = await stat(path + end).catch(() => ({ size: 0 }))
    if (size > 0) throw new SourceError(`${path} is in use, or was left in the middle of a change: there is ${path}${end}`)
  }
  const folder = await mkdtemp(join(tmpdir(), 'user-management-import-'))
  try {
    const copy = join(folder, 'source.sqlite3')
    await copyFile(path, copy)
    await leaveWal(copy)
    const database = new sqlite.Database(copy, { readOnly: true, fileMustExist: true })
    return {
      async *read() {
        for (const table of tableNames) {
          try {
            const statement = database.prepare(selectTable(table, appLabel, '"'))
            let rows: SourceRow[] = []
            for (const row of statement.iterate()) {
              if (rows.push(row) < batchSize) continue
              yield { table, rows }
              rows = []
            }
            statement.finalize()
            if (rows.length > 0) yield { table, rows }
          } catch (error) {
            throw readingFault(table, appLabel, error)
          }
        }
      },
      async close() {
        database.close()
        await rm(folder, { recursive: true, force: true })
      }
    }
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw new SourceError(`${path} can't be used: ${(error as Error).message}`, { cause: error })
  }
}

/**
 * Marks a file as one that keeps no write-ahead log, which the library does not know. Without such a log beside it the
 * file is whole. https://www.sqlite.org/fileformat2.html#file_format_version_numbers
 */
async function leaveWal(path: string): Promise<void> {
  const file = await open(path, 'r+')
  try {
    await file.write(Buffer.from([1, 1]), 0, 2, 18)
  } finally {
    await file.close()
  }
}
