import { randomBytes } from 'node:crypto'
import { type Config, ConfigError } from '../config.ts'
import type { Database } from '../database/connection.ts'
import { startHashing } from '../passwords/hashing.ts'
import { readAdministrator } from '../users/administrator.ts'
import { hasSuperuser, insertUser, lockAdministrators } from '../users/queries.ts'

export interface FirstAdministrator {
  readonly username: string
  /** The password that was made up; undefined where the settings give it. */
  readonly madePassword: string | undefined
}

/**
 * Makes a superuser where there is none: with the password of ADMIN_PASSWORD or, in development, a random one.
 * @returns undefined when there was one already, or when there is no password to give it
 * @throws ConfigError when ADMIN_USERNAME or ADMIN_EMAIL is another user's, or ADMIN_PASSWORD too weak
 */
export async function ensureAdministrator(
  database: Database,
  { admin, passwords, production }: Config
): Promise<FirstAdministrator | undefined> {
  if (await hasSuperuser(database)) return undefined
  const madePassword = admin.password === undefined && !production ? randomBytes(12).toString('hex') : undefined
  const secret = admin.password ?? madePassword
  if (secret === undefined) return undefined
  const { user, faults } = readAdministrator(admin.username, admin.email, admin.password)
  if (faults.length > 0) throw new ConfigError(faults.map(([field, message]) => `ADMIN_${field.toUpperCase()}: ${message}`))
  const hashing = startHashing(passwords.hashCost, 1)
  const password = await hashing.hash(secret).finally(() => hashing.close())
  return database.transaction().execute(async (transaction) => {
    // Replicas that start together make one superuser.
    await lockAdministrators(transaction)
    if (await hasSuperuser(transaction)) return undefined
    const id = await insertUser(transaction, { ...user, password })
    if (id === undefined) {
      throw new ConfigError(['ADMIN_USERNAME or ADMIN_EMAIL is taken by a user who is no superuser; choose others'])
    }
    return { username: user.username, madePassword }
  })
}
