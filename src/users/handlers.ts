import type { HandlersOf } from '../contract/handlers.ts'
import { pageHeaders } from '../contract/links.ts'
import { FieldFaults } from '../contract/problems.ts'
import { deleteUnlessReferenced } from '../database/references.ts'
import { replaceRoles } from '../roles/queries.ts'
import type { Services } from '../services.ts'
import { revokeSessionsOf } from '../sessions/queries.ts'
import { createAccount } from './creation.ts'
import { normalizeEmail, normalizeUsername, takenErrors, unknownRoles } from './input.ts'
import {
  changeUser,
  deleteUser,
  findAccount,
  findTakenFields,
  hasAdministrator,
  lockAdministrators,
  pageOfUsers
} from './queries.ts'
import { toUser } from './user.ts'

type UserOperation = 'listUsers' | 'createUser' | 'getUser' | 'updateUser' | 'deleteUser'

export function userHandlers(services: Services): HandlersOf<UserOperation> {
  const { database, config, pictures } = services
  const noSuchUser = (id: number) => `There is no user with the id ${id}.`
  const lastAdministrator = 'No active administrator would be left.'

  return {
    async listUsers({ query, target }) {
      const page = await pageOfUsers(database, query, query)
      const body = page.rows.map((account) => toUser(account, pictures.url))
      return { status: 200, body, headers: pageHeaders(page, target, config.publicUrl) }
    },

    async createUser({ body, refuse }) {
      const creation = await createAccount(services, body, undefined, true)
      if ('taken' in creation) throw refuse('already_exists', 'The user exists already.', takenErrors(creation.taken))
      return { status: 201, body: creation.user }
    },

    async getUser({ params: { id }, refuse }) {
      const account = await findAccount(database, id)
      if (!account) throw refuse('not_found', noSuchUser(id))
      return { status: 200, body: toUser(account, pictures.url) }
    },

    async updateUser({ params: { id }, body, refuse }) {
      const { roles, username, email, ...flags } = body
      const faults = new FieldFaults()
      const names = {
        ...(username !== undefined && { username: normalizeUsername(username, faults) }),
        ...(email !== undefined && { email: normalizeEmail(email) })
      }
      faults.throwIfAny()

      const result = await database
        .transaction()
        .execute(async (transaction) => {
          const mayDemote = body.is_active === false || roles !== undefined
          if (mayDemote) await lockAdministrators(transaction)
          const changed = await changeUser(transaction, id, { ...names, ...flags })
          if (changed === 'taken') throw new NamesTaken()
          if (!changed) return 'unknown'
          if (roles) {
            const unknown = await replaceRoles(transaction, 'user', id, [...new Set(roles)])
            if (unknown.length > 0) throw unknownRoles(unknown)
          }
          if (body.is_active === false) await revokeSessionsOf(transaction, id, 'deactivated')
          if (mayDemote && !(await hasAdministrator(transaction))) {
            throw refuse('last_administrator', lastAdministrator)
          }
          return 'changed'
        })
        .catch((error: unknown) => {
          // Thrown through the transaction, which a violated index has ended, and told apart outside of it.
          if (error instanceof NamesTaken) return 'taken' as const
          throw error
        })
      if (result === 'taken') {
        throw refuse('already_exists', 'Another user has this name.', takenErrors(await findTakenFields(database, names, id)))
      }
      const account = result === 'changed' ? await findAccount(database, id) : undefined
      if (!account) throw refuse('not_found', noSuchUser(id))
      return { status: 200, body: toUser(account, pictures.url) }
    },

    async deleteUser({ params: { id }, refuse }) {
      const deleted = await deleteUnlessReferenced(database, async (transaction) => {
        await lockAdministrators(transaction)
        const user = await deleteUser(transaction, id)
        if (user && !(await hasAdministrator(transaction))) throw refuse('last_administrator', lastAdministrator)
        return user
      })
      if (!deleted) throw refuse('not_found', noSuchUser(id))
      if ('referencedBy' in deleted) {
        throw refuse('still_referenced', `The table ${deleted.referencedBy} still refers to the user ${id}.`)
      }
      if (deleted.picture) await pictures.discard(deleted.picture)
      return { status: 204 }
    }
  }
}

class NamesTaken extends Error {}
