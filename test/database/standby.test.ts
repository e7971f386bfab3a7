import pg from 'pg'
import t from 'tap'
import { type Service, startService } from '../support/service.ts'
import { startReplication } from '../support/standby.ts'
import { until } from '../support/wait.ts'

async function figure(service: Service, name: string): Promise<number> {
  const { payload } = await service.app.inject('/metrics')
  const line = payload.split('\n').find((each) => each.startsWith(`${name} `))
  return Number(line?.split(' ').at(-1) ?? 0)
}

const fromStandby = 'list_reads_total{server="standby"}'
const fromPrimary = 'list_reads_total{server="primary"}'
/** What the log says of the standby, in order. */
const said = (log: string) => log.match(/The standby (is left out|answers lists)/g) ?? []
const repeats = (log: string) => said(log).some((text, index, all) => text === all[index - 1])

t.test('lists come from a standby that keeps up; one that lags, is gone or was promoted is left out', async (t) => {
  const { primaryUrl, standbyUrl, onStandby, stopStandby, startStandby } = await startReplication(t)
  const query = async (text: string) => {
    const client = new pg.Client({ connectionString: primaryUrl })
    await client.connect()
    return client.query(text).finally(() => client.end())
  }
  // As a role without any privileges but those of the application.
  await query(`
    create role service login password 'service';
    grant all on all tables in schema public to service; grant all on all sequences in schema public to service`)
  const asService = (url: string) => Object.assign(new URL(url), { username: 'service', password: 'service' }).href
  const own = {
    url: asService(primaryUrl),
    name: 'postgres',
    query: async (text: string) => (await query(text)).rows as never,
    drop: async () => {}
  }
  const service = await startService(
    t,
    // Longer than a noisy machine takes to replay a statement.
    { READ_DATABASE_URL: asService(standbyUrl()), READ_DATABASE_MAX_LAG: '3s' },
    { db: own }
  )
  const inUse = () => figure(service, 'standby_in_use')
  await until('the standby is in use', async () => (await inUse()) === 1)
  const admin = await service.admin()
  const names = async (path: string, headers = {}) => {
    const { status, text } = await service.get(path, { as: admin, headers })
    t.equal(status, 200, path)
    return text
  }

  await t.test('each list, search and export shows what was written just before, by whichever replica', async (t) => {
    const before = [await figure(service, fromStandby), await figure(service, fromPrimary)] as const
    const sent = service.statements()
    for (let round = 0; round < 10; round += 1) {
      await service.db.query(
        `update auth_user set last_name = 'Round${round}', last_login = clock_timestamp() where id = ${admin.id}`
      )
      t.match(await names('/api/auth/users/'), `Round${round}`)
      t.match(await names(`/api/auth/users/?search=round${round}`), `Round${round}`)
    }
    t.ok(service.statements() - sent < 10, 'who asks may be asked of the primary, no list is')
    await service.get('/api/auth/profile/', { as: admin })
    t.match(await names('/api/auth/user_profile/'), admin.username)
    t.match(await names('/api/auth/users/', { accept: 'text/csv' }), 'Round9')
    t.match(await names('/api/auth/audit_log/'), 'users.exported')
    // The export reads its keys, and then its rows.
    t.equal((await figure(service, fromStandby)) - before[0], 24)
    t.equal((await figure(service, fromPrimary)) - before[1], 0)
  })

  await t.test('a cursor that is none is told of by the standby as by the primary', async (t) => {
    t.equal((await service.get('/api/auth/users/?cursor=none', { as: admin })).status, 400)
    t.equal(await inUse(), 1)
  })

  await t.test('one whose replay stands still is left out, and back when it goes on', async (t) => {
    await onStandby('select pg_wal_replay_pause()')
    await service.db.query(`update auth_user set last_name = 'Lagging' where id = ${admin.id}`)
    t.match(await names('/api/auth/users/'), 'Lagging', 'the primary answers')
    await until('the standby is left out', async () => (await inUse()) === 0)
    const before = await figure(service, fromPrimary)
    t.match(await names('/api/auth/users/'), 'Lagging')
    t.equal((await figure(service, fromPrimary)) - before, 1)
    await onStandby('select pg_wal_replay_resume()')
    await until('the standby is back', async () => (await inUse()) === 1)
    t.match(service.log(), /The standby is more than 3 s behind/)
    t.equal(said(service.log()).at(-1), 'The standby answers lists')
    t.notOk(repeats(service.log()), 'once each way')
  })

  await t.test('one that goes in the middle of a read costs no answer', async (t) => {
    const asking = Promise.all(Array.from({ length: 40 }, () => names('/api/auth/users/?count=exact')))
    await stopStandby()
    for (const text of await asking) t.match(text, 'Lagging')
    await until('the standby is left out', async () => (await inUse()) === 0)
    t.match(await names('/api/auth/users/'), 'Lagging')
    t.equal(said(service.log()).at(-1), 'The standby is left out')
    t.notOk(repeats(service.log()), 'once each way')
  })

  await t.test('one that was promoted is left out, though it answers', async (t) => {
    await startStandby()
    const other = await startService(t, { READ_DATABASE_URL: asService(standbyUrl()), READ_DATABASE_MAX_LAG: '3s' }, { db: own })
    await until('the standby is in use', async () => (await figure(other, 'standby_in_use')) === 1)
    await onStandby('select pg_promote()')
    await until('the standby is left out', async () => (await figure(other, 'standby_in_use')) === 0)
    t.match(other.log(), /leads to no standby/)
    t.equal((await other.get('/api/auth/users/', { as: admin })).status, 200)
  })
})

t.test('what is no standby of this database is never read from', async (t) => {
  const service = await startService(t)
  const url = service.config.database.url as string
  const other = await startService(t, { READ_DATABASE_URL: url }, { db: service.db })
  await until('the log tells of it', () => other.log().includes('leads to no standby'))
  const admin = await other.admin()
  t.equal((await other.get('/api/auth/users/', { as: admin })).status, 200)
  t.same([await figure(other, 'standby_in_use'), await figure(other, fromPrimary)], [0, 1])
})
