import type { Json } from './document.ts'

/** Since when an operation should not be used any more, and when it goes away, if that is known. */
export interface Deprecation {
  readonly since: Date
  readonly sunset: Date | undefined
}

/**
 * What an operation says of its deprecation: `deprecated: true` with `x-deprecated-since` and, where it has an end,
 * `x-sunset`, both dates (from midnight UTC). Its successes have to declare the headers that clients are told by.
 * @param successes the operation's responses that are no errors
 * @throws Error where that does not fit together
 */
export function readDeprecation(operation: Json, successes: readonly Json[]): Deprecation | undefined {
  const { operationId, deprecated = false, 'x-deprecated-since': sinceText, 'x-sunset': sunsetText } = operation
  const unfit = (reason: string) => new Error(`openapi.yaml: ${operationId} ${reason}`)
  const headers = { Deprecation: deprecated === true, Sunset: sunsetText !== undefined }
  for (const [name, sent] of Object.entries(headers)) {
    const declared = successes.filter((response) => name in ((response.headers ?? {}) as Json)).length
    if (declared !== (sent ? successes.length : 0)) {
      throw unfit(`${sent ? 'does not declare' : 'declares but never sends'} the header ${name} in each of its successes`)
    }
  }
  if (!deprecated) {
    if (sinceText ?? sunsetText) throw unfit('has x-deprecated-since or x-sunset without deprecated: true')
    return undefined
  }
  const since = readDay(sinceText)
  const sunset = sunsetText === undefined ? undefined : readDay(sunsetText)
  if (since === null) throw unfit('is deprecated without a date in x-deprecated-since')
  // RFC 9745, 4: what is gone was deprecated before.
  if (sunset === null || (sunset && sunset < since)) throw unfit('has an x-sunset that is no date, or before x-deprecated-since')
  return { since, sunset }
}

function readDay(text: unknown): Date | null {
  const day = new Date(`${text}T00:00:00Z`)
  // A day that there is not, JavaScript takes for one of the next month.
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(`${text}T`) ? day : null
}

/** `Deprecation` (RFC 9745, 2: seconds since 1970) and `Sunset` (RFC 8594, 3: an HTTP date), the latter where there is one. */
export function deprecationHeaders({ since, sunset }: Deprecation): Record<string, string> {
  return { deprecation: `@${since.getTime() / 1000}`, ...(sunset && { sunset: sunset.toUTCString() }) }
}
