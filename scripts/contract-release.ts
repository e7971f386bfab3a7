/**
 * Keeps openapi.yaml as the contract that clients have from now on: contract/released/<info.version>.yaml.
 *
 *   npm run contract:release                   a new version, raised as far as the changes since the last one ask for
 *   npm run contract:release -- --replace      the same version again, as long as nobody has it yet
 */
import { copyFile, mkdir } from 'node:fs/promises'
import { contractFile } from '../src/contract/document.ts'
import {
  compareVersions,
  describeChanges,
  judge,
  readBase,
  readDocument,
  releasedVersions,
  releasesFolder,
  versionOf
} from './contract/releases.ts'

const replace = process.argv.includes('--replace')
const now = await readDocument(contractFile)
const version = versionOf(now)
const fault = await releaseFault()
if (fault !== undefined) {
  console.error(fault)
  process.exitCode = 1
} else {
  await mkdir(releasesFolder, { recursive: true })
  await copyFile(contractFile, new URL(`${version}.yaml`, releasesFolder))
  console.log(`Released: contract/released/${version}.yaml. Commit it.`)
}

/** Why it can't be released as it is. */
async function releaseFault(): Promise<string | undefined> {
  if (!/^\d+\.\d+\.\d+$/.test(version)) return `info.version: ${version} is no version such as 1.2.0.`
  const last = (await releasedVersions()).at(-1)
  if (last === undefined || (replace && last === version)) return undefined
  if (compareVersions(version, last) <= 0)
    return `info.version: ${version} has to be higher than ${last}, which was released last.`
  const { changes, due, refused } = judge((await readBase())?.document ?? now, now)
  const minor = version.split('.').slice(0, 2).join('.') === last.split('.').slice(0, 2).join('.')
  if (!refused && !(due === 'minor' && minor)) return undefined
  return `${describeChanges(changes)}\n\ninfo.version: ${version} has to be raised from ${last} by a ${due} version, at least.`
}
