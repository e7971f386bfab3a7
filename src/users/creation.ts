import type { components } from '../../generated/api.ts'
import { type Origin, recordEvent } from '../audit/queries.ts'
import { FieldFaults } from '../contract/problems.ts'
import { deleteUnlessReferenced } from '../database/references.ts'
import { confirmationMail } from '../mail/texts.ts'
import { newLinkToken } from '../passwords/link-token.ts'
import { passwordFaults } from '../passwords/policy.ts'
import type { UploadedFile } from '../profiles/form.ts'
import { readProfileInput } from '../profiles/input.ts'
import { changeProfile, ensureProfile } from '../profiles/queries.ts'
import { findExpiredRegistrations, issueConfirmation, lockExpiredRegistration } from '../registration/queries.ts'
import { replaceRoles } from '../roles/queries.ts'
import type { Services } from '../services.ts'
import { addPrivilegeFaults } from './authority.ts'
import { normalizeEmail, normalizeUsername, unknownRoles } from './input.ts'
import { auditedUser, auditTarget, deleteUser, findAccount, findTakenFields, insertUser } from './queries.ts'
import { toUser, type User } from './user.ts'

type Input = components['schemas']['UserCreate']

/** The user that was made, or the names that other users have already; then nothing was made. */
export type Creation = { readonly user: User } | { readonly taken: ('username' | 'email')[] }

/**
 * Makes a user with its profile, and its picture if one came along, all or nothing. Of two that ask for one name at
 * the same time, one gets it.
 * @param mayChooseRoles whether the caller is an administrator; others get a fault for `roles`
 * @param verifyEmail whether the user is active only once the link sent to the email was used
 * @throws Problem invalid_input with everything that is wrong
 */
export async function createAccount(
  services: Services,
  input: Input,
  upload: UploadedFile | undefined,
  origin: Origin,
  { mayChooseRoles, verifyEmail }: { readonly mayChooseRoles: boolean; readonly verifyEmail: boolean }
): Promise<Creation> {
  const { database, config, hashing, mailer, pictures } = services
  const faults = new FieldFaults()
  const owner = {
    username: normalizeUsername(input.username, faults),
    email: normalizeEmail(input.email ?? ''),
    first_name: input.first_name ?? '',
    last_name: input.last_name ?? ''
  }
  addPrivilegeFaults(faults, input, mayChooseRoles)
  if (verifyEmail && owner.email === '') faults.add('email', 'This field is required.')
  const weaknesses = passwordFaults(input.password, owner)
  if (weaknesses.length > 0) faults.add('password', ...weaknesses)
  const { changes, picture } = await readProfileInput(services, input.profile ?? {}, upload, null, faults, 'profile.')
  faults.throwIfAny()

  // Asked before the costly hash; what decides is the unique index below.
  const taken = await freeNames(services, owner, origin)
  if (taken.length > 0) return { taken }
  const password = await hashing.hash(input.password)

  const confirmation = newLinkToken()
  const is_active = !verifyEmail && (input.is_active ?? true)
  const is_staff = input.is_staff ?? false
  let userId = 0
  const saved = await pictures.replace(picture, (path) =>
    database.transaction().execute(async (transaction) => {
      const inserted = await insertUser(transaction, {
        ...owner,
        password,
        is_active,
        is_staff,
        is_superuser: false
      })
      if (inserted === undefined) return undefined
      userId = inserted
      const unknown = await replaceRoles(transaction, 'user', userId, [...new Set(input.roles ?? [])])
      if (unknown.length > 0) throw unknownRoles(unknown)
      await ensureProfile(transaction, userId)
      if (verifyEmail) {
        await issueConfirmation(transaction, {
          userId,
          email: owner.email,
          purpose: 'registration',
          tokenHash: confirmation.hash
        })
        const link = confirmation.link(config.emails.confirmationUrl, userId)
        await mailer.queue(transaction, confirmationMail(owner.email, link))
      }
      const { username, ...fields } = owner
      await recordEvent(transaction, origin, {
        action: 'user.created',
        target: { type: 'user', id: userId, name: username },
        after: { username, ...fields, is_active, is_staff, roles: input.roles ?? [] }
      })
      return changeProfile(transaction, userId, { ...changes, ...(path !== undefined && { profile_picture: path }) })
    })
  )
  if (!saved) return { taken: await findTakenFields(database, owner) }
  if (verifyEmail) mailer.wake()
  const account = await findAccount(database, userId)
  if (!account) throw new Error(`The user ${userId} was deleted while it was made`)
  return { user: toUser(account, pictures.url) }
}

/**
 * Which of the names are taken, once the registrations that held them and were never confirmed in time are deleted:
 * else anybody could keep an email from its owner for good.
 */
async function freeNames(
  { database, pictures }: Services,
  names: { readonly username: string; readonly email: string },
  origin: Origin
): Promise<('username' | 'email')[]> {
  const taken = await findTakenFields(database, names)
  if (taken.length === 0) return taken
  const expired = await findExpiredRegistrations(database, [names.username, names.email].filter(Boolean))
  const others = expired.length > 0 ? await findTakenFields(database, names, 0, expired) : taken
  if (others.length > 0) return others
  for (const userId of expired) {
    const deleted = await deleteUnlessReferenced(database, async (transaction) => {
      const account = (await lockExpiredRegistration(transaction, userId)) && (await findAccount(transaction, userId))
      if (!account) return undefined
      await deleteUser(transaction, userId)
      const before = auditedUser(account)
      await recordEvent(transaction, origin, { action: 'user.deleted', target: auditTarget(account), before })
      return { picture: account.profile_picture }
    })
    if (deleted && 'picture' in deleted && deleted.picture) await pictures.discard(deleted.picture)
  }
  return findTakenFields(database, names)
}
