import { type Expression, type RawBuilder, sql } from 'kysely'
import type { AuditEntry } from '../audit/queries.ts'
import { readBatches } from '../database/batches.ts'
import { type Connection, id, violatedUnique } from '../database/connection.ts'
import { rowById } from '../database/loader.ts'
import { fetchPage, type List, type Page, type PageRequest, type Sort } from '../database/paging.ts'
import { prepared } from '../database/prepared.ts'
import type { Read } from '../database/standby.ts'
import { deleteProfile } from '../profiles/queries.ts'
import { type NameSample, rareParts, searchedNames, wordsOf } from './search.ts'

export interface RoleSummary {
  readonly id: number
  readonly name: string
}

/** A user with its profile, whose columns are null where there is none: what users and profiles are shown from. */
export interface AccountRow {
  readonly id: number
  readonly username: string
  readonly email: string
  readonly first_name: string
  readonly last_name: string
  readonly is_active: boolean
  readonly is_staff: boolean
  readonly is_superuser: boolean
  readonly date_joined: Date
  /** A new email that waits to be confirmed. */
  readonly pending_email: string | null
  readonly last_login: Date | null
  readonly user_roles: RoleSummary[]
  readonly profile_id: number | null
  readonly phone: string | null
  readonly address: string | null
  readonly birth_date: string | null
  readonly profile_picture: string | null
  readonly bio: string | null
  readonly province_id: number | null
  readonly created_at: Date | null
  readonly updated_at: Date | null
  readonly profile_roles: RoleSummary[]
}

function roleSummaries(membership: RawBuilder<unknown>, owner: RawBuilder<unknown>, ownerId: Expression<unknown>) {
  return sql<RoleSummary[]>`(
    select coalesce(json_agg(json_build_object('id', auth_group.id, 'name', auth_group.name) order by auth_group.name), '[]')
    from ${membership} as membership
    join auth_group on auth_group.id = membership.group_id
    where membership.${owner} = ${ownerId})`
}

/** Users with their profiles and both sets of roles, one row a user, in one statement. */
function selectAccounts(database: Connection) {
  return database
    .selectFrom('auth_user')
    .leftJoin('api_userprofile', 'api_userprofile.user_id', 'auth_user.id')
    .select([
      'auth_user.id',
      'auth_user.username',
      'auth_user.email',
      'auth_user.first_name',
      'auth_user.last_name',
      'auth_user.is_active',
      'auth_user.is_staff',
      'auth_user.is_superuser',
      'auth_user.date_joined',
      'auth_user.last_login',
      'api_userprofile.id as profile_id',
      'api_userprofile.phone',
      'api_userprofile.address',
      'api_userprofile.birth_date',
      'api_userprofile.profile_picture',
      'api_userprofile.bio',
      'api_userprofile.province_id',
      'api_userprofile.created_at',
      'api_userprofile.updated_at'
    ])
    .select((eb) => [
      sql<string | null>`(
        select email_confirmation.email from email_confirmation
        where user_id = auth_user.id and expires_at > now()
          and (purpose = 'change' or email_confirmation.email <> auth_user.email))`.as('pending_email'),
      roleSummaries(sql.table('auth_user_groups'), sql.ref('user_id'), eb.ref('auth_user.id')).as('user_roles'),
      roleSummaries(sql.table('api_userprofile_roles'), sql.ref('userprofile_id'), eb.ref('api_userprofile.id')).as(
        'profile_roles'
      )
    ])
}

const accountById = rowById((database, ids) => selectAccounts(database).where('auth_user.id', '=', ids))

export function findAccount(database: Connection, userId: number): Promise<AccountRow | undefined> {
  return accountById(database, userId)
}

const userForUpdate = prepared((transaction, userId: number) =>
  transaction.selectFrom('auth_user').select('id').where('id', '=', id(userId)).forUpdate()
)

/** As `findAccount`, with the user locked until the transaction ends. */
export async function lockAccount(transaction: Connection, userId: number): Promise<AccountRow | undefined> {
  const user = await userForUpdate.first(transaction, userId)
  // A statement of its own: one that waited for the lock may show the other tables as they were before.
  return user && findAccount(transaction, userId)
}

