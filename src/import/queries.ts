import { type RawBuilder, sql } from 'kysely'
import type { Connection } from '../database/connection.ts'
import type { NamedPicture } from '../pictures/queries.ts'
import { columnsOf, type SourceRow, stagingColumns, type TableName, tableNames } from './tables.ts'

/**
 * The rows of the source stand in temporary tables, `import_` before their names, until the transaction ends: there
 * they are compared with what is here, all at once. `present` marks those that are here already.
 */
const marked = [
  'django_content_type',
  'auth_permission',
  'auth_group',
  'api_provinces',
  'auth_user',
  'api_userprofile'
] as const satisfies TableName[]

const staging = (table: TableName) => sql.table(`import_${table}`)
const columns = (table: TableName) => sql.join(columnsOf(table).map(([name]) => sql.ref(name)))

export async function createStaging(transaction: Connection): Promise<void> {
  for (const table of tableNames) {
    await sql`create temp table ${staging(table)} (${sql.raw(stagingColumns(table))}) on commit drop`.execute(transaction)
  }
  for (const table of marked) {
    await sql`alter table ${staging(table)} add present boolean not null default false`.execute(transaction)
  }
}

export async function stageRows(transaction: Connection, table: TableName, rows: readonly SourceRow[]): Promise<void> {
  await sql`
    insert into ${staging(table)} (${columns(table)})
    select ${columns(table)} from json_populate_recordset(null::${staging(table)}, ${JSON.stringify(rows)}::json)`.execute(
    transaction
  )
}

/** When a row is here already. A user is whoever joined at the same time under the same id: all else may have changed. */
const sameRow: Record<(typeof marked)[number], RawBuilder<unknown>> = {
  django_content_type: sql`exists (select from django_content_type t where (t.app_label, t.model) = (s.app_label, s.model))`,
  auth_permission: sql`exists (
    select from import_django_content_type c
    join django_content_type here on (here.app_label, here.model) = (c.app_label, c.model)
    join auth_permission t on t.content_type_id = here.id
    where c.id = s.content_type_id and t.codename = s.codename)`,
  auth_group: sql`exists (select from auth_group t where (t.id, t.name) = (s.id, s.name))`,
  api_provinces: sql`exists (select from api_provinces t where (t.id, t.name) = (s.id, s.name))`,
  // dumpdata writes milliseconds.
  auth_user: sql`exists (
    select from auth_user t
    where t.id = s.id and date_trunc('milliseconds', t.date_joined) = date_trunc('milliseconds', s.date_joined))`,
  api_userprofile: sql`exists (
    select from import_auth_user u join api_userprofile t on t.user_id = u.id where u.id = s.user_id and u.present)`
}

/** Takes the source's app for ours, and marks the rows that are here already. */
export async function matchStaging(transaction: Connection, appLabel: string): Promise<void> {
  await sql`update import_django_content_type set app_label = 'api' where app_label = ${appLabel}`.execute(transaction)
  for (const table of tableNames) await sql`analyze ${staging(table)}`.execute(transaction)
  for (const table of marked) {
    await sql`update ${staging(table)} s set present = true where ${sameRow[table]}`.execute(transaction)
  }
}

export interface TableCount {
  readonly table: TableName
  readonly read: number
  /** Undefined where rows are not told apart. */
  readonly present: number | undefined
}

export async function countStaging(transaction: Connection): Promise<TableCount[]> {
  const counts: TableCount[] = []
  for (const table of tableNames) {
    const isMarked = marked.some((name) => name === table)
    const { rows } = await sql<{ read: number; present: number }>`
      select count(*) as read, ${isMarked ? sql`count(*) filter (where present)` : sql`0`} as present
      from ${staging(table)}`.execute(transaction)
    const { read = 0, present = 0 } = rows[0] ?? {}
    counts.push({ table, read, present: isMarked ? present : undefined })
  }
  return counts
}

