import { changedFields, recordEvent } from '../audit/queries.ts'
import { holdsRole } from '../contract/access.ts'
import type { HandlersOf } from '../contract/handlers.ts'
import { pageHeaders } from '../contract/links.ts'
import { FieldFaults } from '../contract/problems.ts'
import { deleteUnlessReferenced } from '../database/references.ts'
import { newLinkToken } from '../passwords/link-token.ts'
import { confirmationMail } from '../passwords/mail.ts'
import { dropConfirmation, issueConfirmation } from '../registration/queries.ts'
import { replaceRoles } from '../roles/queries.ts'
import type { Services } from '../services.ts'
import { revokeSessions } from '../sessions/queries.ts'
import { authorityFault } from './authority.ts'
import { createAccount } from './creation.ts'
import { normalizeEmail, normalizeUsername, takenErrors, unknownRoles } from './input.ts'
import {
  type AccountRow,
  auditedUser,
  auditTarget,
  changeUser,
  deleteUser,
  findAccount,
  findTakenFields,
  hasAdministrator,
  lockAccount,
  lockAdministrators,
  pageOfUsers
} from './queries.ts'
import { toUser } from './user.ts'

type UserOperation = 'listUsers' | 'createUser' | 'getUser' | 'updateUser' | 'deleteUser'

export function userHandlers(services: Services): HandlersOf<UserOperation> {
  const { database, config, mailer, nameSample, pictures } = services
  const noSuchUser = (id: number) => `There is no user with the id ${id}.`
  const lastAdministrator = 'No active administrator would be left.'

  return {
    async listUsers({ query, target }) {
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
      if (roles && !holdsRole(principal, 'admin')) faults.add('roles', 'Only an administrator may set roles.')
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
          const unfit = authorityFault(principal, before)
          if (unfit !== undefined) throw refuse('permission_denied', unfit)
          // Where mail is configured, a new address holds once the link sent to it was used.
          const confirmed = newEmail === undefined || newEmail === '' || !mailer.configured
          const changes = { ...flags, ...names, ...(!confirmed && { email: before.email }) }
          if ((await changeUser(transaction, id, changes)) === 'taken') throw new NamesTaken()
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
          return after
        })
        .catch((error: unknown) => {
          // Thrown through the transaction, which a violated index has ended, and told apart outside of it.
          if (error instanceof NamesTaken) return 'taken' as const
          throw error
        })
      if (result === 'taken') {
        throw refuse('already_exists', 'Another user has this name.', takenErrors(await findTakenFields(database, names, id)))
      }
      if (email !== undefined && result.pending_email !== null) {
        mailer.send(confirmationMail(result.pending_email, confirmation.link(config.emails.confirmationUrl, id)))
      }
      return { status: 200, body: toUser(result, pictures.url) }
    },

    async deleteUser({ params: { id }, principal, origin, assertMatch, refuse }) {
      const deleted = await deleteUnlessReferenced(database, async (transaction) => {
        await lockAdministrators(transaction)
        const before = await lockAccount(transaction, id)
        if (!before) throw refuse('not_found', noSuchUser(id))
        assertMatch(toUser(before, pictures.url))
        const unfit = authorityFault(principal, before)
        if (unfit !== undefined) throw refuse('permission_denied', unfit)
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

class NamesTaken extends Error {}
