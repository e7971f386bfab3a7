import { type AuditEntry, recordEvent } from '../audit/queries.ts'
import type { HandlersOf } from '../contract/handlers.ts'
import { violatedUnique } from '../database/connection.ts'
import { deleteUnlessReferenced } from '../database/references.ts'
import type { Services } from '../services.ts'
import {
  deleteProvince,
  findProvince,
  insertProvince,
  listProvinces,
  lockProvince,
  type ProvinceRow,
  renameProvince
} from './queries.ts'

type ProvinceOperation = 'listProvinces' | 'getProvince' | 'createProvince' | 'updateProvince' | 'deleteProvince'

export function provinceHandlers({ database }: Services): HandlersOf<ProvinceOperation> {
  const taken = { name: ['A province with that name already exists.'] }
  const noSuchProvince = (id: number) => `There is no province with the id ${id}.`
  const target = ({ id, name }: ProvinceRow): AuditEntry['target'] => ({ type: 'province', id, name })

  return {
    async listProvinces() {
      return { status: 200, body: await listProvinces(database) }
    },

    async getProvince({ params: { id }, refuse }) {
      const province = await findProvince(database, id)
      if (!province) throw refuse('not_found', noSuchProvince(id))
      return { status: 200, body: province }
    },

    async createProvince({ body, origin, refuse }) {
      const name = body.name.trim()
      const province = await database.transaction().execute(async (transaction) => {
        const made = await insertProvince(transaction, name)
        if (made) await recordEvent(transaction, origin, { action: 'province.created', target: target(made), after: { name } })
        return made
      })
      if (!province) throw refuse('already_exists', 'The name is taken.', taken)
      return { status: 201, body: province }
    },

    async updateProvince({ params: { id }, body, origin, refuse }) {
      const name = body.name.trim()
      try {
        await database.transaction().execute(async (transaction) => {
          const before = await lockProvince(transaction, id)
          if (!before) throw refuse('not_found', noSuchProvince(id))
          if (before.name === name) return
          await renameProvince(transaction, id, name)
          const change = { before: { name: before.name }, after: { name } }
          await recordEvent(transaction, origin, { action: 'province.renamed', target: target({ id, name }), ...change })
        })
      } catch (error) {
        if (violatedUnique(error)) throw refuse('already_exists', 'The name is taken.', taken)
        throw error
      }
      return { status: 200, body: { id, name } }
    },

    async deleteProvince({ params: { id }, origin, refuse }) {
      const deleted = await deleteUnlessReferenced(database, async (transaction) => {
        const before = await lockProvince(transaction, id)
        if (!before) throw refuse('not_found', noSuchProvince(id))
        await deleteProvince(transaction, id)
        await recordEvent(transaction, origin, {
          action: 'province.deleted',
          target: target(before),
          before: { name: before.name }
        })
        return undefined
      })
      if (deleted) throw refuse('still_referenced', `The table ${deleted.referencedBy} still refers to the province ${id}.`)
      return { status: 204 }
    }
  }
}