/** Users that are here already and are not as in the source any more. */
export async function countChangedUsers(transaction: Connection): Promise<number> {
  const { rows } = await sql<{ changed: number }>`
    select count(*) as changed
    from import_auth_user s join auth_user t on t.id = s.id
    where s.present
      and (t.username, t.email, t.password, t.first_name, t.last_name, t.is_active, t.is_staff, t.is_superuser)
        is distinct from (s.username, s.email, s.password, s.first_name, s.last_name, s.is_active, s.is_staff, s.is_superuser)`.execute(
    transaction
  )
  return rows[0]?.changed ?? 0
}

/** Lines that tell what is wrong; of very many only the first. */
export interface Lines {
  readonly total: number
  readonly lines: readonly string[]
}

export const maxLines = 1000

async function listLines(transaction: Connection, select: RawBuilder<unknown>): Promise<Lines> {
  const { rows } = await sql<{ line: string; total: number }>`
    select line, count(*) over () as total from (${select}) as found (line, position)
    order by position limit ${sql.lit(maxLines)}`.execute(transaction)
  return { total: rows[0]?.total ?? 0, lines: rows.map(({ line }) => line) }
}

/** Whether anything refers to a role or a province here, `t`. */
const inUse = {
  auth_group: sql`(
    exists (select from auth_user_groups where group_id = t.id)
    or exists (select from auth_group_permissions where group_id = t.id)
    or exists (select from api_userprofile_roles where group_id = t.id))`,
  api_provinces: sql`exists (select from api_userprofile where province_id = t.id)`
}

/** What two rows with one name or id are, each a reason not to write anything. */
const conflicts = {
  userIds: sql`
    select format('user %s is %s here, %s in the source', s.id, t.username, s.username), s.id
    from import_auth_user s join auth_user t on t.id = s.id
    where not s.present`,
  usernamesHere: sql`
    select format('user %s of the source has the username of user %s here: %s', s.id, t.id, t.username), s.id
    from import_auth_user s join auth_user t on lower(t.username) = lower(s.username) and t.id <> s.id
    where not s.present`,
  usernames: sql`
    select format('%s: users %s', lower(username), string_agg(format('%s (%s)', id, username), ', ' order by id)), min(id)
    from import_auth_user
    where not present
    group by lower(username) having count(*) > 1`,
  emailsHere: sql`
    select format('user %s of the source has the email of user %s here: %s', s.id, t.id, t.email), s.id
    from import_auth_user s join auth_user t on lower(t.email) = lower(s.email) and t.id <> s.id
    where not s.present and s.email <> '' and t.email <> ''`,
  emails: sql`
    select format('%s: users %s', lower(email), string_agg(format('%s (%s)', id, username), ', ' order by id)), min(id)
    from import_auth_user
    where not present and email <> ''
    group by lower(email) having count(*) > 1`,
  roles: sql`
    select format('role %s is %s here, and in use; in the source %s is %s', t.id, t.name, s.id, s.name), s.id
    from import_auth_group s join auth_group t on t.id = s.id or t.name = s.name
    where not s.present and ${inUse.auth_group}`,
  provinces: sql`
    select format('province %s is %s here, and in use; in the source %s is %s', t.id, t.name, s.id, s.name), s.id
    from import_api_provinces s join api_provinces t on t.id = s.id or t.name = s.name
    where not s.present and ${inUse.api_provinces}`,
  profileIds: sql`
    select format('profile %s is that of user %s here, of user %s in the source', s.id, t.user_id, s.user_id), s.id
    from import_api_userprofile s join api_userprofile t on t.id = s.id
    where not s.present and t.user_id <> s.user_id`
}

export type ConflictName = keyof typeof conflicts

export function findConflict(transaction: Connection, name: ConflictName): Promise<Lines> {
  return listLines(transaction, conflicts[name])
}

/** Roles and provinces here that give way to those of the source (`writeNamed`). */
export function findGivingWay(transaction: Connection): Promise<Lines> {
  const found = (['auth_group', 'api_provinces'] as const).map(
    (table) => sql`
      select distinct format('%s %s: %s', ${table}::text, t.id, t.name), t.id
      from ${staging(table)} s join ${sql.table(table)} t on t.id = s.id or t.name = s.name
      where not s.present and not ${inUse[table]}`
  )
  return listLines(transaction, sql.join(found, sql` union all `))
}

