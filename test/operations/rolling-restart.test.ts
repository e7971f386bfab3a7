import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import t from 'tap'
import { freePort } from '../../src/database/embedded.ts'
import { type Running, start } from '../support/process.ts'
import { nginxMissing, startNginx, startNodeProxy } from '../support/proxy.ts'
import { password, startService, type TestUser } from '../support/service.ts'
import { Tally } from '../support/tally.ts'
import { until } from '../support/wait.ts'

/** As each of the users: logs in, reads, writes and uploads in turn, until it is stopped. */
function startLoad(origin: string, users: readonly TestUser[], picture: Buffer) {
  const tally = new Tally()
  const faults: string[] = []
  let stopped = false
  const json = { 'content-type': 'application/json' }
  const profile = `${origin}/api/auth/profile/`
  const asks: ((user: TestUser) => Promise<Response>)[] = [
    ({ username }) =>
      fetch(`${origin}/api/auth/token/`, { method: 'POST', headers: json, body: JSON.stringify({ username, password }) }),
    ({ access }) => fetch(profile, { headers: { authorization: `Bearer ${access}` } }),
    ({ access }) =>
      fetch(profile, { method: 'PATCH', headers: { ...json, authorization: `Bearer ${access}` }, body: '{"bio": "a"}' }),
    ({ access }) => {
      const body = new FormData()
      body.set('profile_picture', new Blob([picture]), 'a.png')
      return fetch(profile, { method: 'PUT', headers: { authorization: `Bearer ${access}` }, body })
    }
  ]
  const running = users.map(async (user, first) => {
    for (let turn = first; !stopped; turn += 1) {
      const ask = asks[turn % asks.length] as (user: TestUser) => Promise<Response>
      try {
        const answer = await ask(user)
        tally.add(answer.status)
        const text = await answer.text()
        if (answer.status >= 300) faults.push(`${answer.status} ${answer.headers.get('x-cause')} ${text.slice(0, 200)}`)
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
  const inside = await startService(t, { ACCESS_TOKEN_TTL: '1h' })
  const users: TestUser[] = []
  for (let count = 0; count < 8; count += 1) users.push(await inside.user())
  const folder = await mkdtemp(join(tmpdir(), 'user-management-rolling-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const ports = [await freePort(), await freePort()]
  const startReplica = (port: number) =>
    start(t, ['serve'], {
      DATABASE_URL: inside.db.url,
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
  const gateways = new Map([['a small proxy', startLoad(await startNodeProxy(t, ports), users.slice(0, 4), picture)]])
  if (nginxMissing) t.pass('in front of nginx', { skip: nginxMissing })
  else gateways.set('nginx', startLoad(await startNginx(t, ports), users.slice(4), picture))
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
