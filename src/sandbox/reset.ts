import { sql } from 'kysely'
import type { Connection } from '../database/connection.ts'
import { firstRows } from '../database/migrator.ts'
import { replaceRoles } from '../roles/queries.ts'
import type { Services } from '../services.ts'
import { forgetPrincipals } from './clock.ts'
import { firstNewId, type SeedUser, sandboxPassword, seedPictures, seedRoles, seedUsers } from './seed.ts'

/** Deletes every row and picture, and makes the seed; all or nothing, but for pictures. */
export async function resetToSeed({ database, config, hashing, pictures }: Services): Promise<void> {
  const password = await hashing.hash(sandboxPassword)
  const rows = await firstRows(config.database.appLabel)
  const before = await database.selectFrom('api_userprofile').select('profile_picture').execute()
  for (const picture of seedPictures) await pictures.replace(picture, async () => ({ previousPicture: null }))
  await database.transaction().execute(async (transaction) => {
    await deleteRows(transaction)
    await sql.raw(rows).execute(transaction)
    for (const { id, name, permissions } of seedRoles) {
      await transaction.insertInto('auth_group').values({ id, name }).execute()
      await transaction
        .insertInto('auth_group_permissions')
        .columns(['group_id', 'permission_id'])
        .expression((query) =>
          query
            .selectFrom('auth_permission')
            .select([sql<number>`${id}::integer`.as('group_id'), 'id'])
            .where('codename', 'in', permissions)
        )
        .execute()
    }
    for (const seeded of seedUsers) await insertSeed(transaction, seeded, password)
    await restartIds(transaction)
    await forgetPrincipals(transaction)
  })
  const seeded = new Set(seedPictures.map(({ path }) => path))
  for (const { profile_picture: path } of before) if (path && !seeded.has(path)) await pictures.discard(path)
}

/** All but what says which migrations were run. */
async function deleteRows(transaction: Connection): Promise<void> {
  const { rows } = await sql<{ tables: string }>`
    select string_agg(format('%I.%I', schemaname, tablename), ', ' order by tablename) as tables
    from pg_tables where schemaname = 'public' and tablename not like 'user\\_management\\_%'`.execute(transaction)
  await sql.raw(`truncate ${rows[0]?.tables} restart identity`).execute(transaction)
}

async function insertSeed(transaction: Connection, { user, roles, profile }: SeedUser, password: string): Promise<void> {
  await transaction
    .insertInto('auth_user')
    .values({ ...user, password })
    .execute()
  await replaceRoles(transaction, 'user', user.id, roles)
  if (!profile) return
  const at = user.date_joined
  await transaction
    .insertInto('api_userprofile')
    .values({ ...profile, user_id: user.id, created_at: at, updated_at: at })
    .execute()
}

async function restartIds(transaction: Connection): Promise<void> {
  for (const table of ['auth_user', 'auth_group', 'api_userprofile', 'api_provinces'] as const) {
    await sql`select setval(pg_get_serial_sequence(${sql.lit(table)}, 'id'), ${sql.lit(firstNewId)}, false)`.execute(transaction)
  }
}
