import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer, request as forward } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'

const [loader, cli] = ['../../scripts/typescript.js', '../../src/cli.ts'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url))
) as [string, string]

export interface RunningProcess {
  readonly child: ChildProcess
  readonly output: () => string
  /** Waits until the output matches. */
  until(pattern: RegExp): Promise<RegExpExecArray>
}

/** Runs a program until the test ends. */
export function runProcess(
  t: Test,
  program: string,
  args: readonly string[],
  { env = {}, cwd }: { env?: Record<string, string>; cwd?: string } = {}
): RunningProcess {
  const child = spawn(program, [...args], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd !== undefined && { cwd })
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk))
  const exit = once(child, 'exit')
  t.teardown(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGTERM')
    const forced = setTimeout(() => child.kill('SIGKILL'), 20_000)
    await exit
    clearTimeout(forced)
  })
  return {
    child,
    output: () => output,
    async until(pattern) {
      for (let wait = 0; wait < 1200; wait += 1) {
        const found = pattern.exec(output)
        if (found) return found
        if (child.exitCode !== null) break
        await sleep(50)
      }
      throw new Error(`There came no ${pattern}:\n${output}`)
    }
  }
}

/** Runs the service as a process of its own. */
export function serveProcess(t: Test, env: Record<string, string>): RunningProcess & { port(): Promise<number> } {
  const running = runProcess(t, process.execPath, ['--import', loader, cli, 'serve'], { env: { PORT: '0', ...env } })
  return { ...running, port: async () => Number((await running.until(/listening at http:\/\/127\.0\.0\.1:(\d+)/))[1]) }
}

/** The first of `programs` that can be run here, else undefined. */
export function findProgram(...programs: (string | undefined)[]): string | undefined {
  return programs.find((program) => program !== undefined && spawnSync(program, ['--version']).error === undefined)
}

/** A gateway with nothing sticky: each request goes to the next of `ports`. @returns its address */
export async function roundRobin(t: Test, ports: readonly number[]): Promise<string> {
  let turn = 0
  const server = createServer((request, response) => {
    const port = ports[turn % ports.length] as number
    turn += 1
    const { method, url, headers } = request
    const onward = forward(
      { host: '127.0.0.1', port, method, path: url, headers: { ...headers, connection: 'close' }, agent: false },
      (answer) => {
        response.writeHead(answer.statusCode as number, { ...answer.headers, 'x-replica': String(port) })
        answer.pipe(response)
      }
    )
    onward.on('error', () => response.destroy())
    request.pipe(onward)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
