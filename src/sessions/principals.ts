import type { FastifyBaseLogger } from 'fastify'
import type { Clock } from '../clock.ts'
import type { Principal } from '../contract/handlers.ts'
import type { Database } from '../database/connection.ts'
import { startListener } from '../database/listener.ts'
import { findPrincipal } from './queries.ts'

/** What a principal is remembered by. */
export interface SessionClaims {
  readonly sid: string
  readonly user_id: number
}

export interface Principals {
  /**
   * Whom a session speaks for now, and whether that user has `permission`, where one is asked for; undefined for a
   * session that has ended. Remembered until Postgres tells of a change; asked for every time while it can't tell.
   */
  find(session: SessionClaims, permission?: string): Promise<Principal | undefined>
  /** Waits until what was committed before, by any replica, is known here. */
  caughtUp(): Promise<void>
  close(): Promise<void>
}

/** How many are remembered, and for how long at the most, in milliseconds: should a change ever not be told of. */
const remembered = 20_000
const longest = 60_000

interface Known {
  readonly principal: Principal
  /** On the clock that never jumps. */
  readonly until: number
}

/** @param listenUrl of Postgres itself, see `startListener` */
export function createPrincipals(database: Database, listenUrl: string, log: FastifyBaseLogger, clock: Clock): Principals {
  const known = new Map<string, Known>()
  const sessions = new Map<number, Set<string>>()
  /** Counts what was told, so that an answer that is older than it is not remembered. */
  let told = 0

  function forget(userId: number): void {
    for (const sid of sessions.get(userId) ?? []) known.delete(sid)
    sessions.delete(userId)
  }

  const listener = startListener({
    url: listenUrl,
    channel: 'user_management_principals',
    otherwise: 'principals are asked for at every request',
    log,
    onNotification(payload) {
      told += 1
      if (payload !== undefined && payload !== '*') return forget(Number(payload))
      known.clear()
      sessions.clear()
    }
  })

  function remember(principal: Principal, expiresAt: Date): void {
    // The oldest goes, with all of its user's sessions; a Map keeps its entries in the order they came.
    if (known.size >= remembered) forget((known.values().next().value as Known).principal.userId)
    const { userId, sessionId } = principal
    known.set(sessionId, { principal, until: performance.now() + Math.min(longest, expiresAt.getTime() - clock()) })
    sessions.set(userId, (sessions.get(userId) ?? new Set()).add(sessionId))
  }

  return {
    async find(session, permission) {
      const found = permission === undefined && listener.live ? known.get(session.sid) : undefined
      if (found && found.until > performance.now() && found.principal.userId === session.user_id) return found.principal
      const asked = told
      const wasLive = listener.live
      const answer = await findPrincipal(database, session, permission)
      if (answer && permission === undefined && wasLive && told === asked) remember(answer.principal, answer.expiresAt)
      return answer?.principal
    },
    caughtUp: () => listener.caughtUp(),
    close: () => listener.close()
  }
}
