import { type Expression, type RawBuilder, sql } from 'kysely'
import { type Connection, id, ids } from '../database/connection.ts'
import { together } from '../database/loader.ts'
import { prepared } from '../database/prepared.ts'

/** Names of the roles of the user whose id `userId` is, by name: an expression for any statement. */
export function roleNames(userId: Expression<unknown>): RawBuilder<string[]> {
  return sql<string[]>`array(
    select auth_group.name::text from auth_user_groups
    join auth_group on auth_group.id = auth_user_groups.group_id
    where auth_user_groups.user_id = ${userId}
    order by auth_group.name)`
}

/**
 * What the user whose id `userId` is may do, each as `app_label.codename`: through roles and directly granted, all there
 * is for an active superuser (django.contrib.auth.backends.ModelBackend). An expression for any statement.
 */
export function permissionNames(userId: Expression<unknown> | RawBuilder<unknown>): RawBuilder<string[]> {
  return sql<string[]>`array(
    select django_content_type.app_label || '.' || auth_permission.codename as name
    from auth_permission
    join django_content_type on django_content_type.id = auth_permission.content_type_id
    where ${holdsPermission(userId)}
    order by name)`
}

/** Whether a user holds the permission `app_label.codename`; true where none is asked for. */
export function hasPermission(userId: Expression<unknown>, permission: string | undefined): RawBuilder<boolean> {
  if (permission === undefined) return sql<boolean>`true`
  const [app = '', ...codename] = permission.split('.')
  return sql<boolean>`exists (
    select from auth_permission
    join django_content_type on django_content_type.id = auth_permission.content_type_id
    where django_content_type.app_label = ${app} and auth_permission.codename = ${codename.join('.')} and ${holdsPermission(userId)})`
}

function holdsPermission(userId: Expression<unknown> | RawBuilder<unknown>): RawBuilder<boolean> {
  return sql<boolean>`(
    exists (select from auth_user holder where holder.id = ${userId} and holder.is_superuser)
    or auth_permission.id in (select permission_id from auth_user_user_permissions where user_id = ${userId})
    or auth_permission.id in (
      select auth_group_permissions.permission_id from auth_user_groups
      join auth_group_permissions on auth_group_permissions.group_id = auth_user_groups.group_id
      where auth_user_groups.user_id = ${userId}))`
}

export async function listPermissionsOf(database: Connection, userId: number): Promise<string[]> {
  const { rows } = await sql<{ permissions: string[] }>`select ${permissionNames(id(userId))} as permissions`.execute(database)
  return rows[0]?.permissions ?? []
}

export interface RoleRow {
  readonly id: number
  readonly name: string
  /** Permission ids. */
  readonly permissions: number[]
}

function selectRoles(database: Connection) {
  return database.selectFrom('auth_group').select([
    'auth_group.id',
    'auth_group.name',
    sql<number[]>`array(
      select permission_id from auth_group_permissions
      where group_id = auth_group.id order by permission_id)`.as('permissions')
  ])
}

const allRoles = together(prepared((database) => selectRoles(database).orderBy('auth_group.name')))

export function listRoles(database: Connection): Promise<RoleRow[]> {
  return allRoles(database)
}

export function findRole(database: Connection, roleId: number): Promise<RoleRow | undefined> {
  return selectRoles(database).where('auth_group.id', '=', id(roleId)).executeTakeFirst()
}

/** @returns the new role's id; undefined when the name is taken */
export async function insertRole(database: Connection, name: string): Promise<number | undefined> {
  const row = await database
    .insertInto('auth_group')
    .values({ name })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .returning('id')
    .executeTakeFirst()
  return row?.id
}

/** The name of a role, which is locked until the transaction ends. */
export async function lockRole(transaction: Connection, roleId: number): Promise<RoleName | undefined> {
  return transaction.selectFrom('auth_group').select(['id', 'name']).where('id', '=', id(roleId)).forUpdate().executeTakeFirst()
}

export interface RoleName {
  readonly id: number
  readonly name: string
}

