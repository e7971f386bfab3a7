/**
 * `npm run conformance -- URL`: sends the recorded requests to a service and compares its answers with the recorded ones.
 * All of them where it is a sandbox (SANDBOX=1), which is reset; else those that only read.
 * Ends with 0; with 1 where an answer is another one; with 2 where the service can't be asked.
 */
import { table } from '../../src/shadow/report.ts'
import { conform, type Outcome } from './conform.ts'
import { readCorpus } from './corpus.ts'
import { Unreachable } from './play.ts'

const url = process.argv[2]?.replace(/\/+$/, '') ?? ''
try {
  if (!/^https?:\/\//.test(url) || !URL.canParse(url))
    throw new Unreachable('Give the address of a service: http://… or https://…')
  const { seeded, outcomes } = await conform(url, await readCorpus())
  if (!seeded) console.log('This is no sandbox: only what reads was sent.\n')
  console.log(report(outcomes))
  if (outcomes.some(({ faults }) => faults.length > 0)) process.exitCode = 1
} catch (error) {
  if (!(error instanceof Unreachable)) throw error
  console.error(error.message)
  process.exitCode = 2
}

/** A line an operation, then what is wrong. */
function report(outcomes: readonly Outcome[]): string {
  const failed = outcomes.filter(({ faults }) => faults.length > 0)
  const operations = [...new Set(outcomes.map(({ operation }) => operation))]
  const rows = operations.map((name) => {
    const own = outcomes.filter(({ operation }) => operation === name)
    const bad = own.filter(({ faults }) => faults.length > 0).length
    return [name, String(own.length), bad === 0 ? 'as recorded' : `${bad} different`]
  })
  return [
    ...table([['operation', 'requests', 'answers'], ...rows]),
    ...failed.flatMap(({ story, request, faults }) => ['', `${story}: ${request}`, ...faults.map((fault) => `  ${fault}`)]),
    '',
    `${outcomes.length} requests: ${outcomes.length - failed.length} answered as recorded, ${failed.length} differently.`
  ].join('\n')
}
