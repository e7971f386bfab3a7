import { createHmac } from 'node:crypto'
import { Problem } from '../contract/problems.ts'
import type { Database } from '../database/connection.ts'
import { claimKey, keepAnswer, releaseKey } from './queries.ts'

export interface IdempotentRequest {
  readonly key: string
  readonly operationId: string
  /** Whose key it is: keys of different callers are different keys. */
  readonly userId: number | undefined
  /** What makes two requests the same. */
  readonly content: unknown
}

export interface KeepableAnswer {
  readonly status: number
  readonly body?: unknown
}

/** Carries a request out once for its key, and answers the same again (draft-ietf-httpapi-idempotency-key-header). */
export type Once = <Answer extends KeepableAnswer>(request: IdempotentRequest, carryOut: () => Promise<Answer>) => Promise<Answer>

/**
 * @param secret keys and requests are kept as HMACs with it, since a request may hold a password
 * @throws (the result) Problem idempotency_key_reused or request_in_progress
 */
export function createOnce(database: Database, secret: string): Once {
  const digest = (value: unknown) => createHmac('sha256', secret).update(JSON.stringify(value)).digest()

  return async ({ key: given, operationId, userId, content }, carryOut) => {
    const key = digest([given, operationId, userId ?? null])
    const request = digest(content)
    const kept = await claimKey(database, key, request)
    if (kept && !kept.request.equals(request)) {
      throw new Problem('idempotency_key_reused', 'This Idempotency-Key was used before for another request.')
    }
    if (kept?.status === null) {
      throw new Problem('request_in_progress', 'The first request with this Idempotency-Key is still under way.')
    }
    // Answered before, by this very operation, and so of the type that it answers with.
    if (kept) return { status: kept.status, body: kept.body } as Awaited<ReturnType<typeof carryOut>>
    const answer = await carryOut().catch(async (error: unknown) => {
      // Where the database is gone, this fails as well; what the request failed of is what has to be told.
      await releaseKey(database, key).catch(() => {})
      throw error
    })
    await keepAnswer(database, key, answer.status, answer.body)
    return answer
  }
}
