import { ProblemError } from './problem.ts'
import type { TokenStore, Tokens } from './stores.ts'

/**
 * Makes what renews the access token. However many requests ask at once, or after one another for the same stale token,
 * there is one exchange, and at most one call of `ended`.
 * @param exchange trades the refresh token for new tokens
 * @param ended told once the refresh token has been refused and the tokens are forgotten
 * @returns from a stale access token to the one to use in its place, undefined where there is none (any more); rejects
 *   where the service could not be asked, after which the tokens are still there
 */
export function createRenewal(
  store: TokenStore,
  exchange: (refresh: string) => Promise<Tokens>,
  ended: () => void
): (stale: string) => Promise<string | undefined> {
  let running: Promise<string | undefined> | undefined

  async function renew(stale: string): Promise<string | undefined> {
    const tokens = await store.get()
    // Renewed meanwhile, by a request whose 401 came before or by another tab; or logged out.
    if (tokens === undefined || tokens.access !== stale) return tokens?.access
    const renewed = await exchange(tokens.refresh).catch(refused)
    // A logout or login meanwhile stands; what was just renewed must not undo it.
    const present = await store.get()
    if (present?.refresh !== tokens.refresh) return present?.access
    await store.set(renewed)
    if (renewed === undefined) ended()
    return renewed?.access
  }

  return (stale) => {
    const start = () => renew(stale)
    running ??= (store.lock ? store.lock(start) : start()).finally(() => {
      running = undefined
    })
    return running
  }
}

/** @throws whatever does not say that the refresh token is no good */
function refused(error: unknown): undefined {
  if (error instanceof ProblemError && (error.status === 401 || error.status === 400)) return undefined
  throw error
}
