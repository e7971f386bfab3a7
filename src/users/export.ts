import { stringify } from 'csv-stringify/sync'
import { type PictureUrl, presentPicture } from '../profiles/profile.ts'
import type { AccountRow } from './queries.ts'
import { toUser } from './user.ts'

export interface ExportedRow extends AccountRow {
  readonly province_name: string | null
}

export type ExportType = 'text/csv' | 'application/x-ndjson'

interface ExportFormat {
  readonly fileName: string
  /** What stands before the first user. */
  readonly head: string
  readonly write: (rows: readonly ExportedRow[], pictureUrl: PictureUrl) => string
}

type Cell = (row: ExportedRow, pictureUrl: PictureUrl) => string | number | boolean | null

/** The columns of CSV, in order. */
const columns: Readonly<Record<string, Cell>> = {
  id: ({ id }) => id,
  username: ({ username }) => username,
  email: ({ email }) => email,
  first_name: ({ first_name }) => first_name,
  last_name: ({ last_name }) => last_name,
  is_active: ({ is_active }) => is_active,
  is_staff: ({ is_staff }) => is_staff,
  date_joined: ({ date_joined }) => date_joined.toISOString(),
  last_login: ({ last_login }) => last_login?.toISOString() ?? null,
  roles: ({ user_roles }) => user_roles.map(({ name }) => name).join('|'),
  phone: ({ phone }) => phone,
  address: ({ address }) => address,
  birth_date: ({ birth_date }) => birth_date,
  bio: ({ bio }) => bio,
  province: ({ province_name }) => province_name,
  profile_picture: presentPicture
}
const cells = Object.values(columns)

/** Lines of RFC 4180; a cell that a spreadsheet would run as a formula gets a `'` before it (OWASP, CSV Injection). */
function csv(lines: readonly ReturnType<Cell>[][]): string {
  return stringify(lines as unknown[][], {
    record_delimiter: '\r\n',
    // A line break of another kind within a cell would end the line for many readers.
    quote_record_delimiter: true,
    escape_formulas: true,
    cast: { boolean: String }
  })
}

const formats: Readonly<Record<ExportType, ExportFormat>> = {
  'text/csv': {
    fileName: 'users.csv',
    head: csv([Object.keys(columns)]),
    write: (rows, pictureUrl) => csv(rows.map((row) => cells.map((cell) => cell(row, pictureUrl))))
  },
  'application/x-ndjson': {
    fileName: 'users.ndjson',
    head: '',
    write: (rows, pictureUrl) => rows.map((row) => `${JSON.stringify(toUser(row, pictureUrl))}\n`).join('')
  }
}

/** The headers of an export, and its text, a piece a batch. */
export function exported(type: ExportType, batches: AsyncIterable<readonly ExportedRow[]>, pictureUrl: PictureUrl) {
  const { fileName, head, write } = formats[type]
  async function* chunks() {
    let before = head
    for await (const rows of batches) {
      yield before + write(rows, pictureUrl)
      before = ''
    }
    // Nobody fits: the header line is all.
    if (before !== '') yield before
  }
  return { type, chunks: chunks(), headers: { 'content-disposition': `attachment; filename="${fileName}"` } }
}
