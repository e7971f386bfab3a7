import { sql } from 'kysely'
import { type Connection, id } from '../database/connection.ts'

export interface ProvinceRow {
  readonly id: number
  readonly name: string
}

export function listProvinces(database: Connection): Promise<ProvinceRow[]> {
  return database.selectFrom('api_provinces').select(['id', 'name']).orderBy('name').execute()
}

export function findProvince(database: Connection, provinceId: number): Promise<ProvinceRow | undefined> {
  return database.selectFrom('api_provinces').select(['id', 'name']).where('id', '=', id(provinceId)).executeTakeFirst()
}

/** The province with this name: as it is, else without regard to case. */
export function findProvinceByName(database: Connection, name: string): Promise<ProvinceRow | undefined> {
  return database
    .selectFrom('api_provinces')
    .select(['id', 'name'])
    .where(sql<string>`lower(name)`, '=', sql<string>`lower(${name})`)
    .orderBy(sql`name = ${name}`, 'desc')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst()
}

/** @returns the new province; undefined when the name is taken */
export function insertProvince(database: Connection, name: string): Promise<ProvinceRow | undefined> {
  return database
    .insertInto('api_provinces')
    .values({ name })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .returning(['id', 'name'])
    .executeTakeFirst()
}

/** A province, locked until the transaction ends: no profile can come to name it until then. */
export function lockProvince(transaction: Connection, provinceId: number): Promise<ProvinceRow | undefined> {
  return transaction
    .selectFrom('api_provinces')
    .select(['id', 'name'])
    .where('id', '=', id(provinceId))
    .forUpdate()
    .executeTakeFirst()
}

/** @throws a unique violation when the name is taken */
export async function renameProvince(transaction: Connection, provinceId: number, name: string): Promise<void> {
  await transaction.updateTable('api_provinces').set({ name }).where('id', '=', id(provinceId)).execute()
}

/** Deletes a locked province and leaves the profiles that name it without one (Django's SET_NULL). */
export async function deleteProvince(transaction: Connection, provinceId: number): Promise<void> {
  await transaction.updateTable('api_userprofile').set({ province_id: null }).where('province_id', '=', id(provinceId)).execute()
  await transaction.deleteFrom('api_provinces').where('id', '=', id(provinceId)).execute()
}
