/**
 * `npm run bench`: what the service does under load, as ratios to a bare server, in one run and in alternation. See
 * `docs/performance.md` for how to read it.
 *
 *   npm run bench                                 all, at 1,000, 100,000 and 1,000,000 users (the first time takes minutes)
 *   npm run bench -- --only profile,verify        some scenarios
 *   npm run bench -- --users 1000 --seconds 2 --rounds 1      a quick look
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { availableParallelism, cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { startHashing } from '../src/passwords/hashing.ts'
import { hashCost, password, startPostgres } from './database.ts'
import { type Figures, measure, median, medians } from './load.ts'
import { growthScenarios, logIn, type Tokens, throughputScenarios, timeExport } from './scenarios.ts'
import { type Server, startBaseline, startService } from './servers.ts'

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    users: { type: 'string', default: '1000,100000,1000000' },
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '3' },
    name: { type: 'string', default: new Date().toISOString().slice(0, 19).replaceAll(':', '') }
  }
})
const [seconds, rounds] = [Number(values.seconds), Number(values.rounds)]
const sizes = values.users.split(',').map(Number)
const smallest = sizes[0] as number
const wanted = (name: string) => values.only === undefined || values.only.split(',').includes(name)
const folder = fileURLToPath(new URL('./.data/', import.meta.url))
const rows: Record<string, unknown>[] = []

await mkdir(folder, { recursive: true })
const postgres = await startPostgres(folder, sizes)
const running = new Set<Server>()
try {
  const small = postgres.url(smallest)
  const baseline = keep(await startBaseline(small))
  const service = keep(await startService(small, `${folder}data`))
  const tokens = await logIn(service, 40)
  const compared = { connections: 20, seconds, requests: profileOf(tokens) }

  for (const { name, ...load } of (await throughputScenarios(tokens)).filter((scenario) => wanted(scenario.name))) {
    const results = { baseline: [] as Figures[], service: [] as Figures[] }
    for (let round = 0; round < rounds; round += 1) {
      results.baseline.push(await measure(baseline, small, { ...compared, connections: load.connections }))
      results.service.push(await measure(service, small, { seconds, ...load }))
    }
    const ratio = median(
      results.service.map(({ requestsPerSecond }, round) => requestsPerSecond / (results.baseline[round]?.requestsPerSecond ?? 0))
    )
    if (rows.length === 0) report('baseline', medians(results.baseline), 1)
    report(name, medians(results.service), ratio)
  }
  if (wanted('logins')) await compareLogins(service, tokens)
  if (wanted('busy')) await compareWhileBusy(service, small, tokens)
  await baseline.stop()
  await service.stop()
  if (wanted('start')) await measureStart(small)

  for (const users of sizes) {
    const url = postgres.url(users)
    const server = keep(await startService(url, `${folder}data`))
    const admin = (await logIn(server, 1)).at(0) as Tokens[number]
    for (const { name, ...load } of growthScenarios(admin, users).filter((scenario) => wanted(scenario.name))) {
      report(`${name} at ${users}`, await measure(server, url, { connections: 1, seconds, ...load }))
    }
    if (wanted('export')) {
      for (const type of ['text/csv', 'application/x-ndjson']) {
        rows.push({ scenario: `export ${type} at ${users}`, ...(await timeExport(server, admin, type)) })
        console.log(JSON.stringify(rows.at(-1)))
      }
    }
    await server.stop()
  }
} finally {
  await Promise.all([...running].map((server) => server.stop()))
  await postgres.stop()
}

const results = new URL(`./results/${values.name}.json`, import.meta.url)
const machine = { cpu: cpus()[0]?.model, cores: availableParallelism(), node: process.version }
await writeFile(results, `${JSON.stringify({ machine, seconds, rounds, rows }, null, 2)}\n`)
console.log(`\n${table(rows)}\n\nWritten to ${fileURLToPath(results)}`)

function keep(server: Server): Server {
  running.add(server)
  return server
}

function profileOf(tokens: Tokens) {
  return tokens.map(({ id }) => ({ path: `/profile/${id}` }))
}

function report(scenario: string, figures: Figures, ratio?: number): void {
  rows.push({ scenario, ...(ratio !== undefined && { ratio: round(ratio, 3) }), ...figures })
  const { requestsPerSecond, p50, p99, failures } = figures
  const share = ratio === undefined ? '' : `, ${round(ratio, 2)} of the baseline`
  console.log(`${scenario}: ${Math.round(requestsPerSecond)}/s${share}, p50 ${p50} ms, p99 ${p99} ms, ${failures} failures`)
}

/** Logins per second, and what bcryptjs does on as many cores with nothing else. */
async function compareLogins(service: Server, tokens: Tokens): Promise<void> {
  const rates = { alone: [] as number[], logins: [] as number[] }
  for (let round = 0; round < rounds; round += 1) {
    const hashing = startHashing(hashCost, availableParallelism())
    const encoded = await hashing.hash(password)
    rates.alone.push(await rateOf(() => hashing.verify(password, encoded)))
    await hashing.close()
    rates.logins.push(
      await rateOf(async (count) => {
        const body = JSON.stringify({ username: tokens[count % tokens.length]?.username, password })
        const headers = { 'content-type': 'application/json' }
        const response = await fetch(`${service.url}/api/auth/token/`, { method: 'POST', headers, body })
        if (response.status !== 200) throw new Error(`Login: ${response.status}`)
        await response.text()
      })
    )
  }
  const ratio = median(rates.logins.map((rate, index) => rate / (rates.alone[index] as number)))
  rows.push({ scenario: 'logins, to bcryptjs alone', ratio: round(ratio, 3), requestsPerSecond: median(rates.logins) })
  console.log(JSON.stringify(rows.at(-1)))
}

