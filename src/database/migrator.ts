import { readdir, readFile } from 'node:fs/promises'
import { type Migration, Migrator, sql } from 'kysely'
import { type Connection, connect } from './connection.ts'

const folder = new URL('../../migrations/', import.meta.url)
const table = 'user_management_migration'
const lockTable = 'user_management_migration_lock'

/** The names of all migrations of this version, in their order. */
export async function migrationNames(): Promise<string[]> {
  const files = await readdir(folder)
  return files
    .filter((file) => /^\d{4}_\w+\.sql$/.test(file))
    .map((file) => file.replace(/\.sql$/, ''))
    .sort()
}

async function loadMigrations(): Promise<Record<string, Migration>> {
  const migrations: Record<string, Migration> = {}
  for (const name of await migrationNames()) {
    const text = await readFile(new URL(`${name}.sql`, folder), 'utf8')
    migrations[name] = { up: async (database) => void (await sql.raw(text).execute(database)) }
  }
  return migrations
}

/**
 * Brings the database at `url` to this version, in one transaction; replicas that start together wait for one
 * another.
 * @returns the names of the migrations that were run
 * @throws Error with the name of the migration that failed; nothing is changed then
 */
export async function migrate(url: string): Promise<string[]> {
  // A pool of its own: migrations are several statements each, which can't be prepared.
  const database = connect({ url, poolSize: 2, preparedStatements: false, onError: () => {} })
  try {
    const migrator = new Migrator({
      db: database,
      provider: { getMigrations: loadMigrations },
      migrationTableName: table,
      migrationLockTableName: lockTable
    })
    const { error, results = [] } = await migrator.migrateToLatest()
    const failed = results.find(({ status }) => status === 'Error')
    if (failed) {
      throw new Error(`Migration ${failed.migrationName} failed: ${(error as Error).message}`, { cause: error })
    }
    if (error) throw error
    return results.filter(({ status }) => status === 'Success').map(({ migrationName }) => migrationName)
  } finally {
    await database.destroy()
  }
}

/** The names of the migrations of this version that the database lacks. */
export async function missingMigrations(database: Connection): Promise<string[]> {
  const done = new Set(await migrationsDone(database))
  return (await migrationNames()).filter((name) => !done.has(name))
}

async function migrationsDone(database: Connection): Promise<string[]> {
  // An empty database has no such table.
  const { rows: tables } = await sql<{ exists: boolean }>`select to_regclass(${table}) is not null as exists`.execute(database)
  if (!tables[0]?.exists) return []
  const { rows } = await sql<{ name: string }>`select name from ${sql.table(table)}`.execute(database)
  return rows.map(({ name }) => name)
}
