import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { freePort } from '../src/database/embedded.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

export interface Server {
  readonly url: string
  /** Milliseconds from its start until it answered. */
  readonly readyIn: number
  /** Bytes of memory that its process holds now (RSS). */
  memory(): Promise<number>
  /** Seconds of processor time that it has used so far, threads and all. */
  processorTime(): Promise<number>
  /** 99th percentile of the event loop's delay, in milliseconds, since it was asked last. */
  loopDelay(): Promise<number>
  stop(): Promise<void>
}

/** Starts the bare server to compare with. */
export function startBaseline(databaseUrl: string): Promise<Server> {
  return start(['--import', './scripts/typescript.js', 'bench/baseline.ts'], { DATABASE_URL: databaseUrl }, '/metrics')
}

/** Starts the compiled service (`npm run build`) as an operator would; its log goes nowhere, but is written. */
export function startService(databaseUrl: string, dataDir: string, settings: Record<string, string> = {}): Promise<Server> {
  return start(
    ['dist/src/cli.js', 'serve'],
    {
      NODE_ENV: 'production',
      DATABASE_URL: databaseUrl,
      DATA_DIR: dataDir,
      JWT_KEYS_DIR: `${dataDir}/keys`,
      PUBLIC_URL: 'http://127.0.0.1',
      PASSWORD_RESET_DELIVERY: 'response',
      ACCESS_TOKEN_TTL: '8h',
      // Counted, and never reached.
      RATE_LIMIT: '900000000/1d',
      RATE_LIMIT_CREDENTIALS: '900000000/1d',
      MALLOC_ARENA_MAX: '2',
      ...settings
    },
    '/healthz'
  )
}

async function start(args: string[], environment: Record<string, string>, probe: string): Promise<Server> {
  const port = await freePort()
  const begun = performance.now()
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { PATH: process.env.PATH, PORT: String(port), ...environment },
    stdio: ['ignore', 'ignore', 'inherit']
  })
  const url = `http://127.0.0.1:${port}`
  while (!(await answers(url + probe))) {
    if (child.exitCode !== null) throw new Error(`${args.at(-1)} ended with ${child.exitCode}`)
    await new Promise((done) => setTimeout(done, 5))
  }
  const readyIn = performance.now() - begun
  return {
    url,
    readyIn,
    memory: async () => 1024 * Number(/^VmRSS:\s+(\d+)/m.exec(await readFile(`/proc/${child.pid}/status`, 'utf8'))?.[1]),
    async processorTime() {
      // proc(5): utime and stime, in ticks of a hundredth of a second.
      const fields = (await readFile(`/proc/${child.pid}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? []
      return (Number(fields[11]) + Number(fields[12])) / 100
    },
    async loopDelay() {
      const text = await (await fetch(`${url}/metrics`)).text()
      return 1000 * Number(/^nodejs_eventloop_lag_p99_seconds (\S+)/m.exec(text)?.[1])
    },
    stop: () => stop(child)
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  child.kill('SIGTERM')
  await once(child, 'exit')
}

const answers = (url: string) =>
  fetch(url).then(
    ({ ok }) => ok,
    () => false
  )
