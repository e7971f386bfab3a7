import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { createTestDatabase } from '../support/postgres.ts'
import { type Service, startService, type TestUser } from '../support/service.ts'
import { until } from '../support/wait.ts'

const profile = '/api/auth/profile/'
const read = async (service: Service, user: TestUser | string) => (await service.get(profile, { as: user })).status

/** Asks until the service remembers the user, so that asking costs no statement for the principal. */
function untilRemembered(service: Service, user: TestUser): Promise<void> {
  return until('a principal that is remembered', async () => {
    const before = service.statements()
    await service.get('/api/auth/verify/', { as: user })
    return service.statements() === before
  })
}

/** Asks until the answer is `status`. */
function becomes(service: Service, user: TestUser, status: number, why: string): Promise<void> {
  return until(why, async () => (await service.get('/api/auth/users/', { as: user })).status === status)
}

t.test('a session that was checked costs no statement more, until it ends', async (t) => {
  const service = await startService(t)
  const user = await service.user()
  await untilRemembered(service, user)
  const before = service.statements()
  for (let count = 0; count < 20; count += 1) t.equal((await service.get('/api/auth/verify/', { as: user })).status, 200)
  t.equal(service.statements() - before, 0)
  await service.post('/api/auth/logout/', undefined, { as: user })
  t.equal(await read(service, user), 401, 'at once')
})

t.test('whatever ends a session or changes a role holds with the next request, in the replica that did it', async (t) => {
  const service = await startService(t)
  const admin = await service.admin()
  const endings: Record<string, (user: TestUser) => Promise<unknown>> = {
    deactivation: ({ id }) => service.put(`/api/auth/users/${id}/update/`, { is_active: false }, { as: admin }),
    deletion: ({ id }) => service.delete(`/api/auth/users/${id}/`, { as: admin }),
    'ended by an administrator': ({ id }) => service.delete(`/api/auth/users/${id}/sessions/`, { as: admin }),
    'a new password': ({ id }) =>
      service.put(`/api/auth/users/${id}/password/`, { new_password: 'a wholly different passphrase' }, { as: admin }),
    'a replayed refresh token': async (user) => {
      const once = await service.post('/api/auth/token/refresh/', { refresh: user.refresh })
      await service.post('/api/auth/token/refresh/', { refresh: once.body.refresh })
      return service.post('/api/auth/token/refresh/', { refresh: user.refresh })
    }
  }
  for (const [name, end] of Object.entries(endings)) {
    for (let round = 0; round < 5; round += 1) {
      const user = await service.user()
      await untilRemembered(service, user)
      await end(user)
      t.equal(await read(service, user), 401, name)
    }
  }
  const user = await service.user()
  await untilRemembered(service, user)
  for (const [roles, status] of [
    [[1], 200],
    [[], 403]
  ] as const) {
    await service.put(`/api/auth/users/${user.id}/update/`, { roles }, { as: admin })
    t.equal((await service.get('/api/auth/users/', { as: user })).status, status)
  }
})

t.test('what another replica, Django or psql changes holds here as soon as Postgres has told of it', async (t) => {
  const service = await startService(t)
  const user = await service.user({ username: 'maria' })
  await untilRemembered(service, user)
  const steps: [string, string, number][] = [
    ['a role is given', `insert into auth_user_groups (user_id, group_id) values (${user.id}, 1)`, 200],
    ['and taken', `delete from auth_user_groups where user_id = ${user.id}`, 403],
    ['superuser', `update auth_user set is_superuser = true where id = ${user.id}`, 200],
    ['no more', `update auth_user set is_superuser = false where id = ${user.id}`, 403],
    ['many at once', `insert into auth_user_groups (user_id, group_id) select id, 1 from auth_user`, 200],
    ['the role gets another name', `update auth_group set name = 'chief' where id = 1`, 403],
    ['and its own', `update auth_group set name = 'admin' where id = 1`, 200],
    ['the session is gone', 'delete from user_session', 401]
  ]
  for (const [why, statement, status] of steps) {
    await service.db.query(statement)
    await becomes(service, user, status, why)
    if (status !== 401) await untilRemembered(service, user)
  }
})

t.test('a change that no access depends on is not told', async (t) => {
  const service = await startService(t)
  const user = await service.user()
  await untilRemembered(service, user)
  await service.db.query(
    `update auth_user set last_login = now(), email = 'x@example.org'; update user_session set last_used_at = now()`
  )
  await sleep(100)
  const before = service.statements()
  await service.get('/api/auth/verify/', { as: user })
  t.equal(service.statements(), before)
})

t.test(
  'two replicas: nobody is let in by the one after the other has answered, but for the time of a notification',
  async (t) => {
    const db = await createTestDatabase()
    t.teardown(() => db.drop())
    const [one, two] = [await startService(t, {}, { db }), await startService(t, {}, { db })]
    for (let round = 0; round < 10; round += 1) {
      const user = await one.user({ username: `user${round}` })
      await untilRemembered(two, user)
      await one.post('/api/auth/logout/', undefined, { as: user })
      await becomes(two, user, 401, `round ${round}`)
    }
  }
)

t.test('while Postgres can not tell of changes the principal is asked for at every request', async (t) => {
  const db = await createTestDatabase()
  t.teardown(() => db.drop())
  const service = await startService(t, { DATABASE_LISTEN_URL: 'postgres://nobody:x@127.0.0.1:1/none' }, { db })
  const user = await service.user()
  for (let count = 0; count < 3; count += 1) t.equal(await read(service, user), 200)
  await db.query('update user_session set revoked_at = now(), revoked_because = $$logout$$')
  t.equal(await read(service, user), 401, 'with nothing to wait for')
  t.match(service.log(), /can not tell of changes/)

  const other = await startService(t, {}, { db })
  const next = await other.user({ username: 'next' })
  await untilRemembered(other, next)
  await db.query(`select pg_terminate_backend(pid) from pg_stat_activity
    where application_name = 'user-management-listen' and datname = current_database()`)
  await db.query('update user_session set revoked_at = now(), revoked_because = $$logout$$ where revoked_at is null')
  await becomes(other, next, 401, 'a listener that was cut off is no excuse')
  const third = await other.user({ username: 'third' })
  await untilRemembered(other, third)
  t.match(other.log(), /tells of changes again/)
})
