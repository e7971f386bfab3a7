import type { HandlersOf } from '../contract/handlers.ts'
import { violatedUnique } from '../database/connection.ts'
import { deleteUnlessReferenced } from '../database/references.ts'
import type { Services } from '../services.ts'
import { deleteRole, findRole, insertRole, listPermissions, listRoles, renameRole, replaceRolePermissions } from './queries.ts'

type RoleOperation =
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
  const isProtected = (name: string) => `Access rules name the role ${name}; it can not be renamed or deleted.`

  return {
    async listRoles() {
      return { status: 200, body: await listRoles(database) }
    },

    async createRole({ body, refuse }) {
      const name = body.name.trim()
      const id = await insertRole(database, name)
      if (id === undefined) throw refuse('already_exists', taken.name[0] as string, taken)
      return { status: 201, body: { id, name, permissions: [] } }
    },

    async getRole({ params: { id }, refuse }) {
      const role = await findRole(database, id)
      if (!role) throw refuse('not_found', noSuchRole(id))
      return { status: 200, body: role }
    },

    async updateRole({ params: { id }, body, refuse }) {
      try {
        await renameRole(database, id, body.name.trim(), [...protectedRoles])
      } catch (error) {
        if (violatedUnique(error)) throw refuse('already_exists', taken.name[0] as string, taken)
        throw error
      }
      const role = await findRole(database, id)
      if (!role) throw refuse('not_found', noSuchRole(id))
      if (role.name !== body.name.trim()) throw refuse('role_protected', isProtected(role.name))
      return { status: 200, body: role }
    },

    async deleteRole({ params: { id }, refuse }) {
      const deleted = await deleteUnlessReferenced(database, (transaction) => deleteRole(transaction, id, [...protectedRoles]))
      if (typeof deleted === 'object') {
        throw refuse('still_referenced', `The table ${deleted.referencedBy} still refers to the role ${id}.`)
      }
      if (deleted) return { status: 204 }
      const role = await findRole(database, id)
      if (!role) throw refuse('not_found', noSuchRole(id))
      throw refuse('role_protected', isProtected(role.name))
    },

    async listPermissions() {
      return { status: 200, body: await listPermissions(database) }
    },

    async getRolePermissions({ params: { id }, refuse }) {
      const role = await findRole(database, id)
      if (!role) throw refuse('not_found', noSuchRole(id))
      return { status: 200, body: role }
    },

    async updateRolePermissions({ params: { id }, body, refuse }) {
      const permissions = [...new Set(body.permissions)].sort((a, b) => a - b)
      const role = await database.transaction().execute(async (transaction) => {
        const result = await replaceRolePermissions(transaction, id, permissions)
        if (result === 'no_such_role') return undefined
        if (result !== 'replaced') {
          const message = `There is no permission with the id ${result.unknown.join(', ')}.`
          throw refuse('invalid_input', message, { permissions: [message] })
        }
        return findRole(transaction, id)
      })
      if (!role) throw refuse('not_found', noSuchRole(id))
      return { status: 200, body: role }
    }
  }
}