/** How the audit log names a user. */
export function auditTarget({ id, username }: { readonly id: number; readonly username: string }): AuditEntry['target'] {
  return { type: 'user', id, name: username }
}

/** What the audit log tells of a user. */
export function auditedUser({ username, email, first_name, last_name, is_active, is_staff, user_roles }: AccountRow) {
  return { username, email, first_name, last_name, is_active, is_staff, roles: user_roles.map(({ id }) => id) }
}

export interface AccountFilter {
  readonly search?: string | undefined
  /** Role id or name. */
  readonly role?: string | undefined
  readonly is_active?: boolean | undefined
  readonly is_staff?: boolean | undefined
  /** Province id. */
  readonly province?: number | undefined
}

const userSorts: Record<string, Sort> = {
  id: { expression: sql.ref('auth_user.id'), type: 'bigint' },
  username: { expression: sql`lower(auth_user.username)`, type: 'text' },
  email: { expression: sql`lower(auth_user.email)`, type: 'text' },
  first_name: { expression: sql.ref('auth_user.first_name'), type: 'text' },
  last_name: { expression: sql.ref('auth_user.last_name'), type: 'text' },
  date_joined: { expression: sql.ref('auth_user.date_joined'), type: 'timestamptz' },
  last_login: { expression: sql`coalesce(auth_user.last_login, '-infinity')`, type: 'timestamptz' }
}

// The user's id as the profile has it: the index to walk is one of the profiles' table.
const profileOwner = sql<number>`${sql.ref('api_userprofile.user_id')}`

const profileSorts: Record<string, Sort> = {
  ...userSorts,
  created_at: { expression: sql.ref('api_userprofile.created_at'), identity: profileOwner, type: 'timestamptz' },
  updated_at: { expression: sql.ref('api_userprofile.updated_at'), identity: profileOwner, type: 'timestamptz' }
}

const identity = sql<number>`auth_user.id`

/** A page of users, with or without a profile. */
export async function pageOfUsers(
  database: Connection,
  sample: NameSample,
  filter: AccountFilter,
  request: PageRequest
): Promise<Page<AccountRow>> {
  const matches = filtered(database, await withRoleId(database, filter))
  const list = { matches, shown: selectAccounts(database), sorts: userSorts, identity, table: 'auth_user' }
  return fetchPage(database, await narrowed(list, sample, filter), request)
}

/** All users that fit, in order, with the names of their provinces; see `readBatches`. */
export function batchesOfUsers(read: Read, filter: AccountFilter, ordering: string | undefined) {
  const select = (connection: Connection) =>
    filtered(connection, filter)
      .leftJoin('api_provinces', 'api_provinces.id', 'api_userprofile.province_id')
      .select('api_provinces.name as province_name')
  return readBatches(read, select, userSorts, identity, ordering)
}

/** A page of the users who have a profile. */
export async function pageOfProfiles(
  database: Connection,
  sample: NameSample,
  filter: AccountFilter,
  request: PageRequest
): Promise<Page<AccountRow>> {
  const matches = filtered(database, await withRoleId(database, filter)).where('api_userprofile.id', 'is not', null)
  const list = { matches, shown: selectAccounts(database), sorts: profileSorts, identity, table: 'api_userprofile' }
  return fetchPage(database, await narrowed(list, sample, filter), request)
}

/** The list without its table where a filter leaves rows of it out, and with how the index on names finds what matches. */
async function narrowed(
  { table, ...list }: List<AccountRow>,
  sample: NameSample,
  { search = '', role, is_active, is_staff, province }: AccountFilter
): Promise<List<AccountRow>> {
  const words = wordsOf(search)
  if (words.length === 0) {
    const all = [role, is_active, is_staff, province].every((value) => value === undefined)
    return all && table !== undefined ? { ...list, table } : list
  }
  const parts = rareParts(words, await sample.names())
  if (parts.length === 0) return list
  // In a subquery, so that the planner does not compare it with its statistics: the whole words were already.
  const found = parts.map((part) => sql<boolean>`${searchedNames} ilike (select ${`%${part}%`}::text)`)
  return { ...list, collected: list.matches.where(sql<boolean>`${sql.join(found, sql` and `)}`) }
}

