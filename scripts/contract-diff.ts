/**
 * Tells what of openapi.yaml differs from a contract that clients have, and whether they may fail because of it.
 *
 *   npm run contract:diff              from the last one in contract/released/
 *   npm run contract:diff -- BASE      from a file, or from openapi.yaml of a git ref
 *
 * Ends with 0; with 1 if there are breaking changes and info.version has the same major version; with 2 if it can't compare.
 */
import { contractFile } from '../src/contract/document.ts'
import { ContractError, describeChanges, judge, readBase, readDocument, versionOf } from './contract/releases.ts'

try {
  const base = await readBase(process.argv[2])
  if (!base) console.log('No contract was released yet (contract/released/ has none): there is nothing to compare with.')
  else {
    const now = await readDocument(contractFile)
    const { changes, due, refused } = judge(base.document, now)
    const breaking = changes.filter((change) => change.breaking).length
    console.log(`openapi.yaml, version ${versionOf(now)}, beside ${base.name}, version ${versionOf(base.document)}:`)
    console.log(`${breaking} breaking, ${changes.length - breaking} compatible changes.`)
    if (changes.length > 0) console.log(describeChanges(changes))
    if (refused) {
      console.error('\nThis breaks clients. Undo it, or raise the major version (info.version).')
      process.exitCode = 1
    } else if (due === 'minor') console.log('\nThe next release needs a higher minor version, at least.')
  }
} catch (error) {
  if (!(error instanceof ContractError)) throw error
  console.error(error.message)
  process.exitCode = 2
}
