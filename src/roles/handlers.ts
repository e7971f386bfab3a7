import { type AuditEntry, recordEvent } from '../audit/queries.ts'
import type { HandlersOf } from '../contract/handlers.ts'
import { violatedUnique } from '../database/connection.ts'
import { deleteUnlessReferenced } from '../database/references.ts'
import type { Services } from '../services.ts'
import {
  deleteRole,
  findRole,
  insertRole,
  listPermissions,
  listPermissionsOf,
  listRoles,
  lockRole,
  type RoleName,
  renameRole,
  replaceRolePermissions
} from './queries.ts'

type RoleOperation =
  | 'getPermissions'
  | 'listRoles'
  | 'createRole'
  | 'getRole'
  | 'updateRole'
  | 'deleteRole'
  | 'listPermissions'
  | 'getRolePermissions'
  | 'updateRolePermissions'

export function roleHandlers({ database, protectedRoles }: Services): HandlersOf<RoleOperation> {
  const taken = { name: ['A role with that name already exists.'] }
  const noSuchRole = (id: number) => `There is no role with the id ${id}.`
  const isProtected = ({ name }: RoleName) => `Access rules name the role ${name}; it can not be renamed or deleted.`
  const target = ({ id, name }: RoleName): AuditEntry['target'] => ({ type: 'role', id, name })

  return {
    async listRoles() {
      return { status: 200, body: await listRoles(database) }
    },

    async createRole({ body, origin, refuse }) {
      const name = body.name.trim()
      const id = await database.transaction().execute(async (transaction) => {
        const made = await insertRole(transaction, name)
        if (made === undefined) return undefined
        await recordEvent(transaction, origin, { action: 'role.created', target: target({ id: made, name }), after: { name } })
        return made
      })
      if (id === undefined) throw refuse('already_exists', 'The name is taken.', taken)
      return { status: 201, body: { id, name, permissions: [] } }
    },

    async getRole({ params: { id }, refuse }) {
      const role = await findRole(database, id)
      if (!role) throw refuse('not_found', noSuchRole(id))
      return { status: 200, body: role }
    },

    async updateRole({ params: { id }, body, origin, assertMatch, refuse }) {
      const name = body.name.trim()
      try {
        const role = await database.transaction().execute(async (transaction) => {
          const before = (await lockRole(transaction, id)) && (await findRole(transaction, id))
          if (!before) throw refuse('not_found', noSuchRole(id))
          assertMatch(before)
          if (before.name !== name) {
            if (protectedRoles.has(before.name)) throw refuse('role_protected', isProtected(before))
            await renameRole(transaction, id, name)
            const change = { before: { name: before.name }, after: { name } }
            await recordEvent(transaction, origin, { action: 'role.renamed', target: target({ id, name }), ...change })
          }
          return findRole(transaction, id)
        })
        if (!role) throw refuse('not_found', noSuchRole(id))
        return { status: 200, body: role }
      } catch (error) {
        if (violatedUnique(error)) throw refuse('already_exists', 'The name is taken.', taken)
        throw error
      }
    },

    async deleteRole({ params: { id }, origin, assertMatch, refuse }) {
      const deleted = await deleteUnlessReferenced(database, async (transaction) => {
        // The lock keeps new members out until the role is gone.
        const role = (await lockRole(transaction, id)) && (await findRole(transaction, id))
        if (!role) throw refuse('not_found', noSuchRole(id))
        assertMatch(role)
        if (protectedRoles.has(role.name)) throw refuse('role_protected', isProtected(role))
        await deleteRole(transaction, role.id)
        await recordEvent(transaction, origin, { action: 'role.deleted', target: target(role), before: role })
        return undefined
      })
      if (deleted) throw refuse('still_referenced', `The table ${deleted.referencedBy} still refers to the role ${id}.`)
      return { status: 204 }
    },

    async listPermissions() {
      return { status: 200, body: await listPermissions(database) }
    },

    async getPermissions({ principal }) {
      return { status: 200, body: { permissions: await listPermissionsOf(database, principal.userId) } }
    },

    async getRolePermissions({ params: { id }, refuse }) {
      const role = await findRole(database, id)
      if (!role) throw refuse('not_found', noSuchRole(id))
      return { status: 200, body: role }
    },

    async updateRolePermissions({ params: { id }, body, origin, assertMatch, refuse }) {
      const permissions = [...new Set(body.permissions)].sort((a, b) => a - b)
      const role = await database.transaction().execute(async (transaction) => {
        const before = (await lockRole(transaction, id)) && (await findRole(transaction, id))
        if (!before) throw refuse('not_found', noSuchRole(id))
        assertMatch(before)
        const unknown = await replaceRolePermissions(transaction, before.id, permissions)
        if (unknown.length > 0) {
          const message = `There is no permission with the id ${unknown.join(', ')}.`
          throw refuse('invalid_input', message, { permissions: [message] })
        }
        const change = { before: { permissions: before.permissions }, after: { permissions } }
        await recordEvent(transaction, origin, { action: 'role.permissions_replaced', target: target(before), ...change })
        return { ...before, permissions }
      })
      return { status: 200, body: role }
    }
  }
}
