import { type Expression, type RawBuilder, sql } from 'kysely'
import { type Connection, id, ids } from '../database/connection.ts'

/** Names of the roles of the user whose id `userId` is, by name: an expression for any statement. */
export function roleNames(userId: Expression<unknown>): RawBuilder<string[]> {
  return sql<string[]>`array(
    select auth_group.name::text from auth_user_groups
    join auth_group on auth_group.id = auth_user_groups.group_id
    where auth_user_groups.user_id = ${userId}
    order by auth_group.name)`
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

export function listRoles(database: Connection): Promise<RoleRow[]> {
  return selectRoles(database).orderBy('auth_group.name').execute()
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

/**
 * Renames a role unless its present name is one of `except`.
 * @returns whether there was such a role
 * @throws a unique violation when the name is taken
 */
export async function renameRole(
  database: Connection,
  roleId: number,
  name: string,
  except: readonly string[]
): Promise<boolean> {
  const result = await database
    .updateTable('auth_group')
    .set({ name })
    .where('id', '=', id(roleId))
    .where((eb) => eb.or([eb('name', '=', name), eb.not(eb('name', '=', sql<string>`any(${except}::text[])`))]))
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

/** Deletes a role with its memberships and permissions, which Django's foreign keys do not do by themselves. */
export async function deleteRole(transaction: Connection, roleId: number, except: readonly string[]): Promise<boolean> {
  // The lock keeps new members out until the role is gone.
  const role = await transaction
    .selectFrom('auth_group')
    .select('id')
    .where('id', '=', id(roleId))
    .where((eb) => eb.not(eb('name', '=', sql<string>`any(${except}::text[])`)))
    .forUpdate()
    .executeTakeFirst()
  if (!role) return false
  await transaction.deleteFrom('auth_user_groups').where('group_id', '=', role.id).execute()
  await transaction.deleteFrom('auth_group_permissions').where('group_id', '=', role.id).execute()
  await transaction.deleteFrom('api_userprofile_roles').where('group_id', '=', role.id).execute()
  await transaction.deleteFrom('auth_group').where('id', '=', role.id).execute()
  return true
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

/** All permissions in Django's order. */
export function listPermissions(database: Connection): Promise<PermissionRow[]> {
  return database
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
    .execute()
}

export type PermissionsReplacement = 'replaced' | 'no_such_role' | { readonly unknown: number[] }

/** Makes `permissionIds` the permissions of a role; changes nothing where the role or a permission is not there. */
export async function replaceRolePermissions(
  transaction: Connection,
  roleId: number,
  permissionIds: readonly number[]
): Promise<PermissionsReplacement> {
  const role = await transaction.selectFrom('auth_group').select('id').where('id', '=', id(roleId)).forUpdate().executeTakeFirst()
  if (!role) return 'no_such_role'
  const known = await transaction
    .selectFrom('auth_permission')
    .select('id')
    .where('id', '=', ids(permissionIds))
    .forKeyShare()
    .execute()
  const knownIds = new Set(known.map((row) => row.id))
  const unknown = permissionIds.filter((permissionId) => !knownIds.has(permissionId))
  if (unknown.length > 0) return { unknown }
  await transaction
    .deleteFrom('auth_group_permissions')
    .where('group_id', '=', role.id)
    .where((eb) => eb.not(eb('permission_id', '=', ids(permissionIds))))
    .execute()
  await sql`
    insert into auth_group_permissions (group_id, permission_id)
    select ${role.id}::integer, permission_id from unnest(${[...knownIds]}::integer[]) as permission_id
    on conflict (group_id, permission_id) do nothing`.execute(transaction)
  return 'replaced'
}
