import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import sharp from 'sharp'
import t, { type Test } from 'tap'
import { switchEvents } from '../../src/events/queries.ts'
import type { TestDatabase } from '../support/postgres.ts'
import { password, type Service, startService, type TestUser } from '../support/service.ts'
import { until } from '../support/wait.ts'

const path = '/api/auth/events/'
const next = 'a wholly different passphrase'

interface Told {
  readonly id: string
  readonly type: string
  readonly subject: string
  readonly sequence: string
  // biome-ignore lint/suspicious/noExplicitAny: each type has data of its own, and the contract check has proven them.
  readonly data: any
}

async function latest(service: Service, admin: TestUser): Promise<string> {
  return (await service.get(`${path}?after=latest`, { as: admin })).body.next
}

async function eventsAfter(service: Service, admin: TestUser, after: string): Promise<Told[]> {
  return (await service.get(`${path}?limit=500&after=${after}`, { as: admin })).body.events
}

/** What was told while `change` was made. */
async function toldOf(service: Service, admin: TestUser, change: () => Promise<unknown>): Promise<Told[]> {
  const after = await latest(service, admin)
  await change()
  return eventsAfter(service, admin, after)
}

const typesOf = (events: readonly Told[]) => events.map(({ type }) => type)

/** A connection on which a transaction can stay open. */
async function connection(t: Test, db: TestDatabase): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: db.url })
  await client.connect()
  t.teardown(() => client.end())
  return client
}

