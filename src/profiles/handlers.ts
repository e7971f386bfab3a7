import type { components } from '../../generated/api.ts'
import { holdsRole } from '../contract/access.ts'
import type { HandlersOf, Principal } from '../contract/handlers.ts'
import { pageHeaders } from '../contract/links.ts'
import { FieldFaults } from '../contract/problems.ts'
import { replaceRoles } from '../roles/queries.ts'
import type { Services } from '../services.ts'
import { unknownRoles } from '../users/input.ts'
import { changeUser, findAccount, pageOfProfiles } from '../users/queries.ts'
import type { UploadedFile } from './form.ts'
import { readProfileInput } from './input.ts'
import { type Profile, presentPicture, toProfile } from './profile.ts'
import { changeProfile, deleteProfile, ensureProfile } from './queries.ts'

type ProfileOperation =
  | 'getProfile'
  | 'updateProfile'
  | 'listUserProfiles'
  | 'getUserProfile'
  | 'updateUserProfile'
  | 'deleteUserProfile'

export function profileHandlers(services: Services): HandlersOf<ProfileOperation> {
  const { database, config, pictures } = services

  /** The user's profile, made if it is missing; undefined for an unknown user. */
  async function readProfile(userId: number): Promise<Profile | undefined> {
    const account = await findAccount(database, userId)
    if (!account) return undefined
    const profile = toProfile(account, pictures.url)
    if (profile) return profile
    await ensureProfile(database, userId)
    const made = await findAccount(database, userId)
    return (made && toProfile(made, pictures.url)) ?? undefined
  }

  /**
   * Saves what a request wants of a profile; undefined for an unknown user.
   */
  async function saveProfile(
    userId: number,
    body: components['schemas']['UserProfileUpdate'],
    upload: UploadedFile | undefined,
    principal: Principal | undefined
  ): Promise<Profile | undefined> {
    const account = await findAccount(database, userId)
    if (!account) return undefined
    const { roles, first_name, last_name, ...fields } = body
    const faults = new FieldFaults()
    if (roles && !holdsRole(principal, 'admin')) faults.add('roles', 'Only an administrator may set roles.')
    const present = presentPicture(account, pictures.url)
    const { changes, picture } = await readProfileInput(services, fields, upload, present, faults)
    faults.throwIfAny()

    const saved = await pictures.replace(picture, (path) =>
      database.transaction().execute(async (transaction) => {
        await ensureProfile(transaction, userId)
        const changed = await changeProfile(transaction, userId, {
          ...changes,
          ...(path !== undefined && { profile_picture: path })
        })
        if (!changed) return undefined
        if (roles) {
          const unknown = await replaceRoles(transaction, 'profile', changed.profileId, [...new Set(roles)])
          if (unknown.length > 0) throw unknownRoles(unknown)
        }
        const names = { ...(first_name !== undefined && { first_name }), ...(last_name !== undefined && { last_name }) }
        await changeUser(transaction, userId, names)
        return changed
      })
    )
    if (!saved) return undefined
    return readProfile(userId)
  }

  const noSuchUser = (id: number) => `There is no user with the id ${id}.`

  return {
    async getProfile({ principal, refuse }) {
      const profile = await readProfile(principal.userId)
      // Deleted since the token was checked.
      if (!profile) throw refuse('invalid_token', 'The user is not there any more.')
      return { status: 200, body: profile }
    },

    async updateProfile({ principal, body, upload, refuse }) {
      const profile = await saveProfile(principal.userId, body, upload, principal)
      if (!profile) throw refuse('invalid_token', 'The user is not there any more.')
      return { status: 200, body: profile }
    },

    async listUserProfiles({ query, target }) {
      const page = await pageOfProfiles(database, query, query)
      const body = page.rows.map((account) => toProfile(account, pictures.url) as Profile)
      return { status: 200, body, headers: pageHeaders(page, target, config.publicUrl) }
    },

    async getUserProfile({ params: { id }, refuse }) {
      const profile = await readProfile(id)
      if (!profile) throw refuse('not_found', noSuchUser(id))
      return { status: 200, body: profile }
    },

    async updateUserProfile({ params: { id }, body, upload, principal, refuse }) {
      const profile = await saveProfile(id, body, upload, principal)
      if (!profile) throw refuse('not_found', noSuchUser(id))
      return { status: 200, body: profile }
    },

    async deleteUserProfile({ params: { id }, refuse }) {
      const deleted = await database.transaction().execute((transaction) => deleteProfile(transaction, id))
      if (!deleted) throw refuse('not_found', `The user ${id} is not there, or has no profile.`)
      if (deleted.picture) await pictures.discard(deleted.picture)
      return { status: 204 }
    }
  }
}