/** A role by its id, which Postgres knows how many users have: by its name it would guess. */
async function withRoleId(database: Connection, filter: AccountFilter): Promise<AccountFilter> {
  if (filter.role === undefined || isId(filter.role)) return filter
  const role = await database.selectFrom('auth_group').select('id').where('name', '=', filter.role).executeTakeFirst()
  return { ...filter, role: String(role?.id ?? 0) }
}

const isId = (text: string) => /^\d{1,15}$/.test(text)

function filtered(database: Connection, { search = '', role, is_active, is_staff, province }: AccountFilter) {
  let query = selectAccounts(database)
  const words = wordsOf(search)
  if (words.length > 0) {
    // One statement however many words there are.
    const patterns = words.map((word) => `%${word.replaceAll(/[\\%_]/g, '\\$&')}%`)
    query = query.where(sql<boolean>`${searchedNames} ilike all (${patterns}::text[])`)
  }
  if (role !== undefined) {
    const group = isId(role)
      ? id(Number(role))
      : sql<number>`(select auth_group.id from auth_group where auth_group.name = ${role})`
    query = query.where(sql<boolean>`exists (
      select from auth_user_groups where auth_user_groups.user_id = auth_user.id and auth_user_groups.group_id = ${group})`)
  }
  // As text, so that they are seen to be what the partial indexes hold (migration 0011).
  if (is_active !== undefined)
    query = query.where(is_active ? sql<boolean>`auth_user.is_active` : sql<boolean>`not auth_user.is_active`)
  if (is_staff !== undefined)
    query = query.where(is_staff ? sql<boolean>`auth_user.is_staff` : sql<boolean>`not auth_user.is_staff`)
  if (province !== undefined) query = query.where('api_userprofile.province_id', '=', id(province))
  return query
}

export interface NewUser {
  readonly username: string
  readonly email: string
  /** As `PasswordHashing.hash` made it. */
  readonly password: string
  readonly first_name: string
  readonly last_name: string
  readonly is_active: boolean
  readonly is_staff: boolean
  readonly is_superuser: boolean
}

/** An arbitrary number that keeps these locks apart from others. */
const namesLock = 0x6e616d65

/**
 * Lets one request at a time take a name, as username or as email, whatever its case: no unique index can keep one
 * user's username from being another's email, which would keep its owner from logging in by it; and the indexes may be
 * deferred (`database/unique-names.ts`).
 * @returns which of the names are taken, see `findTakenFields`
 */
async function lockNames(transaction: Connection, names: Names, ownId?: number): Promise<('username' | 'email')[]> {
  const texts = [names.username, names.email].filter((name) => name !== undefined && name !== '')
  if (texts.length === 0) return []
  // In one order, so that two requests never wait for each other.
  await sql`
    select pg_advisory_xact_lock(key) from (
      select distinct hashtextextended(lower(name), ${namesLock}::bigint) as key
      from unnest(${texts}::text[]) as name order by key
    ) as keys`.execute(transaction)
  return findTakenFields(transaction, names, ownId)
}

/**
 * @param transaction in which the names are held until it ends
 * @returns the new user's id; undefined when the username or the email is taken, see `findTakenFields`
 */
export async function insertUser(transaction: Connection, user: NewUser): Promise<number | undefined> {
  if ((await lockNames(transaction, user)).length > 0) return undefined
  const row = await transaction
    .insertInto('auth_user')
    .values({ ...user, date_joined: sql`now()` })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  return row?.id
}

/** What a user can log in by. */
export interface Names {
  readonly username?: string | undefined
  readonly email?: string | undefined
}

/**
 * Which of the two names another user can log in by already, as username or email, without regard to case. What the user
 * `ownId` has already is not taken, should Django have let somebody else have it too.
 * @param ignored users whose names do not count
 */
