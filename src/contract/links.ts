import type { Page, PageLink } from '../database/paging.ts'

/**
 * The paging headers of a list: `Link` (RFC 8288) with first, prev, next and last, and `X-Total-Count` with whether it
 * is an estimate. Each link keeps the request's own filters.
 */
export function pageHeaders(
  { links, total }: Page<unknown>,
  target: { readonly path: string; readonly query: Readonly<Record<string, unknown>> },
  publicUrl: string
): Record<string, string | number> {
  const link = Object.entries(links)
    .filter((entry): entry is [string, PageLink] => entry[1] !== undefined)
    .map(([relation, place]) => `<${publicUrl}${target.path}?${pageQuery(target.query, place)}>; rel="${relation}"`)
    .join(', ')
  return {
    link,
    ...(total && { 'x-total-count': total.count }),
    ...(total?.estimated && { 'x-total-count-estimated': 'true' })
  }
}

function pageQuery(query: Readonly<Record<string, unknown>>, place: PageLink): string {
  const { page: _page, cursor: _cursor, ...filters } = query
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries({ ...filters, ...place })) parameters.set(name, String(value))
  return parameters.toString()
}