/** Who has the email of a user with a smaller id, or of one who is here: only that one keeps it. */
const laterEmails = sql`
  select s.id from import_auth_user s
  where not s.present and s.email <> '' and (
    exists (select from auth_user t where lower(t.email) = lower(s.email) and t.email <> '' and t.id <> s.id)
    or s.id > (select min(id) from import_auth_user f where not f.present and lower(f.email) = lower(s.email)))`

/** Takes the email from all but the first of those who share one. @returns who lost which */
export async function clearLaterEmails(transaction: Connection): Promise<Lines> {
  await sql`create index on import_auth_user (lower(email))`.execute(transaction)
  await sql`create temp table import_cleared on commit drop as ${laterEmails}`.execute(transaction)
  const cleared = await listLines(
    transaction,
    sql`select format('user %s (%s): %s', id, username, email), id from import_auth_user join import_cleared using (id)`
  )
  await sql`update import_auth_user s set email = '' from import_cleared c where c.id = s.id`.execute(transaction)
  return cleared
}

/** What refers to what. Profiles before what refers to them, so that what hangs on a missing one goes too. */
const references: [table: TableName, column: string, to: TableName][] = [
  ['auth_permission', 'content_type_id', 'django_content_type'],
  ['api_userprofile', 'user_id', 'auth_user'],
  ['api_userprofile', 'province_id', 'api_provinces'],
  ['auth_group_permissions', 'group_id', 'auth_group'],
  ['auth_group_permissions', 'permission_id', 'auth_permission'],
  ['auth_user_groups', 'user_id', 'auth_user'],
  ['auth_user_groups', 'group_id', 'auth_group'],
  ['auth_user_user_permissions', 'user_id', 'auth_user'],
  ['auth_user_user_permissions', 'permission_id', 'auth_permission'],
  ['api_userprofile_roles', 'userprofile_id', 'api_userprofile'],
  ['api_userprofile_roles', 'group_id', 'auth_group']
]

/** Rows that refer to rows which the source does not have, by what they refer to. */
export async function findDangling(transaction: Connection): Promise<Lines> {
  const found = references.map(
    ([table, column, to], index) => sql`
      select format(${`${table}: %s rows name %s of ${to}, which is missing`}, count(*), s.${sql.ref(column)}), ${sql.lit(index)}
      from ${staging(table)} s
      where s.${sql.ref(column)} is not null and not exists (select from ${staging(to)} t where t.id = s.${sql.ref(column)})
      group by s.${sql.ref(column)}`
  )
  return listLines(transaction, sql.join(found, sql` union all `))
}

/** Leaves out the rows that `findDangling` found; a profile only loses its province. */
export async function dropDangling(transaction: Connection): Promise<void> {
  for (const [table, column, to] of references) {
    const missing = sql`
      s.${sql.ref(column)} is not null and not exists (select from ${staging(to)} t where t.id = s.${sql.ref(column)})`
    const change =
      column === 'province_id' ? sql`update ${staging(table)} s set province_id = null` : sql`delete from ${staging(table)} s`
    await sql`${change} where ${missing}`.execute(transaction)
  }
}

/** Adds what is missing of content types and permissions, and notes which id here each permission of the source has. */
async function writePermissions(transaction: Connection): Promise<void> {
  await sql`
    insert into django_content_type (app_label, model)
    select app_label, model from import_django_content_type where not present order by id
    on conflict (app_label, model) do nothing`.execute(transaction)
  const matching = sql`
    import_auth_permission s
    join import_django_content_type c on c.id = s.content_type_id
    join django_content_type here on (here.app_label, here.model) = (c.app_label, c.model)`
  await sql`
    insert into auth_permission (name, content_type_id, codename)
    select s.name, here.id, s.codename from ${matching} where not s.present order by s.id
    on conflict (content_type_id, codename) do nothing`.execute(transaction)
  await sql`
    create temp table import_permission_id on commit drop as
    select s.id as source_id, t.id from ${matching}
    join auth_permission t on t.content_type_id = here.id and t.codename = s.codename`.execute(transaction)
}