t.test('each kind of change gives its event, with what is public of the user after it', async (t) => {
  const service = await startService(t)
  const admin = await service.admin()
  const as = { as: admin }
  const user = await service.user({ username: 'maria' })
  const { id } = user
  const picture = await sharp({ create: { width: 4, height: 4, channels: 3, background: 'red' } })
    .png()
    .toBuffer()
  const form = new FormData()
  form.set('profile_picture', new Blob([picture]), 'a.png')
  const maria = {
    id,
    username: 'maria',
    email: user.email,
    first_name: '',
    last_name: '',
    is_active: true,
    is_staff: false,
    roles: []
  }
  let token: { uid: string; token: string }

  const steps: [string, () => Promise<{ status: number }>, [string, object][]][] = [
    [
      'a user is made, in several statements',
      () => service.post('/api/auth/users/create/', { username: 'new', password, roles: [2], profile: { phone: '1' } }, as),
      [
        ['user.created', { user: { username: 'new', is_active: true, roles: [2] }, changed: [] }],
        ['profile.updated', { user: { username: 'new' }, changed: ['phone'] }]
      ]
    ],
    [
      'somebody registers',
      () => service.post('/api/auth/register/', { username: 'self', email: 'self@example.org', password }),
      [['user.created', { user: { username: 'self', email: 'self@example.org', roles: [] }, changed: [] }]]
    ],
    [
      'names and flags',
      () => service.put(`/api/auth/users/${id}/`, { first_name: 'M', is_staff: true }, as),
      [['user.updated', { user: { ...maria, first_name: 'M', is_staff: true }, changed: ['first_name', 'is_staff'] }]]
    ],
    [
      'names of the own profile',
      () => service.put('/api/auth/profile/', { first_name: '', bio: 'Hola', province: 'Heredia' }, { as: user }),
      [
        ['profile.updated', { user: { id, username: 'maria' }, changed: ['bio', 'province'] }],
        ['user.updated', { user: { first_name: '' }, changed: ['first_name'] }]
      ]
    ],
    [
      'a picture',
      () => service.request('PUT', '/api/auth/profile/', { as: user, form }),
      [['profile.updated', { changed: ['profile_picture'] }]]
    ],
    ['the same again', () => service.put('/api/auth/profile/', { bio: 'Hola' }, { as: user }), []],
    [
      'roles',
      () => service.put(`/api/auth/users/${id}/`, { roles: [1, 2] }, as),
      [['user.roles_changed', { user: { id, roles: [1, 2] }, changed: ['roles'] }]]
    ],
    ['the same roles', () => service.put(`/api/auth/users/${id}/`, { roles: [2, 1] }, as), []],
    [
      'another set of roles, in two statements',
      () => service.put(`/api/auth/users/${id}/`, { roles: [2] }, as),
      [['user.roles_changed', { user: { id, roles: [2] }, changed: ['roles'] }]]
    ],
    [
      'an email',
      () => service.put(`/api/auth/users/${id}/`, { email: 'maria@example.com' }, as),
      [['user.email_changed', { user: { email: 'maria@example.com' }, changed: ['email'] }]]
    ],
    [
      'the own email',
      () => service.post('/api/auth/change-email/', { email: 'm@example.com', password }, { as: user }),
      [['user.email_changed', { user: { email: 'm@example.com' }, changed: ['email'] }]]
    ],
    ['a login', () => service.post('/api/auth/token/', { username: 'maria', password }), []],
    [
      'the own password',
      () => service.post('/api/auth/change-password/', { old_password: password, new_password: next }, { as: user }),
      [['user.password_changed', { user: { id }, changed: ['password'] }]]
    ],
    [
      'a reset that is asked for',
      async () => {
        const answer = await service.post('/api/auth/forgot-password/', { email: 'm@example.com' })
        token = { uid: answer.body.uid, token: answer.body.token }
        return answer
      },
      []
    ],
    [
      'a reset',
      () => service.post('/api/auth/reset-password-confirm/', { ...token, new_password: `${next} 2` }),
      [['user.password_changed', { user: { id }, changed: ['password'] }]]
    ],
    [
      'a password that an administrator sets',
      () => service.put(`/api/auth/users/${id}/password/`, { new_password: `${next} 3` }, as),
      [['user.password_changed', { user: { id }, changed: ['password'] }]]
    ],
    [
      'an end of an account',
      () => service.put(`/api/auth/users/${id}/`, { is_active: false, last_name: 'Mora' }, as),
      [
        ['user.updated', { user: { is_active: false, last_name: 'Mora' }, changed: ['last_name'] }],
        ['user.deactivated', { user: { is_active: false, last_name: 'Mora' }, changed: ['is_active'] }]
      ]
    ],
    [
      'its return',
      () => service.put(`/api/auth/users/${id}/`, { is_active: true }, as),
      [['user.activated', { user: { is_active: true }, changed: ['is_active'] }]]
    ],
    [
      'a profile that goes',
      () => service.delete(`/api/auth/user_profile/${id}/delete/`, as),
      [['profile.updated', { user: { id, username: 'maria' }, changed: ['profile_picture', 'bio', 'province'] }]]
    ],
    [
      'a role',
      () => service.post('/api/auth/roles/create/', { name: 'a' }, as),
      [['role.created', { role: { id: 3, name: 'a' } }]]
    ],
    ['its name', () => service.put('/api/auth/roles/3/', { name: 'b' }, as), [['role.renamed', { role: { id: 3, name: 'b' } }]]],
    ['its permissions', () => service.put('/api/auth/permissions/3/', { permissions: [1] }, as), []],
    ['its end', () => service.delete('/api/auth/roles/3/', as), [['role.deleted', { role: { id: 3, name: 'b' } }]]],
    [
      'a user who goes, with roles and profile',
      () => service.delete(`/api/auth/users/${id}/`, as),
      [['user.deleted', { user: { id, username: 'maria' } }]]
    ]
  ]
  const all: Told[] = []
  for (const [step, change, expected] of steps) {
    const told = await toldOf(service, admin, async () => {
      const { status } = await change()
      t.ok(status < 300, `${step}: ${status}`)
    })
    t.same(
      typesOf(told),
      expected.map(([type]) => type),
      step
    )
    for (const [index, [, data]] of expected.entries()) t.match(told[index]?.data, data, step)
    all.push(...told)
  }
  t.notMatch(JSON.stringify(all), /bcrypt|passphrase|correct horse|Hola|profile_pics/, 'nothing secret or private')
  t.equal(new Set(all.map((event) => event.id)).size, all.length)
  t.same(Object.keys(all.at(-1)?.data.user), ['id', 'username'], 'of a user who is gone the event keeps no more')
  const { created: _created, ...shown } = { ...all[0]?.data.user, created: 0 }
  t.same(shown.date_joined, (await service.get(`/api/auth/users/${shown.id}/`, as)).body.date_joined)
})

