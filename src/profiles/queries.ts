import { sql } from 'kysely'
import { type Connection, id } from '../database/connection.ts'

/** Columns of a profile that a request may set; an absent one is left alone. */
export interface ProfileChanges {
  readonly phone?: string | null
  readonly address?: string | null
  readonly birth_date?: string | null
  readonly bio?: string | null
  readonly province_id?: number | null
  /** Path in the picture store. */
  readonly profile_picture?: string | null
}

/** Makes the user's profile if it is missing: once, however many ask at the same time. Nothing for an unknown user. */
export async function ensureProfile(database: Connection, userId: number): Promise<void> {
  await sql`
    insert into ${sql.table('api_userprofile')} (user_id, created_at, updated_at)
    select id, now(), now() from auth_user where id = ${id(userId)} for key share
    on conflict (user_id) do nothing`.execute(database)
}

export interface ChangedProfile {
  readonly profileId: number
  /** Path of the picture before the change. */
  readonly previousPicture: string | null
}

/** Changes a profile that exists; `updated_at` moves at every save, as Django's `auto_now` does. */
export async function changeProfile(transaction: Connection, userId: number, changes: ProfileChanges): Promise<ChangedProfile> {
  const { id: profileId, profile_picture: previousPicture } = await transaction
    .selectFrom('api_userprofile')
    .select(['id', 'profile_picture'])
    .where('user_id', '=', id(userId))
    .forUpdate()
    .executeTakeFirstOrThrow()
  await transaction
    .updateTable('api_userprofile')
    .set({ ...changes, updated_at: sql`now()` })
    .where('id', '=', profileId)
    .execute()
  return { profileId, previousPicture }
}

/** Deletes a user's profile, if there is one. */
export async function deleteProfile(transaction: Connection, userId: number): Promise<void> {
  const own = transaction.selectFrom('api_userprofile').select('id').where('user_id', '=', id(userId))
  await transaction.deleteFrom('api_userprofile_roles').where('userprofile_id', 'in', own).execute()
  await transaction.deleteFrom('api_userprofile').where('user_id', '=', id(userId)).execute()
}