export async function findTakenFields(
  database: Connection,
  { username, email }: Names,
  ownId = 0,
  ignored: readonly number[] = []
): Promise<('username' | 'email')[]> {
  const others = sql<boolean>`(id <> all (${[ownId, ...ignored]}::bigint[]))`
  const isTaken = (field: keyof Names, name: string | undefined) => {
    const text = sql`lower(nullif(${name ?? null}::text, ''))`
    return sql<boolean>`((
        exists (select from auth_user where lower(username) = ${text} and ${others})
        or exists (select from auth_user where lower(email) = ${text} and email <> '' and ${others})
      ) and not exists (select from auth_user where id = ${id(ownId)} and lower(${sql.ref(field)}) = ${text}))`
  }
  const { rows } = await sql<{ username: boolean; email: boolean }>`
    select ${isTaken('username', username)} as username, ${isTaken('email', email)} as email`.execute(database)
  return (['username', 'email'] as const).filter((field) => rows[0]?.[field])
}

export interface UserChanges {
  readonly username?: string
  readonly email?: string
  readonly first_name?: string
  readonly last_name?: string
  readonly is_active?: boolean
  readonly is_staff?: boolean
}

/** A new username or email is another user's. Ends the transaction that it is thrown through, as a violated index would. */
export class NamesTaken extends Error {}

/** @throws NamesTaken */
export async function changeUser(transaction: Connection, userId: number, changes: UserChanges): Promise<void> {
  if (Object.keys(changes).length === 0) return
  if ((await lockNames(transaction, changes, userId)).length > 0) throw new NamesTaken()
  try {
    await transaction.updateTable('auth_user').set(changes).where('id', '=', id(userId)).execute()
  } catch (error) {
    throw violatedUnique(error) ? new NamesTaken() : error
  }
}

/** An arbitrary number that all replicas take the same lock by. */
const administratorsLock = 0x61646d69

/**
 * Lets one change of who is an administrator happen at a time: of two administrators who demote each other at once,
 * the second sees what the first did.
 */
export async function lockAdministrators(transaction: Connection): Promise<void> {
  await sql`select pg_advisory_xact_lock(${administratorsLock}::bigint)`.execute(transaction)
}

/**
 * Whether there is an active user who is superuser or has the role `admin`. The role first, which an index leads to; Postgres
 * then does not look for superusers. In one question with an OR it read all users and all memberships.
 */
export async function hasAdministrator(database: Connection): Promise<boolean> {
  const { rows } = await sql<{ found: boolean }>`
    select exists (
      select from auth_group join auth_user_groups on auth_user_groups.group_id = auth_group.id
      join auth_user on auth_user.id = auth_user_groups.user_id
      where auth_group.name = 'admin' and auth_user.is_active
    ) or exists (select from auth_user where is_active and is_superuser) as found`.execute(database)
  return rows[0]?.found === true
}

export async function hasSuperuser(database: Connection): Promise<boolean> {
  const row = await database.selectFrom('auth_user').select('id').where('is_superuser', '=', true).limit(1).executeTakeFirst()
  return row !== undefined
}

/** Tables of Django's own apps, which a database may or may not have, and their column that refers to a user. */
const otherDjangoTables = { django_admin_log: 'user_id', authtoken_token: 'user_id' }

/** Deletes a locked user with all rows that Django would delete with it, since its foreign keys do not cascade by themselves. */
export async function deleteUser(transaction: Connection, userId: number): Promise<void> {
  await transaction.deleteFrom('auth_user_groups').where('user_id', '=', userId).execute()
  await transaction.deleteFrom('auth_user_user_permissions').where('user_id', '=', userId).execute()
  await deleteProfile(transaction, userId)
  const { rows: present } = await sql<{ name: string }>`
    select name from unnest(${Object.keys(otherDjangoTables)}::text[]) as name where to_regclass(name) is not null`.execute(
    transaction
  )
  for (const { name } of present) {
    const column = otherDjangoTables[name as keyof typeof otherDjangoTables]
    await sql`delete from ${sql.table(name)} where ${sql.ref(column)} = ${userId}`.execute(transaction)
  }
  await transaction.deleteFrom('auth_user').where('id', '=', userId).execute()
}