t.test('a change that is refused or rolled back gives no event, and one whose event fails does not happen', async (t) => {
  const service = await startService(t)
  const admin = await service.admin()
  const user = await service.user()
  const client = await connection(t, service.db)
  const told = await toldOf(service, admin, async () => {
    await service.put(`/api/auth/users/${user.id}/`, { roles: [99], first_name: 'X' }, { as: admin })
    await service.put(`/api/auth/users/${user.id}/`, { username: admin.username }, { as: admin })
    await service.post('/api/auth/register/', { username: admin.username, password })
    await service.put(`/api/auth/users/${admin.id}/`, { is_active: false }, { as: admin })
    await client.query(`begin; update auth_user set first_name = 'X'; set constraints all immediate; rollback`)
  })
  t.same(told, [])
  await service.db.query('alter table outbox_event add constraint no_more check (written < 0) not valid')
  t.equal((await service.put(`/api/auth/users/${user.id}/`, { first_name: 'X' }, { as: admin })).status, 500)
  t.equal((await service.get(`/api/auth/users/${user.id}/`, { as: admin })).body.first_name, '')
})

t.test(
  'who writes past the service, as Django does, is told of too, whatever rights it has to the tables of events',
  async (t) => {
    const service = await startService(t)
    const admin = await service.admin()
    await service.db.query(`create role "django_${service.db.name}"; grant all on auth_user, auth_group, auth_user_groups, api_userprofile,
      api_userprofile_roles to "django_${service.db.name}"; grant all on all sequences in schema public to "django_${service.db.name}"`)
    const client = await connection(t, service.db)
    t.teardown(() => service.db.query(`drop owned by "django_${service.db.name}"; drop role "django_${service.db.name}"`))
    await client.query(`set role "django_${service.db.name}"`)
    await t.rejects(client.query('select from outbox_event'), /permission denied/)
    const told = await toldOf(service, admin, async () => {
      await client.query(`begin;
      insert into auth_user (id, password, is_superuser, username, first_name, last_name, email, is_staff, is_active, date_joined)
        overriding system value values (99, '!', false, 'django', '', '', '', false, true, now());
      insert into api_userprofile (user_id, phone, created_at, updated_at) values (99, '1', now(), now());
      insert into auth_user_groups (user_id, group_id) values (99, 1);
      insert into auth_user_groups (user_id, group_id) values (99, 2);
      commit`)
      await client.query(`update auth_user set last_login = now() where id = 99`)
      await client.query(`update auth_user set password = 'x', last_login = now() + interval '1 second' where id = 99`)
      await client.query(`update api_userprofile set updated_at = now()`)
      await client.query(`begin; update auth_user set first_name = 'A' where id = 99; update auth_user set first_name = 'B',
      password = 'y' where id = 99; delete from auth_user_groups where user_id = 99; commit`)
      await client.query(`begin; delete from auth_user_groups; delete from api_userprofile where user_id = 99;
      delete from auth_user where id = 99; rollback`)
    })
    t.same(typesOf(told), ['user.created', 'profile.updated', 'user.updated', 'user.password_changed', 'user.roles_changed'])
    t.match(told[0]?.data, { user: { id: 99, roles: [1, 2] }, changed: [] })
    t.match(told[2]?.data, { user: { first_name: 'B', roles: [] }, changed: ['first_name'] })
  }
)

