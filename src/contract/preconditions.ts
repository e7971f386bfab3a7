import { hash } from 'node:crypto'
import { Problem } from './problems.ts'

/** The strong entity tag of an object as the contract shows it (RFC 9110, 8.8.3). */
export function entityTag(body: object): string {
  return `"${hash('sha256', JSON.stringify(body), 'base64url').slice(0, 22)}"`
}

/** Whether a list of entity tags, or `*`, names `tag`; weakly, as If-None-Match compares (RFC 9110, 8.8.3.2). */
export function namesTag(list: string, tag: string): boolean {
  return list.trim() === '*' || list.split(',').some((entry) => entry.trim().replace(/^W\//, '') === tag)
}

/** What a handler with a precondition gets, and how the route knows that it asked. */
export interface Precondition {
  assertMatch(current: object): void
  readonly pending: boolean
}

/** @param ifMatch the request's header; only strong tags match (RFC 9110, 13.1.1) */
export function precondition(ifMatch: string | undefined): Precondition {
  let pending = ifMatch !== undefined
  return {
    get pending() {
      return pending
    },
    assertMatch(current) {
      pending = false
      const strong = ifMatch
        ?.split(',')
        .filter((entry) => !entry.trim().startsWith('W/'))
        .join(',')
      if (strong !== undefined && !namesTag(strong, entityTag(current))) {
        throw new Problem('precondition_failed', 'The object was changed since; read it again.')
      }
    }
  }
}
