import type { Connection, Database } from '../database/connection.ts'
import type { PictureStore } from '../pictures/store.ts'
import { copyPictures, type PictureCounts } from './pictures.ts'
import {
  advanceIds,
  type ConflictName,
  clearLaterEmails,
  countChangedUsers,
  countStaging,
  createStaging,
  dropDangling,
  findConflict,
  findDangling,
  findGivingWay,
  type Lines,
  matchStaging,
  maxLines,
  stageRows,
  type TableCount,
  writeRows
} from './queries.ts'
import type { Source } from './sources.ts'
import { columnsOf, readValue, type SourceRow, type TableName, ValueFault } from './tables.ts'

export interface ImportOptions {
  /** Label of the app that has the profiles in the source. */
  readonly appLabel: string
  /** Reads and compares, writes nothing. */
  readonly dryRun: boolean
  /** Whether all but the first of the users that share an email get none. */
  readonly skipDuplicateEmails: boolean
  /** Whether rows that refer to missing ones are left out. */
  readonly skipDangling: boolean
  /** The source's MEDIA_ROOT, and where its pictures go; undefined: no pictures. */
  readonly media: { readonly folder: string; readonly store: PictureStore } | undefined
  /** Told often of how far it is. */
  readonly onProgress: (text: string) => void
}

/** What was found, with the rows that it is about. */
export interface Finding extends Lines {
  readonly title: string
  /** How to go on. */
  readonly remedy?: string
}

export interface ImportReport {
  readonly tables: readonly TableCount[]
  /** What keeps everything from being written. */
  readonly problems: readonly Finding[]
  /** What does not, but is to be known. */
  readonly notes: readonly Finding[]
  /** Users here already that are not as in the source any more. */
  readonly changedUsers: number
  readonly pictures: PictureCounts | undefined
  /** Whether it was written. */
  readonly written: boolean
}

const firstStart =
  'Import into a database of its own, after `migrate` and before the first `serve`: that makes a superuser, mostly with the id 1.'
const namesInSource = 'Rename all but one of each in the source.'

/** What is told of the conflicts that `findConflict` finds. */
const conflicts: Record<ConflictName, { readonly title: string; readonly remedy: string }> = {
  userIds: { title: 'Ids that other users have here', remedy: firstStart },
  usernamesHere: { title: 'Usernames that other users have here', remedy: firstStart },
  usernames: { title: 'Usernames that differ in case only, or not at all in their normal form (NFKC)', remedy: namesInSource },
  emailsHere: {
    title: 'Emails that other users have here',
    remedy: `${firstStart} Or change them in the source, or give --skip-duplicate-emails: these users come without an email.`
  },
  emails: {
    title: 'Emails that several users share',
    remedy:
      'Change them in the source, or give --skip-duplicate-emails: the user with the smallest id keeps it, the others get none.'
  },
  roles: { title: 'Roles that are others here', remedy: 'Rename or delete them here, or rename them in the source.' },
  provinces: { title: 'Provinces that are others here', remedy: 'Rename or delete them here, or rename them in the source.' },
  profileIds: { title: 'Ids that the profiles of others have here', remedy: firstStart }
}

/** Collects lines, of very many only the first. */
class Collected implements Lines {
  total = 0
  readonly lines: string[] = []

  add(line: string): void {
    this.total += 1
    if (this.lines.length < maxLines) this.lines.push(line)
  }
}

/**
 * Brings users, roles, permissions, provinces and profiles from `source`, in one transaction: all, or nothing where
 * anything is wrong. Ids of users, roles, provinces and profiles stay. What is here already is left as it is, with all
 * that belongs to it, so that it may be run again.
 * @throws SourceError, StoreUnavailable
 */
export async function importDjango(database: Database, source: Source, options: ImportOptions): Promise<ImportReport> {
  const transaction = await database.startTransaction().execute()
  try {
    const report = await importInto(transaction, source, options)
    if (report.written) {
      await advanceIds(transaction)
      await transaction.commit().execute()
    } else await transaction.rollback().execute()
    return report
  } catch (error) {
    // Where the connection is gone, so is the transaction.
    await transaction
      .rollback()
      .execute()
      .catch(() => {})
    throw error
  }
}

