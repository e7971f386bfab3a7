import { sql } from 'kysely'
import { type Connection, id } from '../database/connection.ts'

/** Which of `paths` profiles name. One reading of the table, however many paths: Django's column has no index. */
export async function findNamedPictures(database: Connection, paths: readonly string[]): Promise<Set<string>> {
  const rows = await database
    .selectFrom('api_userprofile')
    .select('profile_picture')
    .where('profile_picture', '=', sql<string>`any(${paths}::text[])`)
    .execute()
  return new Set(rows.map(({ profile_picture }) => profile_picture as string))
}

export interface NamedPicture {
  readonly profileId: number
  readonly userId: number
  readonly path: string
}

/** The next `limit` profiles with a picture after the profile `after`, by id. */
export async function findProfilesWithPicture(database: Connection, after: number, limit: number): Promise<NamedPicture[]> {
  const rows = await database
    .selectFrom('api_userprofile')
    .select(['id', 'user_id', 'profile_picture'])
    .where('id', '>', id(after))
    // Django writes an empty string for a picture that was cleared; null is not unequal to it either.
    .where('profile_picture', '<>', '')
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ profileId: row.id, userId: row.user_id, path: row.profile_picture as string }))
}
