import type { components } from '../../generated/api.ts'
import { changedFields, recordEvent } from '../audit/queries.ts'
import { holdsRole } from '../contract/access.ts'
import type { Call, HandlersOf } from '../contract/handlers.ts'
import { pageHeaders } from '../contract/links.ts'
import { FieldFaults } from '../contract/problems.ts'
import { replaceRoles } from '../roles/queries.ts'
import type { Services } from '../services.ts'
import { addPrivilegeFaults, requireAuthority } from '../users/authority.ts'
import { unknownRoles } from '../users/input.ts'
import { type AccountRow, auditTarget, changeUser, findAccount, lockAccount, pageOfProfiles } from '../users/queries.ts'
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
  const { database, readList, config, nameSample, pictures } = services

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
    { upload, principal, origin, assertMatch }: Pick<Call<'updateUserProfile'>, 'upload' | 'principal' | 'origin' | 'assertMatch'>
  ): Promise<Profile | undefined> {
    const account = await findAccount(database, userId)
    if (!account) return undefined
    const { roles, first_name, last_name, ...fields } = body
    if (principal?.userId !== userId) requireAuthority(principal, account)
    const faults = new FieldFaults()
    addPrivilegeFaults(faults, { roles }, holdsRole(principal, 'admin'))
    const present = presentPicture(account, pictures.url)
    const { changes, picture } = await readProfileInput(services, fields, upload, present, faults)
    faults.throwIfAny()

    const saved = await pictures.replace(picture, (path) =>
      database.transaction().execute(async (transaction) => {
        // The user's row first, and by the strongest lock: two that lock it weakly and then want more wait for each other.
        const locked = await lockAccount(transaction, userId)
        if (locked?.profile_id === null) await ensureProfile(transaction, userId)
        const before = locked?.profile_id === null ? await findAccount(transaction, userId) : locked
        if (!before) return undefined
        assertMatch(toProfile(before, pictures.url) as Profile)
        const { profileId, previousPicture } = await changeProfile(transaction, userId, {
          ...changes,
          ...(path !== undefined && { profile_picture: path })
        })
        if (roles) {
          const unknown = await replaceRoles(transaction, 'profile', profileId, [...new Set(roles)])
          if (unknown.length > 0) throw unknownRoles(unknown)
        }
        const names = { ...(first_name !== undefined && { first_name }), ...(last_name !== undefined && { last_name }) }
        await changeUser(transaction, userId, names)
        const [old, profile] = [before, (await findAccount(transaction, userId)) as AccountRow].map(
          (state) => toProfile(state, pictures.url) as Profile
        ) as [Profile, Profile]
        const change = changedFields(old, profile, ['updated_at'])
        if (change) await recordEvent(transaction, origin, { action: 'profile.updated', target: auditTarget(before), ...change })
        return { previousPicture, profile }
      })
    )
    return saved?.profile
  }

  const noSuchUser = (id: number) => `There is no user with the id ${id}.`

  return {
    async getProfile({ principal, refuse }) {
      const profile = await readProfile(principal.userId)
      // Deleted since the token was checked.
      if (!profile) throw refuse('invalid_token', 'The user is not there any more.')
      return { status: 200, body: profile }
    },

    async updateProfile(call) {
      const { principal, body, refuse } = call
      const profile = await saveProfile(principal.userId, body, call)
      if (!profile) throw refuse('invalid_token', 'The user is not there any more.')
      return { status: 200, body: profile }
    },

    async listUserProfiles({ query, target }) {
      const page = await readList((connection) => pageOfProfiles(connection, nameSample, query, query))
      const body = page.rows.map((account) => toProfile(account, pictures.url) as Profile)
      return { status: 200, body, headers: pageHeaders(page, target, config.publicUrl) }
    },

    async getUserProfile({ params: { id }, refuse }) {
      const profile = await readProfile(id)
      if (!profile) throw refuse('not_found', noSuchUser(id))
      return { status: 200, body: profile }
    },

    async updateUserProfile(call) {
      const {
        params: { id },
        body,
        refuse
      } = call
      const profile = await saveProfile(id, body, call)
      if (!profile) throw refuse('not_found', noSuchUser(id))
      return { status: 200, body: profile }
    },

    async deleteUserProfile({ params: { id }, principal, origin, assertMatch, refuse }) {
      const picture = await database.transaction().execute(async (transaction) => {
        const account = await lockAccount(transaction, id)
        const before = account && toProfile(account, pictures.url)
        if (!account || !before) throw refuse('not_found', `The user ${id} is not there, or has no profile.`)
        assertMatch(before)
        requireAuthority(principal, account)
        await deleteProfile(transaction, id)
        await recordEvent(transaction, origin, { action: 'profile.deleted', target: auditTarget(account), before })
        return account.profile_picture
      })
      if (picture) await pictures.discard(picture)
      return { status: 204 }
    }
  }
}
