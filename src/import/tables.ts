/** How a value is read; `integer` is an id. */
type Kind = 'integer' | 'boolean' | 'instant' | 'date' | 'text' | 'username'

interface Column {
  readonly kind: Kind
  /** The largest integer, the most characters. */
  readonly max?: number
  readonly nullable?: true
}

const id: Column = { kind: 'integer', max: 2 ** 31 - 1 }
const bigId: Column = { kind: 'integer', max: Number.MAX_SAFE_INTEGER }
const boolean: Column = { kind: 'boolean' }
const instant: Column = { kind: 'instant' }
const text = (max: number): Column => ({ kind: 'text', max })
const orNull = (column: Column): Column => ({ ...column, nullable: true })

/**
 * What is brought over: our tables, their columns and what these hold, each table after those that it refers to.
 * Rows that only link others get ids of their own here.
 */
export const tables = {
  django_content_type: { id, app_label: text(100), model: text(100) },
  auth_permission: { id, name: text(255), content_type_id: id, codename: text(100) },
  auth_group: { id, name: text(150) },
  api_provinces: { id: bigId, name: text(30) },
  auth_user: {
    id,
    password: text(128),
    last_login: orNull(instant),
    is_superuser: boolean,
    username: { kind: 'username', max: 150 },
    first_name: text(150),
    last_name: text(150),
    email: text(254),
    is_staff: boolean,
    is_active: boolean,
    date_joined: instant
  },
  api_userprofile: {
    id: bigId,
    phone: orNull(text(20)),
    address: orNull(text(255)),
    birth_date: { kind: 'date', nullable: true },
    profile_picture: orNull(text(100)),
    bio: { kind: 'text', nullable: true },
    created_at: instant,
    updated_at: instant,
    province_id: orNull(bigId),
    user_id: id
  },
  auth_group_permissions: { group_id: id, permission_id: id },
  auth_user_groups: { user_id: id, group_id: id },
  auth_user_user_permissions: { user_id: id, permission_id: id },
  api_userprofile_roles: { userprofile_id: bigId, group_id: id }
} as const satisfies Record<string, Record<string, Column>>

export type TableName = keyof typeof tables
export const tableNames = Object.keys(tables) as TableName[]

export function columnsOf(table: TableName): [name: string, column: Column][] {
  return Object.entries(tables[table])
}

/** A row as the source has it: the drivers differ in what a boolean or an instant is. */
export type SourceRow = Readonly<Record<string, unknown>>

/** A value that can't be brought over, and why. */
export class ValueFault extends Error {}

const readers: Record<Kind, (value: unknown, max: number) => string | number | boolean> = {
  integer(value, max) {
    const number = typeof value === 'string' ? Number(value) : value
    if (typeof number !== 'number' || !Number.isSafeInteger(number) || number < 1) throw new ValueFault('is no id')
    if (number > max) throw new ValueFault(`is larger than ${max}`)
    return number
  },
  boolean(value) {
    const read = booleans.get(value)
    if (read === undefined) throw new ValueFault('is no boolean')
    return read
  },
  instant(value) {
    // Kept as text: a Date would lose the microseconds.
    const [, day, time, offset = 'Z'] =
      /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d(?:\.\d{1,6})?)(Z|[+-]\d\d(?::?\d\d)?)?$/.exec(String(value)) ?? []
    if (!isDay(day) || Number.isNaN(Date.parse(`${day}T${time}Z`))) throw new ValueFault('is no time')
    return `${day} ${time}${offset}`
  },
  date(value) {
    if (typeof value !== 'string' || !isDay(value)) throw new ValueFault('is no date')
    return value
  },
  text: readText,
  // Names are compared in this form when somebody logs in (AbstractBaseUser.normalize_username).
  username: (value, max) => readText(typeof value === 'string' ? value.normalize('NFKC') : value, max)
}

const booleans = new Map<unknown, boolean>([
  ...[true, 1, '1', 't'].map((value) => [value, true] as const),
  ...[false, 0, '0', 'f'].map((value) => [value, false] as const)
])

function readText(value: unknown, max: number): string {
  if (typeof value !== 'string') throw new ValueFault('is no text')
  if (value.includes('\0') || !value.isWellFormed()) throw new ValueFault('has a character that Postgres can not keep')
  // Postgres counts characters, `length` counts UTF-16's halves.
  if (value.length > max && [...value].length > max) throw new ValueFault(`has more than ${max} characters`)
  return value
}

/** Whether `day` is a date of the calendar: 2023-02-30 is none, nor MySQL's 0000-00-00. */
function isDay(day: string | undefined): boolean {
  const time = Date.parse(`${day}T00:00:00Z`)
  return !Number.isNaN(time) && new Date(time).toISOString().slice(0, 10) === day && !day?.startsWith('0000')
}

/** `value` as JSON has it for Postgres. @throws ValueFault */
export function readValue({ kind, max = Number.POSITIVE_INFINITY, nullable }: Column, value: unknown) {
  if (value !== null && value !== undefined) return readers[kind](value, max)
  if (nullable) return null
  throw new ValueFault('is missing')
}

const columnTypes: Record<Kind, string> = {
  integer: 'bigint',
  boolean: 'boolean',
  instant: 'timestamptz',
  date: 'date',
  text: 'text',
  username: 'text'
}

/** The columns of a table that takes the rows of `table` as they were read, for `create table`. */
export function stagingColumns(table: TableName): string {
  return columnsOf(table)
    .map(([name, { kind }]) => `${name} ${columnTypes[kind]}`)
    .join(', ')
}