async function importInto(transaction: Connection, source: Source, options: ImportOptions): Promise<ImportReport> {
  const { appLabel, dryRun, skipDuplicateEmails, skipDangling, media, onProgress } = options
  const problems: Finding[] = []
  const notes: Finding[] = []
  const find = (to: Finding[], found: Lines, title: string, remedy?: string) => {
    if (found.total > 0) to.push({ title, total: found.total, lines: found.lines, ...(remedy !== undefined && { remedy }) })
  }

  await createStaging(transaction)
  const { faults, renamed } = await stage(transaction, source, onProgress)
  find(problems, faults, 'Values that can not be kept', 'Correct them in the source.')
  find(notes, renamed, 'Usernames in their normal form (NFKC)')

  onProgress('comparing with what is here')
  await matchStaging(transaction, appLabel)
  const tables = await countStaging(transaction)
  const changedUsers = await countChangedUsers(transaction)
  const dangling = await findDangling(transaction)
  if (skipDangling) {
    await dropDangling(transaction)
    find(notes, dangling, 'Left out, since what they refer to is missing')
  } else {
    find(
      problems,
      dangling,
      'References to rows that the source does not have',
      'Where they are from a dump, dump contenttypes and auth whole; else give --skip-dangling: such rows are left out.'
    )
  }
  if (skipDuplicateEmails)
    find(notes, await clearLaterEmails(transaction), 'Users that come without their email, which others have')
  for (const [name, { title, remedy }] of Object.entries(conflicts)) {
    find(problems, await findConflict(transaction, name as ConflictName), title, remedy)
  }

  find(
    notes,
    await findGivingWay(transaction),
    'Roles and provinces of the migrations that are under another id in the source, or get another here'
  )

  const written = problems.length === 0 && !dryRun
  if (written) await writeRows(transaction, (table) => onProgress(`writing ${table}`))
  // After the rows: files without a row are swept one day, rows without a file would be noticed by people.
  const missing = new Collected()
  const pictures =
    media && (written || dryRun)
      ? await copyPictures(transaction, {
          ...media,
          dryRun,
          onMissing: ({ userId, path }) => missing.add(`${path}, of user ${userId}`),
          onProgress: ({ profiles }) => onProgress(`pictures: ${profiles}`)
        })
      : undefined
  find(notes, missing, 'Pictures that are missing')
  return { tables, problems, notes, changedUsers, pictures, written }
}

/** Reads the source into the staging tables. @returns the values that can't be brought over, and the usernames that change */
async function stage(transaction: Connection, source: Source, onProgress: (text: string) => void) {
  const faults = new Collected()
  const renamed = new Collected()
  let count = 0
  for await (const { table, rows } of source.read()) {
    const read = rows.map((row) => readRow(table, row, faults))
    await stageRows(transaction, table, read)
    if (table === 'auth_user') {
      for (const [index, { id, username }] of read.entries()) {
        const before = rows[index]?.username
        if (username !== null && username !== before) renamed.add(`user ${id}: ${before} becomes ${username}`)
      }
    }
    count += rows.length
    onProgress(`read ${count} rows, now ${table}`)
  }
  return { faults, renamed }
}

/** A row as Postgres takes it; null stands for what can't be kept, which is told in `faults`. */
function readRow(table: TableName, row: SourceRow, faults: Collected): SourceRow {
  const read: Record<string, unknown> = {}
  for (const [name, column] of columnsOf(table)) {
    try {
      read[name] = readValue(column, row[name])
    } catch (error) {
      if (!(error instanceof ValueFault)) throw error
      const key = columnsOf(table)[0]?.[0] as string
      faults.add(`${table}, ${key} ${row[key]}: ${name} ${error.message}${sample(row[name], name)}`)
      read[name] = null
    }
  }
  return read
}

/** The beginning of a value, for a message; never of a password's hash. */
function sample(value: unknown, name: string): string {
  if (value === null || value === undefined || name === 'password') return ''
  const text = String(value)
    .toWellFormed()
    .replaceAll(/\p{Cc}/gu, '?')
  return ` (${text.length > 40 ? `${text.slice(0, 40)}…` : text})`
}