/**
 * Adds roles or provinces. Those here that have an id or a name of the source's, and that nothing refers to
 * (`conflicts` has refused the others), give way: those that the migrations made. Their names stay, under other ids.
 */
async function writeNamed(transaction: Connection, table: 'auth_group' | 'api_provinces'): Promise<void> {
  const here = sql.table(table)
  const { rows } = await sql<{ name: string }>`
    delete from ${here} t using ${staging(table)} s
    where not s.present and (t.id = s.id or t.name = s.name)
    returning t.name`.execute(transaction)
  await sql`
    insert into ${here} (id, name) select id, name from ${staging(table)} where not present order by id`.execute(transaction)
  await sql`
    insert into ${here} (id, name)
    select (select max(id) from ${here}) + row_number() over (order by name), name
    from unnest(${rows.map(({ name }) => name)}::text[]) as displaced (name)
    where not exists (select from ${here} t where t.name = displaced.name)`.execute(transaction)
}

async function writeMarked(transaction: Connection, table: 'auth_user' | 'api_userprofile'): Promise<void> {
  await sql`
    insert into ${sql.table(table)} (${columns(table)})
    select ${columns(table)} from ${staging(table)} where not present order by id`.execute(transaction)
}

/** What a role, a user or a profile has: of a new one all; a role that had no permission gets the source's. */
const links = [
  sql`
    insert into auth_group_permissions (group_id, permission_id)
    select distinct s.group_id, p.id from import_auth_group_permissions s
    join import_permission_id p on p.source_id = s.permission_id
    where not exists (select from auth_group_permissions t where t.group_id = s.group_id)`,
  sql`
    insert into auth_user_groups (user_id, group_id)
    select distinct s.user_id, s.group_id from import_auth_user_groups s
    join import_auth_user u on u.id = s.user_id and not u.present`,
  sql`
    insert into auth_user_user_permissions (user_id, permission_id)
    select distinct s.user_id, p.id from import_auth_user_user_permissions s
    join import_auth_user u on u.id = s.user_id and not u.present
    join import_permission_id p on p.source_id = s.permission_id`,
  sql`
    insert into api_userprofile_roles (userprofile_id, group_id)
    select distinct s.userprofile_id, s.group_id from import_api_userprofile_roles s
    join import_api_userprofile p on p.id = s.userprofile_id and not p.present`
]

/** Writes what is new. @param onTable told of what is written next */
export async function writeRows(transaction: Connection, onTable: (table: string) => void): Promise<void> {
  onTable('permissions')
  await writePermissions(transaction)
  for (const table of ['auth_group', 'api_provinces'] as const) await writeNamed(transaction, table)
  for (const table of ['auth_user', 'api_userprofile'] as const) {
    onTable(table)
    await writeMarked(transaction, table)
  }
  onTable('roles and permissions of users and profiles')
  for (const insert of links) await insert.execute(transaction)
  // Foreign keys are checked at the commit otherwise, which pictures are copied before.
  await sql`set constraints all immediate`.execute(transaction)
}

/** Makes the next ids come after those that were brought. Not undone with the transaction, so this comes last. */
export async function advanceIds(transaction: Connection): Promise<void> {
  for (const table of tableNames) {
    // Written out, and no parameter, so that it follows the app label as the statement does.
    const sequence = sql`pg_get_serial_sequence(${sql.raw(`'${table}'`)}, 'id')`
    await sql`
      select setval(${sequence}, max(id)) from ${sql.table(table)}
      having max(id) > coalesce(pg_sequence_last_value(${sequence}::regclass), 0)`.execute(transaction)
  }
}

/**
 * The next `limit` profiles of the source with a picture after the profile `after`, by id; not those here that have
 * another picture by now.
 */
export async function findSourcePictures(transaction: Connection, after: number, limit: number): Promise<NamedPicture[]> {
  const { rows } = await sql<NamedPicture>`
    select s.id as "profileId", s.user_id as "userId", s.profile_picture as path
    from import_api_userprofile s left join api_userprofile t on t.id = s.id
    where s.id > ${after} and s.profile_picture <> '' and (not s.present or t.profile_picture = s.profile_picture)
    order by s.id limit ${limit}`.execute(transaction)
  return rows
}
