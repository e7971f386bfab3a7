import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import { freePort } from '../../src/database/embedded.ts'
import { createTestDatabase, type TestDatabase } from './postgres.ts'

const [loader, cli] = ['../../scripts/typescript.js', '../../src/cli.ts'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url))
) as [string, string]

export interface Running {
  readonly child: ChildProcess
  readonly output: () => string
  /** Waits until the output matches. */
  until(pattern: RegExp): Promise<RegExpExecArray>
  /** @returns the exit code */
  ended(): Promise<number | null>
}

/** Runs a program, until it ends or the test does. */
export function runProcess(
  t: Test,
  program: string,
  args: readonly string[],
  { env = {}, cwd }: { env?: Record<string, string>; cwd?: string } = {}
): Running {
  const child = spawn(program, [...args], {
    env: { PATH: process.env.PATH, ...env } as NodeJS.ProcessEnv,
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
      for (let wait = 0; wait < 2400; wait += 1) {
        const found = pattern.exec(output)
        if (found) return found
        if (child.exitCode !== null) break
        await sleep(50)
      }
      const found = pattern.exec(output)
      if (!found) throw new Error(`There came no ${pattern}:\n${output}`)
      return found
    },
    ended: async () => (await exit)[0]
  }
}

/**
 * Starts the command line as a process of its own.
 * @param through a program, with its arguments, that starts it
 */
export function start(t: Test, args: string[], env: Record<string, string> = {}, through: string[] = []): Running {
  const [program = '', ...rest] = [...through, process.execPath, '--import', loader, cli, ...args]
  return runProcess(t, program, rest, { env })
}

/** The first of `programs` that can be run here, else undefined. */
export function findProgram(...programs: (string | undefined)[]): string | undefined {
  return programs.find((program) => program !== undefined && spawnSync(program, ['--version']).error === undefined)
}

export interface Serving extends Running {
  readonly origin: string
  readonly port: number
  readonly db: TestDatabase
  /** Its DATA_DIR. */
  readonly folder: string
}

/** Starts the service as a process of its own, on a database and a folder of its own, and waits until it listens. */
export async function serve(t: Test, env: Record<string, string> = {}): Promise<Serving> {
  const db = await createTestDatabase()
  t.teardown(() => db.drop())
  const folder = await mkdtemp(join(tmpdir(), 'user-management-serve-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const port = await freePort()
  const running = start(t, ['serve'], {
    DATABASE_URL: db.url,
    DATA_DIR: folder,
    PORT: String(port),
    NODE_ENV: 'test',
    PASSWORD_HASH_COST: '4',
    ADMIN_PASSWORD: 'correct horse battery staple',
    ...env
  })
  await running.until(/Listening on/)
  return { ...running, origin: `http://127.0.0.1:${port}`, port, db, folder }
}
