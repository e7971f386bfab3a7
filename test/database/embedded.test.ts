import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import t, { type Test } from 'tap'
import { startEmbedded } from '../../src/database/embedded.ts'
import { until } from '../support/wait.ts'

async function folder(t: Test): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'user-management-embedded-'))
  t.teardown(() => rm(path, { recursive: true, force: true }))
  return join(path, 'data')
}

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query(text)
  await client.end()
  return rows
}

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

t.test('the second start takes up the data of the first, quickly; a process beside it is a guest', async (t) => {
  const data = await folder(t)
  const first = await startEmbedded(data)
  await query(first.url, 'create table kept (n int); insert into kept values (7)')
  await first.stop()
  const begin = performance.now()
  const second = await startEmbedded(data)
  const took = Math.round(performance.now() - begin)
  t.comment(`second start: ${took} ms`)
  t.ok(took < 5000)
  t.ok(second.owner)
  t.same(await query(second.url, 'select n from kept'), [{ n: 7 }])
  const guest = await startEmbedded(data)
  t.notOk(guest.owner)
  await guest.stop()
  t.same(await query(second.url, 'select n from kept'), [{ n: 7 }], 'a guest that goes does not end it')
  await second.stop()
  await t.rejects(query(second.url, 'select 1'))
})

t.test('of two starts at the same moment on a fresh folder one is the owner', async (t) => {
  const data = await folder(t)
  const both = await Promise.all([startEmbedded(data), startEmbedded(data)])
  t.same(both.map(({ owner }) => owner).sort(), [false, true])
  for (const { url } of both) t.same(await query(url, 'select 1 as one'), [{ one: 1 }])
  await both.find(({ owner }) => !owner)?.stop()
  await both.find(({ owner }) => owner)?.stop()
})

t.test('after its process was killed the server that runs on is taken up, and ended with the next owner', async (t) => {
  const data = await folder(t)
  const loader = fileURLToPath(new URL('../../scripts/typescript.js', import.meta.url))
  const script = fileURLToPath(new URL('../support/embedded-owner.ts', import.meta.url))
  const child = spawn(process.execPath, ['--import', loader, script, data], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  const pid = Number((await readFile(join(data, 'postgres/postmaster.pid'), 'utf8')).split('\n')[0])
  child.kill('SIGKILL')
  await once(child, 'exit')
  t.ok(isAlive(pid), 'it runs on')
  let taken = await startEmbedded(data)
  // The lock of the killed process goes when Postgres notices that its connection is gone.
  for (let wait = 0; wait < 600 && !taken.owner; wait += 1) {
    await taken.stop()
    await sleep(50)
    taken = await startEmbedded(data)
  }
  t.ok(taken.owner)
  t.equal(Number((await readFile(join(data, 'postgres/postmaster.pid'), 'utf8')).split('\n')[0]), pid)
  await taken.stop()
  await until('the end of Postgres', () => !isAlive(pid))
})

t.test('a pid file that a killed server left, with the number of another process by now, stops nothing', async (t) => {
  const data = await folder(t)
  const first = await startEmbedded(data)
  const file = join(data, 'postgres/postmaster.pid')
  const text = await readFile(file, 'utf8')
  await first.stop()
  await writeFile(file, text.replace(/^\d+/, String(process.pid)))
  const second = await startEmbedded(data)
  t.ok(second.owner)
  await second.stop()
})

t.test('nor does one with the number of another Postgres by now', async (t) => {
  const [data, othersData] = [await folder(t), await folder(t)]
  const first = await startEmbedded(data)
  const file = join(data, 'postgres/postmaster.pid')
  const text = await readFile(file, 'utf8')
  await first.stop()
  const other = await startEmbedded(othersData)
  const otherPid = (await readFile(join(othersData, 'postgres/postmaster.pid'), 'utf8')).split('\n')[0] as string
  await writeFile(file, text.replace(/^\d+/, otherPid))
  const starting = startEmbedded(data)
  t.not(await Promise.race([starting, sleep(60_000, 'still waiting', { ref: false })]), 'still waiting')
  t.ok(isAlive(Number(otherPid)), 'the other one was left alone')
  await other.stop()
  await (await starting).stop()
})

t.test(
  'as root it also runs below a folder that only root may enter',
  { skip: process.getuid?.() !== 0 && 'needs root' },
  async (t) => {
    const data = await folder(t)
    await mkdir(data, { mode: 0o700 })
    await chmod(data, 0o700)
    const postgres = await startEmbedded(join(data, 'inner'))
    t.same(await query(postgres.url, 'select 1 as one'), [{ one: 1 }])
    await postgres.stop()
  }
)
