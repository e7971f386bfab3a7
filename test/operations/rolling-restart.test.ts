import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import t from 'tap'
import { freePort } from '../support/ports.ts'
import { createTestDatabase } from '../support/postgres.ts'
import { type Running, start } from '../support/process.ts'
import { nginxMissing, startNginx, startNodeProxy } from '../support/proxy.ts'
import { Tally } from '../support/tally.ts'
import { until } from '../support/wait.ts'

const password = 'correct horse battery staple'

/** Logs in, reads, writes and uploads in turn, until it is stopped. */
async function startLoad(origin: string, picture: Buffer) {
  const tally = new Tally()
  const faults: string[] = []
  let stopped = false
  const json = { 'content-type': 'application/json' }
  const logIn = () =>
    fetch(`${origin}/api/auth/token/`, { method: 'POST', headers: json, body: JSON.stringify({ username: 'admin', password }) })
  const { access } = (await (await logIn()).json()) as { access: string }
  const authorization = `Bearer ${access}`
  const profile = `${origin}/api/auth/profile/`
  const asks: (() => Promise<Response>)[] = [
    logIn,
    () => fetch(profile, { headers: { authorization } }),
    () => fetch(profile, { method: 'PATCH', headers: { ...json, authorization }, body: '{"bio": "a"}' }),
    () => {
      const body = new FormData()
      body.set('profile_picture', new Blob([picture]), 'a.png')
      return fetch(profile, { method: 'PUT', headers: { authorization }, body })
    }
  ]
  const running = asks.map(async (_, first) => {
    for (let turn = first; !stopped; turn += 1) {
      const ask = asks[turn % asks.length] as () => Promise<Response>
      try {
        const answer = await ask()
        tally.add(answer.status)
        const text = await answer.text()
        if (answer.status >= 300)
          faults.push(`${turn % asks.length}: ${answer.status} ${answer.headers.get('x-cause')} ${text.slice(0, 200)}`)
      } catch (error) {
        tally.add('broken')
        faults.push(String((error as Error).cause ?? error))
      }
    }
  })
  return {
    tally,
    faults,
    async stop() {
      stopped = true
      await Promise.all(running)
    }
  }
}

t.test('replicas that are restarted one after the other lose no request', { timeout: 240_000 }, async (t) => {
  const db = await createTestDatabase()
  t.teardown(() => db.drop())
  const folder = await mkdtemp(join(tmpdir(), 'user-management-rolling-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const ports = [await freePort(), await freePort()]
  const startReplica = (port: number) =>
    start(t, ['serve'], {
      DATABASE_URL: db.url,
      DATA_DIR: folder,
      PORT: String(port),
      NODE_ENV: 'test',
      LOG_LEVEL: 'warn',
      PASSWORD_HASH_COST: '4',
      RATE_LIMIT: 'off',
      RATE_LIMIT_CREDENTIALS: 'off',
      JWT_SECRET: 'a secret for tests, long enough to sign',
      ADMIN_PASSWORD: password
    })
  const ready = (port: number) =>
    until(`readiness at ${port}`, () =>
      fetch(`http://127.0.0.1:${port}/readyz`, { headers: { connection: 'close' } }).then(
        ({ ok }) => ok,
        () => false
      )
    )
  const replicas = ports.map(startReplica)
  for (const port of ports) await ready(port)

  const picture = await sharp({ create: { width: 64, height: 64, channels: 3, background: 'red' } })
    .png()
    .toBuffer()
  const gateways = new Map([['a small proxy', await startLoad(await startNodeProxy(t, ports), picture)]])
  if (nginxMissing) t.pass('in front of nginx', { skip: nginxMissing })
  else gateways.set('nginx', await startLoad(await startNginx(t, ports), picture))
  const loads = [...gateways.values()]
  for (const [index, port] of ports.entries()) {
    const counts = loads.map(({ tally }) => tally.of(200))
    await until('answers', () => loads.every(({ tally }, each) => tally.of(200) > (counts[each] as number) + 20))
    const replica = replicas[index] as Running
    replica.child.kill('SIGTERM')
    t.equal(await replica.ended(), 0, replica.output())
    startReplica(port)
    await ready(port)
  }
  for (const load of loads) await load.stop()
  for (const [name, { tally, faults }] of gateways) {
    t.same(faults, [], name)
    t.same(tally.statuses, ['200'])
    t.comment(`fault: rolling restart of two replicas behind ${name} | ${tally} | nothing lost`)
  }
})
