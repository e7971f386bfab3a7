import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'

const [loader, cli] = ['../../scripts/typescript.js', '../../src/cli.ts'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url))
) as [string, string]

export interface Running {
  readonly child: ChildProcess
  readonly output: () => string
  /** Waits until the output matches. */
  until(pattern: RegExp): Promise<void>
  /** @returns the exit code */
  ended(): Promise<number | null>
}

/**
 * Starts the command line as a process of its own, which is ended with the test.
 * @param through a program, with its arguments, that starts it
 */
export function start(t: Test, args: string[], env: Record<string, string> = {}, through: string[] = []): Running {
  const [program = '', ...rest] = [...through, process.execPath, '--import', loader, cli, ...args]
  const child = spawn(program, rest, {
    env: { PATH: process.env.PATH, ...env } as NodeJS.ProcessEnv,
    stdio: ['ignore', 'pipe', 'pipe']
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk))
  const exit = once(child, 'exit')
  t.teardown(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await exit
  })
  return {
    child,
    output: () => output,
    async until(pattern) {
      for (let wait = 0; wait < 2400 && !pattern.test(output); wait += 1) {
        if (child.exitCode !== null) break
        await sleep(50)
      }
      if (!pattern.test(output)) throw new Error(`There came no ${pattern}:\n${output}`)
    },
    ended: async () => (await exit)[0]
  }
}
