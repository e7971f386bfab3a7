import { readdir, readFile } from 'node:fs/promises'
import { type Migration, Migrator, sql } from 'kysely'
import { AdoptionError, presentTables, tableAdvice, tableFaults, tablesMadeBy } from './adoption.ts'
import { defaultAppLabel, relabel } from './app-tables.ts'
import { type Connection, connect } from './connection.ts'
import { duplicateAdvice, listDuplicates, makeNameIndexes, nameIndexesOf } from './unique-names.ts'

const folder = new URL('../../migrations/', import.meta.url)
const table = 'user_management_migration'
const lockTable = 'user_management_migration_lock'

/** Migrations that do less, or nothing, in a database where Django made its tables. */
const [djangoTables, djangoRows, uniqueNames] = ['0001_django_tables', '0002_django_rows', '0003_unique_without_case'] as const
/** One that does nothing where an extension can't be had, and is run again until it can be. */
const searchIndex = '0012_search_index'

export interface MigrationOptions {
  /** See `app-tables.ts`. */
  readonly appLabel?: string
  /** See `connect`. */
  readonly searchPath?: string | undefined
  /**
   * What to do where several users share a name: `refuse`, `defer` the unique indexes, or `keep` to what was decided
   * before (refuse where that is nothing).
   */
  readonly duplicates?: 'refuse' | 'defer' | 'keep'
  /** Told what an operator should know. */
  readonly onNotice?: (notice: string) => void
  /** Told the name of each migration before it is run. */
  readonly onStep?: (name: string) => void
}

/** The names of all migrations of this version, in their order. */
export async function migrationNames(): Promise<string[]> {
  const files = await readdir(folder)
  return files
    .filter((file) => /^\d{4}_\w+\.sql$/.test(file))
    .map((file) => file.replace(/\.sql$/, ''))
    .sort()
}

/** The SQL of the rows that an empty database gets, for an app label. */
export async function firstRows(appLabel: string): Promise<string> {
  return relabel(await readFile(new URL(`${djangoRows}.sql`, folder), 'utf8'), appLabel)
}

/** The SQL of all migrations, by name, for an app label. */
async function readMigrations(appLabel: string): Promise<Map<string, string>> {
  const texts = new Map<string, string>()
  for (const name of await migrationNames()) {
    texts.set(name, relabel(await readFile(new URL(`${name}.sql`, folder), 'utf8'), appLabel))
  }
  return texts
}

/**
 * Brings the database at `url` to this version, in one transaction; replicas that start together wait for one another.
 * Where Django has made its tables they are checked and used as they are, and no row of theirs is touched.
 * @returns the names of the migrations that were run
 * @throws AdoptionError with all that is wrong with Django's tables and rows; Error with the name of the migration that
 *   failed. Nothing is changed then.
 */
export async function migrate(url: string, options: MigrationOptions = {}): Promise<string[]> {
  const { appLabel = defaultAppLabel, searchPath, duplicates = 'refuse', onNotice = () => {}, onStep = () => {} } = options
  const texts = await readMigrations(appLabel)
  const nameIndexes = nameIndexesOf(texts.get(uniqueNames) as string)
  let adopted = false

  const steps: Readonly<Record<string, (transaction: Connection, text: string) => Promise<unknown>>> = {
    async [djangoTables](transaction, text) {
      const present = await presentTables(transaction, tablesMadeBy(text))
      if (present.length === 0) return sql.raw(text).execute(transaction)
      adopted = true
      const own = [...texts].flatMap(([name, migration]) => (name === djangoTables ? [] : tablesMadeBy(migration)))
      const faults = [
        ...(await tableFaults(transaction, text)),
        ...(await presentTables(transaction, own)).map((name) => `there is a table ${name}, which this service has to make`)
      ]
      if (faults.length > 0) throw new AdoptionError(faults, [tableAdvice])
      return undefined
    },
    // What Django made there is there, and which roles and provinces there are is for whoever runs it to say.
    [djangoRows]: async (transaction, text) => (adopted ? undefined : sql.raw(text).execute(transaction)),
    [uniqueNames]: async (transaction) => {
      const deferred = await makeNameIndexes(transaction, nameIndexes)
      if (deferred.length > 0 && duplicates !== 'defer') {
        throw new AdoptionError(await listDuplicates(transaction, deferred), duplicateAdvice)
      }
    }
  }
  const migrations = Object.fromEntries(
    [...texts].map(([name, text]): [string, Migration] => {
      const step = steps[name] ?? ((transaction) => sql.raw(text).execute(transaction))
      const up = async (transaction: Connection) => {
        onStep(name)
        await step(transaction, text)
      }
      return [name, { up }]
    })
  )

  // A pool of its own: migrations are several statements each, which can't be prepared.
  const database = connect({ url, searchPath, poolSize: 2, preparedStatements: false, onError: () => {} })
  try {
    const migrator = new Migrator({
      db: database,
      provider: { getMigrations: async () => migrations },
      migrationTableName: table,
      migrationLockTableName: lockTable
    })
    const { error, results = [] } = await migrator.migrateToLatest()
    if (error instanceof AdoptionError) throw error
    const failed = results.find(({ status }) => status === 'Error')
    if (failed) {
      throw new Error(`Migration ${failed.migrationName} failed: ${(error as Error).message}`, { cause: error })
    }
    if (error) throw error

    const tables = tablesMadeBy(texts.get(djangoTables) as string)
    const present = await presentTables(database, tables)
    const missing = tables.filter((name) => !present.includes(name)).map((name) => `the table ${name} is missing`)
    if (missing.length > 0) throw new AdoptionError(missing, [tableAdvice])
    const deferred = await database.transaction().execute((transaction) => makeNameIndexes(transaction, nameIndexes))
    const shared = await listDuplicates(database, deferred)
    if (deferred.length > 0 && duplicates === 'refuse') throw new AdoptionError(shared, duplicateAdvice)

    await sql.raw(texts.get(searchIndex) as string).execute(database)
    if (!(await hasSearchIndex(database))) {
      onNotice(
        'Search reads all users: its index needs the extension pg_trgm. Have CREATE EXTENSION pg_trgm run, and migrate again.'
      )
    }

    if (adopted) onNotice("Django's tables were taken over as they are; none of their rows was touched.")
    if (adopted && !(await hasRole(database, 'admin'))) {
      onNotice('There is no role admin: only superusers may administrate, until one of them makes it.')
    }
    if (deferred.length > 0) {
      // Names are not for logs; `migrate` lists them.
      const counts = shared.map((text) => text.split(', without')[0]).join(', ')
      onNotice(`Names are not unique yet: ${counts}. \`npm run migrate\` lists them, and makes them unique once they can be.`)
    }
    return results.filter(({ status }) => status === 'Success').map(({ migrationName }) => migrationName)
  } finally {
    await database.destroy()
  }
}

async function hasSearchIndex(database: Connection): Promise<boolean> {
  const { rows } = await sql<{ found: boolean }>`select to_regclass('auth_user_names_trigrams') is not null as found`.execute(
    database
  )
  return rows[0]?.found === true
}

async function hasRole(database: Connection, name: string): Promise<boolean> {
  return (await database.selectFrom('auth_group').select('id').where('name', '=', name).executeTakeFirst()) !== undefined
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
