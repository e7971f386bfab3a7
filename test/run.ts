/**
 * `npm test`: starts one Postgres for all test files, runs them with tap, and tells which statuses and problem codes of
 * which operations were reached. Fails where a test fails or, in a run of all files, a declared one was not reached.
 *
 *   npm test                                   all
 *   npm test -- test/roles/roles.test.ts       some
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { coverageVariable, declaredCodes, sandboxContract } from './support/contract.ts'
import { serverVariable, startTestServer } from './support/postgres.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const tap = join(root, 'node_modules/tap/dist/esm/run.mjs')
const files = process.argv.slice(2)
const all = files.length === 0

// A reader of our output that goes away (npm test | head) must not keep us from ending the server.
process.stdout.on('error', () => {})

await buildTap()
const server = await startTestServer()
const coverage = await mkdtemp(join(tmpdir(), 'user-management-coverage-'))
let interrupted: NodeJS.Signals | undefined
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  // tap gets it too, from the terminal or below; its end leads on to the cleaning up.
  process.on(signal, () => {
    interrupted = signal
    running?.kill(signal)
  })
}
let running: ChildProcess | undefined
try {
  const { code, passed, failed } = await runTap(all ? await testFiles() : files)
  const unreached = await reportCoverage()
  const short = all && unreached > 0
  if (short) console.log(`${unreached} declared statuses or problem codes were not reached by any test.`)
  console.log(`${passed} passed, ${failed + (short ? 1 : 0)} failed`)
  if (code !== 0 || failed > 0 || short || interrupted) process.exitCode = 1
} finally {
  await server.stop()
  await rm(coverage, { recursive: true, force: true })
}

/**
 * tap compiles its plugins at the first run after an install, and that first run still has those that package.json
 * leaves out: among them a loader for TypeScript of tap's own, which is several times slower and leaves a process behind.
 */
async function buildTap(): Promise<void> {
  const built = await readFile(join(root, 'node_modules/@tapjs/test/test-built/dist/esm/index.js'), 'utf8').catch(() => '')
  if (built !== '' && !built.includes('@tapjs/typescript')) return
  const child = spawn(process.execPath, [tap, 'build'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
  const code = await new Promise((done) => child.on('close', done))
  if (code !== 0) throw new Error(`tap build failed with ${code}`)
}

async function testFiles(): Promise<string[]> {
  const names = await readdir(join(root, 'test'), { recursive: true })
  return names.filter((name) => name.endsWith('.test.ts')).map((name) => join('test', name))
}

async function runTap(tests: string[]): Promise<{ code: number; passed: number; failed: number }> {
  const child = spawn(process.execPath, [tap, 'run', '--reporter=tap', ...tests], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, [serverVariable]: server.url, [coverageVariable]: coverage, NODE_ENV: 'test' }
  })
  running = child
  let [passed, failed] = [0, 0]
  let pending = ''
  child.stdout.on('data', (chunk) => {
    const lines = (pending + chunk).split('\n')
    pending = lines.pop() as string
    for (const line of lines) {
      // Assertions stand deepest; a line that sums up a test or a file is followed by its duration.
      const [, indent = '', not] = /^( *)(not )?ok \d+/.exec(line) ?? []
      const assertion = /^ *(not )?ok \d+/.test(line) && !/ # time=[\d.]+m?s/.test(line)
      if (assertion && not) failed += 1
      else if (assertion) passed += 1
      if (not || indent.length === 0 || failed > 0) console.log(line)
    }
  })
  const code = await new Promise<number>((done) => child.on('close', (status) => done(status ?? 1)))
  return { code, passed, failed: code !== 0 && failed === 0 ? 1 : failed }
}

async function reportCoverage(): Promise<number> {
  const reached = new Set<string>()
  for (const file of await readdir(coverage)) {
    for (const line of (await readFile(join(coverage, file), 'utf8')).split('\n')) reached.add(line)
  }
  const operations = [...sandboxContract.operations, ...sandboxContract.probes]
  const statuses = operations.flatMap(({ operationId, statuses }) => statuses.map((status) => `${operationId} ${status}`))
  const codes = operations.flatMap((operation) =>
    operation.statuses.flatMap((status) =>
      declaredCodes(operation, status).map((code) => `${operation.operationId} ${status} ${code}`)
    )
  )
  const unreached = (declared: string[]) => declared.filter((each) => !reached.has(each))
  const count = (declared: string[]) => `${declared.length - unreached(declared).length} of ${declared.length}`
  console.log(
    `\nContract: ${operations.length} operations, ${count(statuses)} statuses and ${count(codes)} problem codes reached`
  )
  if (all) {
    for (const { operationId, statuses } of operations) {
      const marks = statuses.map((status) => (reached.has(`${operationId} ${status}`) ? `${status}` : `[${status}]`))
      console.log(`  ${operationId.padEnd(26)} ${marks.join(' ')}`)
    }
    for (const code of unreached(codes)) console.log(`  not reached: ${code}`)
  }
  return unreached([...statuses, ...codes]).length
}
