import { readFile } from 'node:fs/promises'
import { isDeepStrictEqual } from 'node:util'
import { Ajv } from 'ajv'
import { parse } from 'yaml'
import type { Difference } from './compare.ts'
import { ShadowError } from './error.ts'

/** A difference that is meant to be; see intended-differences.yaml. */
export interface Intended {
  readonly reason: string
  readonly path: string
  readonly at: string
  readonly kind?: Difference['kind']
  readonly old?: unknown
  readonly new?: unknown
}

export const builtIn = new URL('intended-differences.yaml', import.meta.url)

const schema = {
  type: 'array',
  items: {
    type: 'object',
    additionalProperties: false,
    required: ['reason', 'path', 'at'],
    properties: {
      reason: { type: 'string', minLength: 1 },
      path: { type: 'string', pattern: '^/' },
      at: { type: 'string', pattern: '^(status$|header:|\\$)' },
      kind: { enum: ['added', 'removed', 'changed'] },
      old: {},
      new: {}
    }
  }
} as const

/**
 * Reads a list of intended differences, in YAML or JSON.
 * @throws ShadowError that names what is wrong with the file
 */
export async function readIntended(file: string | URL): Promise<Intended[]> {
  const list = await readFile(file, 'utf8')
    .then((text) => parse(text, { merge: true }))
    .catch((error: Error) => {
      throw new ShadowError(`The differences can't be read: ${error.message}`)
    })
  const ajv = new Ajv({ allErrors: true })
  if (ajv.validate<Intended[]>(schema, list)) return list
  throw new ShadowError(
    `The differences in ${file} can't be used:\n${ajv.errorsText(undefined, { dataVar: '', separator: '\n' })}`
  )
}

/** The entry that says that `difference`, of an answer to `path`, is meant to be. */
export function findIntended(list: readonly Intended[], path: string, difference: Difference): Intended | undefined {
  return list.find(
    (entry) =>
      pathPattern(entry.path).test(path) &&
      covers(entry.at, difference.pattern) &&
      (entry.kind === undefined || entry.kind === difference.kind) &&
      (!('old' in entry) || isDeepStrictEqual(entry.old, difference.old)) &&
      (!('new' in entry) || isDeepStrictEqual(entry.new, difference.new))
  )
}

/** `*` is one part of a path, `**` any number of them. */
function pathPattern(path: string): RegExp {
  const pattern = path.replaceAll(/[.+?^$()|{}[\]\\]/g, '\\$&').replaceAll(/\*\*|\*/g, (star) => (star === '*' ? '[^/]+' : '.*'))
  return new RegExp(`^${pattern}$`)
}

/** A JSON path covers itself and what lies beneath; but for `$`, lest a list that became an object hide all else. */
function covers(at: string, pattern: string): boolean {
  return pattern === at || (/^\$./.test(at) && (pattern.startsWith(`${at}.`) || pattern.startsWith(`${at}[`)))
}