t.test('the end of a role with many users is one event, and so is its new name', async (t) => {
  const service = await startService(t)
  const admin = await service.admin()
  await service.db.query(`
    insert into auth_user (password, is_superuser, username, first_name, last_name, email, is_staff, is_active, date_joined)
      select '!', false, 'many' || n, '', '', '', false, true, now() from generate_series(1, 1000) n;
    insert into auth_group (name) values ('many');
    insert into auth_user_groups (user_id, group_id) select id, 3 from auth_user`)
  await service.db.query('delete from outbox_event')
  const told = await toldOf(service, admin, async () => {
    await service.put('/api/auth/roles/3/', { name: 'all' }, { as: admin })
    await service.delete('/api/auth/roles/3/', { as: admin })
  })
  t.same(typesOf(told), ['role.renamed', 'role.deleted'])
  t.same(await service.db.query('select from outbox_membership'), [], 'nothing is left behind')
  const members = await toldOf(service, admin, () =>
    service.db.query('insert into auth_user_groups (user_id, group_id) select id, 2 from auth_user')
  )
  t.equal(members.length, 500, 'a page')
  t.same(new Set(typesOf(members)), new Set(['user.roles_changed']), 'who gets a role is told of, however many do')
})

t.test('an event that is committed late comes after those that were read, and none is left out', async (t) => {
  const service = await startService(t)
  const [admin, maria, pedro] = [
    await service.admin(),
    await service.user({ username: 'maria' }),
    await service.user({ username: 'pedro' })
  ]
  const client = await connection(t, service.db)
  const start = await latest(service, admin)
  // Its event is written, and has a lower number than those below, which are committed before it.
  await client.query(`begin; update auth_user set first_name = 'late' where id = ${maria.id}; set constraints all immediate`)
  const names = ['a', 'b', 'c']
  for (const first_name of names) await service.put(`/api/auth/users/${pedro.id}/`, { first_name }, { as: admin })
  const first = await eventsAfter(service, admin, start)
  t.same(
    first.map(({ data }) => data.user.first_name),
    names
  )
  await client.query('commit')
  await service.put(`/api/auth/users/${pedro.id}/`, { first_name: 'd' }, { as: admin })
  const rest = await eventsAfter(service, admin, first.at(-1)?.sequence as string)
  t.same(
    rest.map(({ data }) => data.user.first_name),
    ['late', 'd']
  )
  const again = await eventsAfter(service, admin, start)
  t.same(
    again.map(({ id }) => id),
    [...first, ...rest].map(({ id }) => id),
    'and whoever reads again reads the same'
  )
  const [order] = await service.db.query<{ same: boolean }>(
    'select array_agg(written order by written) = array_agg(written order by position) as same from outbox_event'
  )
  t.equal(order?.same, false, 'which is not the order in which they were written')
})

t.test('two changes of roles of one user at the same moment are told of one after the other, the last with both', async (t) => {
  const service = await startService(t)
  const [admin, user] = [await service.admin(), await service.user()]
  const [one, two] = [await connection(t, service.db), await connection(t, service.db)]
  const start = await latest(service, admin)
  for (const [client, group] of [
    [one, 1],
    [two, 2]
  ] as const) {
    await client.query(`begin; insert into auth_user_groups (user_id, group_id) values (${user.id}, ${group})`)
  }
  await Promise.all([one.query('commit'), two.query('commit')])
  const told = await eventsAfter(service, admin, start)
  t.same(
    told.map(({ data }) => data.user.roles.length),
    [1, 2]
  )
})

t.test('writers and readers at the same time: every reader gets all events, once, those of a user in order', async (t) => {
  const service = await startService(t, { DATABASE_POOL_SIZE: '12' })
  const admin = await service.admin()
  const users = await Promise.all([1, 2, 3, 4].map((n) => service.user({ username: `u${n}` })))
  const start = await latest(service, admin)
  const changes = 15
  let writing = true
  const write = async ({ id }: TestUser) => {
    for (let n = 1; n <= changes; n += 1) await service.put(`/api/auth/users/${id}/`, { first_name: String(n) }, { as: admin })
  }
  const read = async (limit: number) => {
    const told: Told[] = []
    let after = start
    for (;;) {
      const last = !writing
      const { body } = await service.get(`${path}?after=${after}&limit=${limit}`, { as: admin })
      told.push(...body.events)
      after = body.next
      if (last && body.events.length === 0) return told
    }
  }
  const readers = [1, 3, 500].map(read)
  await Promise.all(users.map(write))
  writing = false
  for (const reader of readers) {
    const told = await reader
    t.equal(told.length, users.length * changes)
    for (const { id } of users) {
      const names = told.filter(({ subject }) => subject === `user/${id}`).map(({ data }) => Number(data.user.first_name))
      t.same(
        names,
        Array.from({ length: changes }, (_, n) => n + 1)
      )
    }
  }
})