/** @throws a unique violation when the name is taken */
export async function renameRole(transaction: Connection, roleId: number, name: string): Promise<void> {
  await transaction.updateTable('auth_group').set({ name }).where('id', '=', id(roleId)).execute()
}

/** Deletes a locked role with its memberships and permissions, which Django's foreign keys do not do by themselves. */
export async function deleteRole(transaction: Connection, roleId: number): Promise<void> {
  await transaction.deleteFrom('auth_user_groups').where('group_id', '=', roleId).execute()
  await transaction.deleteFrom('auth_group_permissions').where('group_id', '=', roleId).execute()
  await transaction.deleteFrom('api_userprofile_roles').where('group_id', '=', roleId).execute()
  await transaction.deleteFrom('auth_group').where('id', '=', roleId).execute()
}

/** The tables that say which roles somebody has, and their column for who. */
const memberships = { user: ['auth_user_groups', 'user_id'], profile: ['api_userprofile_roles', 'userprofile_id'] } as const

/**
 * Makes `roleIds` the roles of a user, or those noted on a profile.
 * @returns the ids that are no role's; when there are any, nothing is changed
 */
export async function replaceRoles(
  transaction: Connection,
  of: keyof typeof memberships,
  ownerId: number,
  roleIds: readonly number[]
): Promise<number[]> {
  // The lock keeps the roles from being deleted before the transaction ends.
  const rows = await transaction
    .selectFrom('auth_group')
    .select('id')
    .where('id', '=', ids(roleIds))
    .orderBy('id')
    .forKeyShare()
    .execute()
  const known = new Set(rows.map((row) => row.id))
  const unknown = roleIds.filter((roleId) => !known.has(roleId))
  if (unknown.length > 0) return unknown
  const [table, owner] = [sql.table(memberships[of][0]), sql.ref(memberships[of][1])]
  const groups = [...known]
  await sql`delete from ${table} where ${owner} = ${id(ownerId)} and group_id <> all (${groups}::integer[])`.execute(transaction)
  await sql`
    insert into ${table} (${owner}, group_id)
    select ${id(ownerId)}, group_id from unnest(${groups}::integer[]) as group_id
    on conflict (${owner}, group_id) do nothing`.execute(transaction)
  return []
}

export interface PermissionRow {
  readonly id: number
  readonly name: string
  readonly codename: string
  /** `app_label.model`. */
  readonly content_type: string
}

const allPermissions = prepared((database) =>
  database
    .selectFrom('auth_permission')
    .innerJoin('django_content_type', 'django_content_type.id', 'auth_permission.content_type_id')
    .select([
      'auth_permission.id',
      'auth_permission.name',
      'auth_permission.codename',
      sql<string>`django_content_type.app_label || '.' || django_content_type.model`.as('content_type')
    ])
    .orderBy('django_content_type.app_label')
    .orderBy('django_content_type.model')
    .orderBy('auth_permission.codename')
)

/** All permissions in Django's order. */
export function listPermissions(database: Connection): Promise<PermissionRow[]> {
  return allPermissions.all(database)
}

/**
 * Makes `permissionIds` the permissions of a locked role.
 * @returns the ids that are no permission's; when there are any, nothing is changed
 */
export async function replaceRolePermissions(
  transaction: Connection,
  roleId: number,
  permissionIds: readonly number[]
): Promise<number[]> {
  const rows = await transaction
    .selectFrom('auth_permission')
    .select('id')
    .where('id', '=', ids(permissionIds))
    .forKeyShare()
    .execute()
  const known = new Set(rows.map((row) => row.id))
  const unknown = permissionIds.filter((permissionId) => !known.has(permissionId))
  if (unknown.length > 0) return unknown
  await transaction
    .deleteFrom('auth_group_permissions')
    .where('group_id', '=', roleId)
    .where((eb) => eb.not(eb('permission_id', '=', ids(permissionIds))))
    .execute()
  await sql`
    insert into auth_group_permissions (group_id, permission_id)
    select ${roleId}::integer, permission_id from unnest(${[...known]}::integer[]) as permission_id
    on conflict (group_id, permission_id) do nothing`.execute(transaction)
  return []
}
