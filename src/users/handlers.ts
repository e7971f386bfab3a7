import { changedFields, type Origin, recordEvent } from '../audit/queries.ts'
import { holdsRole } from '../contract/access.ts'
import type { HandlersOf } from '../contract/handlers.ts'
import { pageHeaders } from '../contract/links.ts'
import { FieldFaults } from '../contract/problems.ts'
import { deleteUnlessReferenced } from '../database/references.ts'
import { confirmationMail, emailChangedMail } from '../mail/texts.ts'
import { newLinkToken } from '../passwords/link-token.ts'
import { dropConfirmation, issueConfirmation } from '../registration/queries.ts'
import { replaceRoles } from '../roles/queries.ts'
import type { Services } from '../services.ts'
import { revokeSessions } from '../sessions/queries.ts'
import { addPrivilegeFaults, requireAuthority } from './authority.ts'
import { createAccount } from './creation.ts'
import { type ExportType, exported } from './export.ts'
import { normalizeEmail, normalizeUsername, takenErrors, unknownRoles } from './input.ts'
import {
  type AccountFilter,
  type AccountRow,
  auditedUser,
  auditTarget,
  batchesOfUsers,
  changeUser,
  deleteUser,
  findAccount,
  findTakenFields,
  hasAdministrator,
  lockAccount,
  lockAdministrators,
  NamesTaken,
  pageOfUsers
} from './queries.ts'
import { toUser } from './user.ts'

type UserOperation = 'listUsers' | 'createUser' | 'getUser' | 'updateUser' | 'deleteUser'

export function userHandlers(services: Services): HandlersOf<UserOperation> {
  const { database, config, mailer, nameSample, pictures } = services
  const noSuchUser = (id: number) => `There is no user with the id ${id}.`
  const lastAdministrator = 'No active administrator would be left.'

  /** The event is written before the first user is read: what left the house is known, whatever happens then. */
  async function* auditedExport(type: ExportType, query: AccountFilter & { readonly ordering?: string }, origin: Origin) {
    const { search, role, is_active, is_staff, province, ordering } = query
    const after = { type, search, role, is_active, is_staff, province, ordering }
    await recordEvent(database, origin, { action: 'users.exported', after })
    yield* batchesOfUsers(database, query, ordering)
  }

  return {
    async listUsers({ query, target, answerType, origin }) {
      if (answerType !== 'application/json') {
        return { status: 200, ...exported(answerType, auditedExport(answerType, query, origin), pictures.url) }
      }
      const page = await pageOfUsers(database, nameSample, query, query)
      const body = page.rows.map((account) => toUser(account, pictures.url))
      return { status: 200, body, headers: pageHeaders(page, target, config.publicUrl) }
    },

    async createUser({ body, principal, origin, refuse }) {
      const creation = await createAccount(services, body, undefined, origin, {
        // A deployment may have given this operation to another role.
        mayChooseRoles: holdsRole(principal, 'admin'),
        verifyEmail: false
      })
      if ('taken' in creation) throw refuse('already_exists', 'The user exists already.', takenErrors(creation.taken))
      return { status: 201, body: creation.user }
    },

    async getUser({ params: { id }, refuse }) {
      const account = await findAccount(database, id)
      if (!account) throw refuse('not_found', noSuchUser(id))
      return { status: 200, body: toUser(account, pictures.url) }
    },

    async updateUser({ params: { id }, body, principal, origin, assertMatch, refuse }) {
      const { roles, username, email, ...flags } = body
      const faults = new FieldFaults()
      addPrivilegeFaults(faults, body, holdsRole(principal, 'admin'))
      const names = {
        ...(username !== undefined && { username: normalizeUsername(username, faults) }),
        ...(email !== undefined && { email: normalizeEmail(email) })
      }
      faults.throwIfAny()

      const confirmation = newLinkToken()
      const result = await database
        .transaction()
        .execute(async (transaction) => {
          const mayDemote = body.is_active === false || roles !== undefined
          if (mayDemote) await lockAdministrators(transaction)
          const before = await lockAccount(transaction, id)
          if (!before) throw refuse('not_found', noSuchUser(id))
          assertMatch(toUser(before, pictures.url))
          const newEmail = names.email !== undefined && names.email !== before.email ? names.email : undefined
          requireAuthority(principal, before)
          // Where mail is configured, a new address holds once the link sent to it was used.
          const confirmed = newEmail === undefined || newEmail === '' || !mailer.configured
          const { email: _unconfirmed, ...others } = names
          const changes = { ...flags, ...(confirmed ? names : others) }
          await changeUser(transaction, id, changes)
          if (newEmail !== undefined && confirmed) await dropConfirmation(transaction, id)
          // What an administrator says of an account holds, whatever link is still about.
          if (body.is_active !== undefined) await dropConfirmation(transaction, id, 'registration')
          if (!confirmed) {
            if ((await findTakenFields(transaction, { email: newEmail }, id)).length > 0) throw new NamesTaken()
            await issueConfirmation(transaction, { userId: id, email: newEmail, purpose: 'change', tokenHash: confirmation.hash })
            await recordEvent(transaction, origin, {
              action: 'email.change_requested',
              target: auditTarget(before),
              after: { email: newEmail }
            })
          }
          if (roles) {
            const unknown = await replaceRoles(transaction, 'user', id, [...new Set(roles)])
            if (unknown.length > 0) throw unknownRoles(unknown)
          }
          if (body.is_active === false) await revokeSessions(transaction, { userId: id }, 'deactivated')
          if (mayDemote && !(await hasAdministrator(transaction))) {
            throw refuse('last_administrator', lastAdministrator)
          }
          const after = (await findAccount(transaction, id)) as AccountRow
          const change = changedFields(auditedUser(before), auditedUser(after))
          if (change) await recordEvent(transaction, origin, { action: 'user.updated', target: auditTarget(after), ...change })
          if (!confirmed && after.pending_email !== null) {
            const link = confirmation.link(config.emails.confirmationUrl, id)
            await mailer.queue(transaction, confirmationMail(after.pending_email, link))
          } else if (confirmed && newEmail !== undefined && before.email !== '' && mailer.configured) {
            await mailer.queue(transaction, emailChangedMail(before.email))
          }
          return after
        })
        .catch((error: unknown) => {
          if (error instanceof NamesTaken) return 'taken' as const
          throw error
        })
      if (result === 'taken') {
        throw refuse('already_exists', 'Another user has this name.', takenErrors(await findTakenFields(database, names, id)))
      }
      mailer.wake()
      return { status: 200, body: toUser(result, pictures.url) }
    },

    async deleteUser({ params: { id }, principal, origin, assertMatch, refuse }) {
      const deleted = await deleteUnlessReferenced(database, async (transaction) => {
        await lockAdministrators(transaction)
        const before = await lockAccount(transaction, id)
        if (!before) throw refuse('not_found', noSuchUser(id))
        assertMatch(toUser(before, pictures.url))
        requireAuthority(principal, before)
        await deleteUser(transaction, id)
        if (!(await hasAdministrator(transaction))) throw refuse('last_administrator', lastAdministrator)
        await recordEvent(transaction, origin, {
          action: 'user.deleted',
          target: auditTarget(before),
          before: auditedUser(before)
        })
        return { picture: before.profile_picture }
      })
      if ('referencedBy' in deleted) {
        throw refuse('still_referenced', `The table ${deleted.referencedBy} still refers to the user ${id}.`)
      }
      if (deleted.picture) await pictures.discard(deleted.picture)
      return { status: 204 }
    }
  }
}
