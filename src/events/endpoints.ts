/** Where events are sent, and what they are signed with. */
export interface Endpoint {
  /** Its URL without what may be a secret in it: for tables, metrics and the log. */
  readonly id: string
  readonly url: string
  /** The first is the present one; while it is changed the one before signs too. */
  readonly secrets: readonly Buffer[]
}

/**
 * Reads WEBHOOK_URLS (URLs with spaces or commas between them) and WEBHOOK_SECRET: one or more secrets for all of them
 * with spaces between, or those of each URL in the same order with `;` between. A secret is `whsec_` and 24 to 64 bytes in
 * Base64 (Standard Webhooks).
 * @param faults where to add what is wrong
 */
export function readEndpoints(urls: string, secrets: string, faults: string[]): Endpoint[] {
  const places = urls.split(/[\s,]+/).filter(Boolean)
  const groups = secrets.trim() === '' ? [] : secrets.split(';').map((group) => group.trim().split(/\s+/).filter(Boolean))
  if (places.length === 0) {
    if (groups.length > 0) faults.push('WEBHOOK_SECRET: WEBHOOK_URLS is not set')
    return []
  }
  if (groups.length === 0) faults.push('WEBHOOK_SECRET: needed for WEBHOOK_URLS (try: echo "whsec_$(openssl rand -base64 32)")')
  if (groups.length > 1 && groups.length !== places.length) {
    faults.push(`WEBHOOK_SECRET: has ${groups.length} parts with ; between them, and WEBHOOK_URLS ${places.length} URLs`)
  }
  const keys = groups.map((group) => group.map(decodeSecret))
  if (keys.some((group) => group.length === 0 || group.includes(undefined))) {
    faults.push('WEBHOOK_SECRET: each secret must be whsec_ and 24 to 64 bytes in Base64')
  }
  const endpoints = places.flatMap((place, index) => {
    const url = URL.canParse(place) ? new URL(place) : undefined
    if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '' || url.hash !== '') {
      // Not as it came: what is wrong in it may be a password.
      faults.push(`WEBHOOK_URLS: number ${index + 1} is no http or https URL without user, password and #`)
      return []
    }
    const own = keys.length > 1 ? keys[index] : keys[0]
    return [{ id: `${url.origin}${url.pathname}`, url: url.href, secrets: (own ?? []) as Buffer[] }]
  })
  const ids = new Set(endpoints.map(({ id }) => id))
  if (ids.size !== endpoints.length) faults.push('WEBHOOK_URLS: two URLs are the same up to the ?')
  return endpoints
}

function decodeSecret(text: string): Buffer | undefined {
  const encoded = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text)?.[1]
  const bytes = Buffer.from(encoded ?? '', 'base64')
  return bytes.length >= 24 && bytes.length <= 64 ? bytes : undefined
}
