import { execFile } from 'node:child_process'
import { readdir, readFile, stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { parse } from 'yaml'
import type { Json } from '../../src/contract/document.ts'
import { type Change, compareContracts } from './compare.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../../', import.meta.url))
/** A file a release, named after its version. */
export const releasesFolder = new URL('../../contract/released/', import.meta.url)

/** What can be done about by whoever calls: a name that is none, a version that is too small. */
export class ContractError extends Error {}

/** A contract to compare with, and what it is called. */
export interface Base {
  readonly name: string
  readonly document: Json
}

/** The versions that were released, the newest last (https://semver.org, 11, without pre-releases). */
export async function releasedVersions(): Promise<string[]> {
  const files = await readdir(releasesFolder).catch(() => [])
  return files
    .flatMap((file) => /^(\d+\.\d+\.\d+)\.yaml$/.exec(file)?.[1] ?? [])
    .sort((one, other) => compareVersions(one, other))
}

/**
 * A contract by a file's path or a git ref, or the last one released.
 * @returns undefined where nothing was released yet
 * @throws ContractError for what is neither file nor ref
 */
export async function readBase(base?: string): Promise<Base | undefined> {
  if (base === undefined) {
    const last = (await releasedVersions()).at(-1)
    if (last === undefined) return undefined
    return { name: `release ${last}`, document: await readDocument(new URL(`${last}.yaml`, releasesFolder)) }
  }
  if ((await stat(base).catch(() => undefined))?.isFile()) return { name: base, document: await readDocument(base) }
  const { stdout } = await run('git', ['show', '--end-of-options', `${base}:openapi.yaml`], {
    cwd: root,
    maxBuffer: 2 ** 26
  }).catch(() => {
    throw new ContractError(`${base} is no file, and no git ref that has an openapi.yaml.`)
  })
  return { name: base, document: toJson(stdout) }
}

export async function readDocument(file: string | URL): Promise<Json> {
  return toJson(await readFile(file, 'utf8'))
}

function toJson(text: string): Json {
  // Aliases in YAML become objects of their own.
  return JSON.parse(JSON.stringify(parse(text)))
}

export function versionOf(document: Json): string {
  return String((document.info as Json).version)
}

/** Less than, equal to or greater than 0 as `one` is older than, the same as or newer than `other`. */
export function compareVersions(one: string, other: string): number {
  const [left, right] = [one, other].map((version) => version.split('.').map(Number)) as [number[], number[]]
  return left.map((part, index) => part - (right[index] ?? 0)).find((difference) => difference !== 0) ?? 0
}

export interface Judgement {
  readonly changes: readonly Change[]
  /** What the version has to be raised in, at least; undefined where nothing differs. */
  readonly due: 'major' | 'minor' | undefined
  /** Whether there are breaking changes and the same major version. */
  readonly refused: boolean
}

/** @param after its version says what clients are told */
export function judge(before: Json, after: Json): Judgement {
  const changes = compareContracts(before, after)
  const breaking = changes.some((change) => change.breaking)
  const [old, now] = [before, after].map((document) => Number(versionOf(document).split('.')[0])) as [number, number]
  return { changes, due: breaking ? 'major' : changes.length > 0 ? 'minor' : undefined, refused: breaking && now <= old }
}

/** The changes for people, the breaking ones first. */
export function describeChanges(changes: readonly Change[]): string {
  const list = (title: string, some: readonly Change[]) =>
    some.length === 0 ? [] : ['', `${title} (${some.length}):`, ...some.map(describe)]
  return [
    ...list(
      'Breaking',
      changes.filter(({ breaking }) => breaking)
    ),
    ...list(
      'Compatible',
      changes.filter(({ breaking }) => !breaking)
    )
  ].join('\n')
}

const mostNamed = 4

function describe({ at, what, operations }: Change): string {
  const named = operations.slice(0, mostNamed).join(', ')
  const rest = operations.length - mostNamed
  const who = /^[A-Z]+ \//.test(at) ? '' : `  (${named}${rest > 0 ? ` and ${rest} more` : ''})`
  return `  ${at}: ${what}${who}`
}
