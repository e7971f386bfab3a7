/** Where two answers are not the same. */
export interface Difference {
  /** `status`, `header:NAME`, or the JSON path of a value in the body, e.g. `$[id=7].phone`. */
  readonly at: string
  /** The same for any element of a list: `$[*].phone`. */
  readonly pattern: string
  /** `added`: only the new service has it; `removed`: only the old one. */
  readonly kind: 'added' | 'removed' | 'changed'
  readonly old: unknown
  readonly new: unknown
}

/** What tells an object of a list from the others, the best first; the Django service's users have no id. */
const keys = ['id', 'user_id', 'username', 'name', 'codename'] as const

type JsonObject = { [name: string]: unknown }

interface Place {
  readonly at: string
  readonly pattern: string
}

export const body: Place = { at: '$', pattern: '$' }

/**
 * The differences of two JSON values, field by field. The order of lists is none: objects are paired by their key, other
 * values are compared as a set. Times are compared as instants, pictures by their path below /media/.
 */
export function compareJson(before: unknown, after: unknown, place: Place = body): Difference[] {
  if (Array.isArray(before) && Array.isArray(after)) return compareLists(before, after, place)
  if (isObject(before) && isObject(after)) return compareObjects(before, after, place)
  return isSame(before, after) ? [] : [{ ...place, kind: 'changed', old: before, new: after }]
}

function compareObjects(before: JsonObject, after: JsonObject, place: Place): Difference[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...names].flatMap((name) => {
    const step = /^[A-Za-z_]\w*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`
    const inside = { at: place.at + step, pattern: place.pattern + step }
    return compareEntry(before, after, name, inside)
  })
}

function compareLists(before: readonly unknown[], after: readonly unknown[], place: Place): Difference[] {
  const key = keys.find((name) => identifies(before, name) && identifies(after, name))
  if (key === undefined) {
    if ([...before, ...after].some((value) => typeof value === 'object')) {
      return compareEntries({ ...before }, { ...after }, place, (index) => `[${index}]`)
    }
    const sorted = [before, after].map((list) => JSON.stringify([...list].sort()))
    return sorted[0] === sorted[1] ? [] : [{ ...place, kind: 'changed', old: before, new: after }]
  }
  const byKey = (list: readonly unknown[]) =>
    Object.fromEntries((list as JsonObject[]).map((value) => [JSON.stringify(value[key]), value]))
  return compareEntries(byKey(before), byKey(after), place, (value) => `[${key}=${value}]`)
}

function compareEntries(before: JsonObject, after: JsonObject, place: Place, step: (name: string) => string): Difference[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...names].flatMap((name) =>
    compareEntry(before, after, name, { at: place.at + step(name), pattern: `${place.pattern}[*]` })
  )
}

function compareEntry(before: JsonObject, after: JsonObject, name: string, place: Place): Difference[] {
  if (!Object.hasOwn(before, name)) return [{ ...place, kind: 'added', old: undefined, new: after[name] }]
  if (!Object.hasOwn(after, name)) return [{ ...place, kind: 'removed', old: before[name], new: undefined }]
  return compareJson(before[name], after[name], place)
}

/** Whether each of `list` is an object with a value of its own under `name`. */
function identifies(list: readonly unknown[], name: string): boolean {
  const values = list.map((each) => (isObject(each) ? each[name] : undefined))
  return values.every((value) => /^(string|number)$/.test(typeof value)) && new Set(values).size === list.length
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isSame(before: unknown, after: unknown): boolean {
  if (before === after) return true
  if (typeof before !== 'string' || typeof after !== 'string') return false
  const instants = [before, after].map(instant)
  if (instants.every((each) => each !== undefined)) return instants[0] === instants[1]
  const pictures = [before, after].map(picturePath)
  return pictures[0] !== undefined && pictures[0] === pictures[1]
}

/** Milliseconds of an RFC 3339 time; Django writes microseconds and the offset of its zone, we neither. */
function instant(text: string): number | undefined {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : undefined
}

/** Decoded, since only some services escape letters beyond ASCII. */
function picturePath(text: string): string | undefined {
  const path = /^(?:https?:\/\/[^/]+)?[^?#]*?(\/media\/[^?#]+)/.exec(text)?.[1]
  if (path === undefined) return undefined
  try {
    return decodeURIComponent(path).normalize()
  } catch {
    return path
  }
}
