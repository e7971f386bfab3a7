import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Test } from 'tap'

/** A data folder for the test; it goes with the test, and so does a Postgres that was left running in it. */
export async function folder(t: Test): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'user-management-cli-'))
  t.teardown(async () => {
    const pid = await postgresOf(join(path, 'data'))
    if (pid !== undefined) process.kill(pid, 'SIGQUIT')
    if (pid !== undefined) await gone(pid)
    await rm(path, { recursive: true, force: true })
  })
  return join(path, 'data')
}

/** The id of the Postgres that runs on a data folder. */
export async function postgresOf(data: string): Promise<number | undefined> {
  const text = await readFile(join(data, 'postgres/postmaster.pid'), 'utf8').catch(() => '')
  const pid = Number(text.split('\n')[0])
  return pid > 0 && isAlive(pid) ? pid : undefined
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** Whether the process ends within half a minute. */
export async function gone(pid: number): Promise<boolean> {
  for (let wait = 0; wait < 1500 && isAlive(pid); wait += 1) await sleep(20)
  return !isAlive(pid)
}
