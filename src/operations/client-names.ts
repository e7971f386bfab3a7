/** How many names are told apart; a metric's labels stay in memory for as long as the process runs. */
const mostNames = 50

/**
 * Names clients by the product token of their User-Agent without its version (RFC 9110, 10.1.5), such as `okhttp`:
 * `none` without one, `other` for what is none, and for all new ones once there are fifty.
 */
export function createClientNames(): (userAgent: string | undefined, accepted: boolean) => string {
  const known = new Set<string>()
  /** @param accepted whether the request was: what anybody may send is not worth a name of its own */
  return (userAgent, accepted) => {
    if (userAgent === undefined || userAgent === '') return 'none'
    const [, token] = /^([\w!#$%&'*+.^`|~-]{1,40})(?:\/| |$)/.exec(userAgent) ?? []
    if (token === undefined) return 'other'
    if (accepted && known.size < mostNames) known.add(token)
    return known.has(token) ? token : 'other'
  }
}
