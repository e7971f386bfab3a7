import type { HandlersOf } from '../contract/handlers.ts'
import { invalidInput } from '../contract/problems.ts'
import type { Services } from '../services.ts'
import { createSignal } from './arrivals.ts'
import { type EventType, pageOfEvents, sequenceOf, toEvent } from './queries.ts'

/** All types, as a table so that the compiler tells of one that is missing. */
const eventTypes: Readonly<Record<EventType, true>> = {
  'user.created': true,
  'user.updated': true,
  'user.email_changed': true,
  'user.password_changed': true,
  'user.roles_changed': true,
  'user.deactivated': true,
  'user.activated': true,
  'user.deleted': true,
  'profile.updated': true,
  'role.created': true,
  'role.renamed': true,
  'role.deleted': true
}

export function eventHandlers({ database, config, arrivals }: Services): HandlersOf<'listEvents'> {
  return {
    async listEvents({ query, refuse }) {
      const { limit = 100, wait = 0 } = query
      const types = query.types?.split(',')
      const unknown = types?.filter((type) => !Object.hasOwn(eventTypes, type)) ?? []
      if (unknown.length > 0) {
        const message = `There is no event type ${unknown.join(', ')}. There are: ${Object.keys(eventTypes).join(', ')}.`
        throw invalidInput({ types: [message] })
      }
      let after: number | 'latest' | undefined =
        query.after === 'latest' ? query.after : query.after === undefined ? undefined : Number(query.after)
      const read = () => pageOfEvents(database, { after, types: types as EventType[] | undefined, limit })

      // Before the first look, so that what comes right after it is not missed.
      const signal = createSignal()
      const unsubscribe = wait > 0 ? arrivals.subscribe(signal) : undefined
      try {
        const until = performance.now() + wait * 1000
        let page = await read()
        if (typeof after === 'number' && after > page.last) {
          const message = `No event had this sequence yet; the last one is ${sequenceOf(page.last)}.`
          throw invalidInput({ after: [message] })
        }
        if (typeof after === 'number' && after < page.pruned) {
          throw refuse('cursor_expired', 'Events after this one were deleted for their age. Read all users anew.')
        }
        for (;;) {
          const left = until - performance.now()
          if (page.rows.length > 0 || page.more || left <= 0 || arrivals.closed) break
          after = page.next
          await signal.wait(Math.min(left, arrivals.patience))
          page = await read()
        }
        const events = page.rows.map((row) => toEvent(row, config.publicUrl))
        return { status: 200, body: { events, next: sequenceOf(page.next), has_more: page.more } }
      } finally {
        unsubscribe?.()
      }
    }
  }
}
