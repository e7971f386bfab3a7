import type { HandlersOf } from '../contract/handlers.ts'
import { pageHeaders } from '../contract/links.ts'
import type { Services } from '../services.ts'
import { pageOfEvents } from './queries.ts'

export function auditHandlers({ readList, config }: Services): HandlersOf<'listAuditEvents'> {
  return {
    async listAuditEvents({ query, target }) {
      const page = await readList((connection) => pageOfEvents(connection, query, { ordering: '-id', ...query }))
      const body = page.rows.map((event) => ({ ...event, occurred_at: event.occurred_at.toISOString() }))
      return { status: 200, body, headers: pageHeaders(page, target, config.publicUrl) }
    }
  }
}