/**
 * How often a second something of a quarter of a second is done, two at a time for each core. What was begun is waited for and
 * counted: of some eighty in a measurement, the last four are too many to be left out.
 */
async function rateOf(once: (count: number) => Promise<unknown>): Promise<number> {
  let [begun, done] = [0, 0]
  const start = performance.now()
  await Promise.all(
    Array.from({ length: 2 * availableParallelism() }, async () => {
      for (; performance.now() < start + 2 * seconds * 1000; done += 1) {
        begun += 1
        await once(begun)
      }
    })
  )
  return done / ((performance.now() - start) / 1000)
}

/** The median of seven starts on a database that is migrated. */
async function measureStart(url: string): Promise<void> {
  const times: number[] = []
  for (let count = 0; count < 7; count += 1) {
    const server = keep(await startService(url, `${folder}data`))
    times.push(server.readyIn)
    await server.stop()
  }
  rows.push({ scenario: 'start', milliseconds: Math.round(median(times)) })
  console.log(JSON.stringify(rows.at(-1)))
}

/** GET profile's 99th percentile while 20 clients log in all the time, to when nothing else happens. */
async function compareWhileBusy(service: Server, url: string, tokens: Tokens): Promise<void> {
  const load = { connections: 5, seconds, requests: (await throughputScenarios(tokens))[0]?.requests ?? [] }
  const ratios: number[] = []
  const busy: Figures[] = []
  for (let count = 0; count < rounds; count += 1) {
    const idle = await measure(service, url, load)
    const ended = new AbortController()
    const logins = Array.from({ length: 20 }, async (_, index) => {
      while (!ended.signal.aborted) {
        const body = JSON.stringify({ username: tokens[index % tokens.length]?.username, password })
        const headers = { 'content-type': 'application/json' }
        await (await fetch(`${service.url}/api/auth/token/`, { method: 'POST', headers, body })).text()
      }
    })
    busy.push(await measure(service, url, load))
    ended.abort()
    await Promise.all(logins)
    ratios.push((busy.at(-1)?.p99 ?? 0) / Math.max(1, idle.p99))
  }
  report('profile while 20 log in, p99 to idle', medians(busy), median(ratios))
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}

function table(all: readonly Record<string, unknown>[]): string {
  const columns = ['scenario', 'ratio', 'requestsPerSecond', 'p50', 'p99', 'failures', 'statementsPerRequest', 'processorTime']
  const more = ['loopDelay', 'memory', 'firstByte', 'total', 'growth', 'milliseconds']
  const cell = (value: unknown, name: string) =>
    typeof value !== 'number' ? String(value ?? '') : String(name === 'memory' ? Math.round(value / 1e6) : round(value, 2))
  const shown = [...columns, ...more].filter((name) => all.some((row) => row[name] !== undefined))
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`
  return [line(shown), line(shown.map(() => '---')), ...all.map((row) => line(shown.map((name) => cell(row[name], name))))].join(
    '\n'
  )
}
