import { body, compareJson, type Difference } from './compare.ts'
import type { Read } from './har.ts'
import { findIntended, type Intended } from './intended.ts'
import { Reader, type Side, type SideAnswer } from './side.ts'
import { type Ask, walk } from './walk.ts'

export interface ShadowOptions {
  readonly old: Side
  readonly new: Side
  /** Undefined: the built-in walk. */
  readonly reads: readonly Read[] | undefined
  readonly intended: readonly Intended[]
}

/** How two services answered one read. */
export interface Comparison {
  readonly read: Read
  readonly statuses: { readonly old: number | undefined; readonly new: number | undefined }
  readonly intended: readonly { readonly difference: Difference; readonly reason: string }[]
  readonly unintended: readonly Difference[]
}

/** Headers that clients go by, as far as they do: header -> the part that is compared. */
const comparedHeaders: Readonly<Record<string, (value: string) => string>> = {
  'content-type': (value) => value.split(';', 1)[0]?.trim().toLowerCase() ?? '',
  'www-authenticate': (value) => value.split(' ', 1)[0]?.toLowerCase() ?? '',
  location: (value) => new URL(value, 'http://any').pathname,
  'content-disposition': String,
  'access-control-allow-origin': String,
  'access-control-allow-credentials': String
}

/**
 * Sends the same reads to two services and compares their answers.
 * @throws ShadowError if one of them can't be reached, or gives no token
 */
export async function shadow(options: ShadowOptions): Promise<Comparison[]> {
  const [older, newer] = [new Reader(options.old), new Reader(options.new)]
  const comparisons: Comparison[] = []
  const ask: Ask = async (read) => {
    let [before, after] = await both(older.read(read), newer.read(read))
    if (isWholeList(before, after, read)) {
      ;[before, after] = await both(older.readPages(read, before), newer.readPages(read, after))
    }
    comparisons.push(judge(read, before, after, options.intended))
    return { old: before.json, new: after.json, statuses: [before.status, after.status] }
  }
  if (options.reads === undefined) await walk(ask)
  else for (const read of options.reads) await ask(read)
  return comparisons
}

/** What two services that are asked at once answer; where both fail, the old one is told of, whichever failed first. */
async function both(older: Promise<SideAnswer>, newer: Promise<SideAnswer>): Promise<[SideAnswer, SideAnswer]> {
  await Promise.allSettled([older, newer])
  return [await older, await newer]
}

/** The Django service's lists are unpaged: to be compared with all pages of ours, unless a page was asked for. */
function isWholeList(before: SideAnswer, after: SideAnswer, { path }: Read): boolean {
  return Array.isArray(before.json) && Array.isArray(after.json) && !/[?&](page|page_size|cursor)=/.test(path)
}

function judge(read: Read, before: SideAnswer, after: SideAnswer, list: readonly Intended[]): Comparison {
  const path = (read.path.split('?', 1)[0] as string).replace(/^\/auth\//, '/api/auth/')
  const intended: { difference: Difference; reason: string }[] = []
  const unintended: Difference[] = []
  for (const difference of compareAnswers(before, after)) {
    const entry = findIntended(list, path, difference)
    if (entry) intended.push({ difference, reason: entry.reason })
    else unintended.push(difference)
  }
  return { read, statuses: { old: before.status, new: after.status }, intended, unintended }
}

function compareAnswers(before: SideAnswer, after: SideAnswer): Difference[] {
  if (before.status !== after.status || before.status === undefined) {
    // What a body of another status holds is not to be held against it.
    return [{ at: 'status', pattern: 'status', kind: 'changed', old: before.status, new: after.status }]
  }
  const headers = Object.entries(comparedHeaders).flatMap(([name, part]): Difference[] => {
    const [older, newer] = [before, after].map(({ headers }) => headers.get(name))
    const at = { at: `header:${name}`, pattern: `header:${name}`, old: older ?? undefined, new: newer ?? undefined }
    if (older == null || newer == null) return older === newer ? [] : [{ ...at, kind: older == null ? 'added' : 'removed' }]
    return part(older) === part(newer) ? [] : [{ ...at, kind: 'changed' }]
  })
  return [...headers, ...compareBodies(before, after)]
}

function compareBodies(before: SideAnswer, after: SideAnswer): Difference[] {
  if (before.json !== undefined && after.json !== undefined) return compareJson(before.json, after.json)
  if (before.bytes.equals(after.bytes)) return []
  const [older, newer] = [before, after].map(({ bytes }) => `${bytes.length} bytes`)
  return [{ ...body, kind: 'changed', old: older, new: newer }]
}