t.test('pages lead to the end, again from any place, and of some types only', async (t) => {
  const service = await startService(t)
  const admin = await service.admin()
  const user = await service.user()
  for (let n = 0; n < 7; n += 1)
    await service.put(`/api/auth/users/${user.id}/`, { is_active: n % 2 === 1, first_name: `${n}` }, { as: admin })
  const all: Told[] = []
  let query = 'limit=3'
  for (;;) {
    const { body } = await service.get(`${path}?${query}`, { as: admin })
    all.push(...body.events)
    t.equal(body.next, body.events.at(-1)?.sequence ?? body.next)
    if (!body.has_more) break
    query = `limit=3&after=${body.next}`
  }
  t.same(typesOf(all).slice(0, 2), ['user.created', 'user.roles_changed'], 'from the beginning, without a cursor')
  t.equal(all.length, 17)
  t.same(
    [...all].sort((a, b) => (a.sequence < b.sequence ? -1 : 1)),
    all,
    'sequences sort as texts'
  )
  for (const [index, { sequence }] of all.entries()) {
    t.same(
      (await eventsAfter(service, admin, sequence)).map(({ id }) => id),
      all.slice(index + 1).map(({ id }) => id)
    )
    t.equal((await eventsAfter(service, admin, String(Number(sequence)))).length, all.length - index - 1, 'without its zeros too')
  }
  const some = (await service.get(`${path}?types=user.activated,user.deactivated&limit=2`, { as: admin })).body
  t.same(typesOf(some.events), ['user.deactivated', 'user.activated'])
  t.equal(some.has_more, true)
  const none = (await service.get(`${path}?types=role.deleted`, { as: admin })).body
  t.same(
    [none.events, none.has_more, none.next],
    [[], false, all.at(-1)?.sequence],
    'what was looked at need not be looked at again'
  )
})

t.test('where few of very many events are of a type, a page ends before it is full, and says so', async (t) => {
  const service = await startService(t)
  const admin = await service.admin()
  await service.db.query(`insert into outbox_event (type, subject, data)
    select case n when 25000 then 'role.deleted' else 'role.created' end, 'role/' || n, jsonb_build_object('role', jsonb_build_object('id', n, 'name', ''))
    from generate_series(1, 25000) n`)
  let [after, pages, found] = ['0', 0, 0]
  for (let more = true; more; pages += 1) {
    const { body } = await service.get(`${path}?types=role.deleted&after=${after}`, { as: admin })
    ;[after, more] = [body.next, body.has_more]
    found += body.events.length
  }
  t.same([found, pages], [1, 3])
})

t.test('a cursor that is none is a 400 that names it, one that is too old a 410', async (t) => {
  const service = await startService(t)
  const [admin, user] = [await service.admin(), await service.user()]
  const refused: [string, string][] = [
    ['after=x', 'after'],
    ['after=-1', 'after'],
    ['after=1.5', 'after'],
    ['after=', 'after'],
    ['after=1%00', 'after'],
    ['after=99999999999999999', 'after'],
    ['after=9999999999999999', 'after'],
    ['after=4711', 'after'],
    ['after=1&after=2', 'after'],
    ['types=user.renamed', 'types'],
    ['types=user.created,', 'types'],
    ['types=', 'types'],
    ['types=__proto__', 'types'],
    ['limit=0', 'limit'],
    ['limit=501', 'limit'],
    ['wait=31', 'wait'],
    ['wait=x', 'wait'],
    ['cursor=1', 'cursor']
  ]
  for (const [query, field] of refused) {
    const { status, body } = await service.get(`${path}?${query}`, { as: admin })
    t.same([status, Object.keys(body.errors ?? {})], [400, [field]], query)
  }
  t.equal((await service.get(path)).status, 401)
  t.equal((await service.get(path, { as: user })).status, 403)
  await service.db.query('update outbox set pruned_position = 2')
  const expired = await service.get(`${path}?after=1`, { as: admin })
  t.same([expired.status, expired.body.code], [410, 'cursor_expired'])
  t.equal((await service.get(`${path}?after=2`, { as: admin })).status, 200)
  t.equal((await service.get(path, { as: admin })).status, 200, 'who has no cursor begins with what is there')
})

