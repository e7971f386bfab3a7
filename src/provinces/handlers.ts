import type { HandlersOf } from '../contract/handlers.ts'
import { violatedUnique } from '../database/connection.ts'
import { deleteUnlessReferenced } from '../database/references.ts'
import type { Services } from '../services.ts'
import { deleteProvince, findProvince, insertProvince, listProvinces, renameProvince } from './queries.ts'

type ProvinceOperation = 'listProvinces' | 'getProvince' | 'createProvince' | 'updateProvince' | 'deleteProvince'

export function provinceHandlers({ database }: Services): HandlersOf<ProvinceOperation> {
  const taken = { name: ['A province with that name already exists.'] }
  const noSuchProvince = (id: number) => `There is no province with the id ${id}.`

  return {
    async listProvinces() {
      return { status: 200, body: await listProvinces(database) }
    },

    async getProvince({ params: { id }, refuse }) {
      const province = await findProvince(database, id)
      if (!province) throw refuse('not_found', noSuchProvince(id))
      return { status: 200, body: province }
    },

    async createProvince({ body, refuse }) {
      const province = await insertProvince(database, body.name.trim())
      if (!province) throw refuse('already_exists', taken.name[0] as string, taken)
      return { status: 201, body: province }
    },

    async updateProvince({ params: { id }, body, refuse }) {
      try {
        const province = await renameProvince(database, id, body.name.trim())
        if (!province) throw refuse('not_found', noSuchProvince(id))
        return { status: 200, body: province }
      } catch (error) {
        if (violatedUnique(error)) throw refuse('already_exists', taken.name[0] as string, taken)
        throw error
      }
    },

    async deleteProvince({ params: { id }, refuse }) {
      const deleted = await deleteUnlessReferenced(database, (transaction) => deleteProvince(transaction, id))
      if (typeof deleted === 'object') {
        throw refuse('still_referenced', `The table ${deleted.referencedBy} still refers to the province ${id}.`)
      }
      if (!deleted) throw refuse('not_found', noSuchProvince(id))
      return { status: 204 }
    }
  }
}