t.test('REQUIRED_ROLES gives the events to another role', async (t) => {
  const service = await startService(t, { REQUIRED_ROLES: 'listEvents=cliente' })
  const [admin, consumer] = [await service.admin(), await service.user({ roles: ['cliente'] })]
  t.equal((await service.get(path, { as: consumer })).status, 200)
  t.equal((await service.get(path, { as: admin })).status, 403)
})

t.test(
  'who waits gets an event as soon as it is committed, and an answer without any when the time is over or the service ends',
  async (t) => {
    const service = await startService(t)
    const [admin, user] = [await service.admin(), await service.user()]
    const start = await latest(service, admin)
    const change = (first_name: string) => service.put(`/api/auth/users/${user.id}/`, { first_name }, { as: admin })
    t.same((await service.get(`${path}?after=${start}&wait=1`, { as: admin })).body.events, [])
    const waiting = [1, 2].map(() => service.get(`${path}?after=${start}&wait=30`, { as: admin }))
    const other = service.get(`${path}?after=${start}&wait=30&types=user.deactivated`, { as: admin })
    await sleep(100)
    await change('a')
    for (const { body } of await Promise.all(waiting)) t.same(typesOf(body.events), ['user.updated'])
    await service.put(`/api/auth/users/${user.id}/`, { is_active: false }, { as: admin })
    t.same(typesOf((await other).body.events), ['user.deactivated'], 'what it did not ask for does not end it')
    const last = service.get(`${path}?after=latest&wait=30`, { as: admin })
    await sleep(300)
    const begun = performance.now()
    await service.app.close()
    t.same((await last).body.events, [])
    t.ok(performance.now() - begun < 20_000, 'the end of the service waits for nobody who waits')
  }
)

t.test('events past their retention are deleted, those that nobody asked for too', async (t) => {
  const first = await startService(t)
  await first.db.query(`insert into outbox_event (type, subject, occurred_at, data)
    select 'role.created', 'role/' || n, now() - interval '31 days', '{"role": {"id": 1, "name": ""}}' from generate_series(1, 12000) n`)
  const admin = await first.admin()
  const service = await startService(t, { EVENT_RETENTION: '30d' }, { db: first.db })
  const old = () => service.db.query(`select from outbox_event where occurred_at < now() - interval '30 days' limit 1`)
  await until('the end of old events', async () => (await old()).length === 0)
  const { body } = await service.get(path, { as: admin })
  t.same(typesOf(body.events), ['user.created', 'user.roles_changed'], 'the others stay')
  t.equal((await service.get(`${path}?after=5`, { as: admin })).status, 410)
})

t.test('EVENTS=off: nothing is written, by whomever', async (t) => {
  const service = await startService(t)
  const [admin, user] = [await service.admin(), await service.user()]
  await switchEvents(service.database, false)
  const told = await toldOf(service, admin, async () => {
    await service.put(
      `/api/auth/users/${user.id}/`,
      { first_name: 'a', email: 'b@example.org', roles: [1], is_active: false },
      { as: admin }
    )
    await service.post('/api/auth/roles/create/', { name: 'c' }, { as: admin })
    await service.put(`/api/auth/user_profile/${admin.id}/update/`, { phone: '1' }, { as: admin })
    await service.delete(`/api/auth/users/${user.id}/`, { as: admin })
  })
  t.same(told, [])
  t.same(await service.db.query('select from outbox_membership'), [])
  await switchEvents(service.database, true)
  t.same(typesOf(await toldOf(service, admin, () => service.user())), ['user.created'])
})
