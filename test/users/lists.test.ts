import pg from 'pg'
import t from 'tap'
import { connect } from '../../src/database/connection.ts'
import { pageOfProfiles, pageOfUsers } from '../../src/users/queries.ts'
import { createNameSample, rareParts, wordsOf } from '../../src/users/search.ts'
import { createTestDatabase } from '../support/postgres.ts'
import { type Service, startService, type TestUser } from '../support/service.ts'

/** 23 users with ties in every field that can have them. */
async function seed(service: Service): Promise<TestUser> {
  const admin = await service.user({ username: 'zz_admin', email: 'zz@example.org', roles: ['admin'] })
  await service.db.query(`
    insert into auth_user (password, is_superuser, username, first_name, last_name, email, is_staff, is_active, date_joined, last_login)
    select '!', false, 'User' || n, 'First' || n % 3, 'O''Neil_' || n % 2, 'u' || n || '@Example.org', n % 5 = 0, n % 4 <> 0,
      timestamptz '2026-01-01 00:00:00.123456+00' + (n / 4) * interval '1 day', case when n % 3 = 0 then now() end
    from generate_series(1, 22) n;
    insert into auth_user_groups (user_id, group_id) select id, 2 from auth_user where id % 2 = 0;
    insert into api_userprofile (user_id, created_at, updated_at, province_id)
    select id, now(), now(), id % 7 + 1 from auth_user where id <= 20`)
  return admin
}

type Row = { id: number; username: string }

function links(header: unknown): Record<string, string> {
  const found = [...String(header).matchAll(/<([^>]+)>; rel="(\w+)"/g)]
  return Object.fromEntries(found.map(([, url, relation]) => [relation, (url as string).replace(/^https?:\/\/[^/]+/, '')]))
}

t.test('every ordering walks the whole list forth and back, by cursor, in the order of one large page', async (t) => {
  const service = await startService(t)
  const admin = await seed(service)
  const fields = {
    '/api/auth/users/': ['id', 'username', 'email', 'first_name', 'last_name', 'date_joined', 'last_login'],
    '/api/auth/user_profile/': ['id', 'username', 'created_at', 'updated_at']
  }
  for (const [path, names] of Object.entries(fields)) {
    for (const ordering of names.flatMap((name) => [name, `-${name}`])) {
      const whole = await service.get(`${path}?page_size=500&ordering=${ordering}`, { as: admin })
      const expected = whole.body.map(({ id }: Row) => id)
      t.equal(Number(whole.headers['x-total-count']), expected.length)

      const forth: number[][] = []
      let page = await service.get(`${path}?page_size=4&ordering=${ordering}`, { as: admin })
      for (;;) {
        forth.push(page.body.map(({ id }: Row) => id))
        const { next } = links(page.headers.link)
        if (next === undefined) break
        t.match(next, /cursor=/, 'next is a cursor')
        page = await service.get(next, { as: admin })
      }
      t.same(forth.flat(), expected, `${path} ${ordering}, forth`)

      const back: number[][] = [forth.at(-1) as number[]]
      for (let prev = links(page.headers.link).prev; prev !== undefined; ) {
        page = await service.get(prev, { as: admin })
        back.unshift(page.body.map(({ id }: Row) => id))
        prev = links(page.headers.link).prev
      }
      t.same(back.flat(), expected, `${path} ${ordering}, back`)
    }
  }
})

t.test('pages by number, and the links around them, keep the filters', async (t) => {
  const service = await startService(t)
  const admin = await seed(service)
  const first = await service.get('/api/auth/users/?page_size=10&is_active=true&search=user', { as: admin })
  t.equal(Number(first.headers['x-total-count']), 17)
  t.same(Object.keys(links(first.headers.link)), ['first', 'next', 'last'])
  const second = await service.get('/api/auth/users/?page=2&page_size=10&is_active=true&search=user', { as: admin })
  t.equal(second.body.length, 7)
  t.same(Object.keys(links(second.headers.link)), ['first', 'prev', 'last'])
  t.equal(links(second.headers.link).prev, '/api/auth/users/?page_size=10&is_active=true&search=user&page=1')
  const next = await service.get(links(first.headers.link).next as string, { as: admin })
  t.same(next.body, second.body, 'the cursor leads to the same page as the number')
  const beyond = await service.get('/api/auth/users/?page=1000000', { as: admin })
  t.same([beyond.status, beyond.body, Number(beyond.headers['x-total-count'])], [200, [], 23])
})

t.test('filters and search select', async (t) => {
  const service = await startService(t)
  const admin = await seed(service)
  const count = async (query: string, path = '/api/auth/users/') => {
    const { status, headers, text } = await service.get(`${path}?${query}`, { as: admin })
    t.equal(status, 200, text)
    return Number(headers['x-total-count'])
  }
  t.equal(await count('role=admin'), 1)
  t.equal(await count('role=1'), 1)
  t.equal(await count('role=cliente'), 11)
  t.equal(await count('role=nobody'), 0)
  t.equal(await count('is_active=false'), 5)
  t.equal(await count('is_staff=true'), 4)
  t.equal(await count('province=1'), 2)
  t.equal(await count('province=9007199254740991'), 0)
  t.equal(await count('search=USER2'), 4, 'User2, User20, User21, User22')
  t.equal(await count('search=user2%20first0'), 1, 'all words must occur')
  t.equal(await count('search=%25'), 0, 'a percent sign is a letter')
  t.equal(await count('search=neil_1'), 11, 'an underscore too')
  t.equal(await count(`search=${encodeURIComponent("o'neil")}`), 22)
  t.equal(await count('search='), 23)
  t.equal(await count('is_active=true&role=cliente&search=user'), 11)
  t.equal(await count('is_active=false&role=cliente'), 0, 'filters add up')
  t.equal(await count('', '/api/auth/user_profile/'), 20, 'only users with a profile')
  t.equal(await count('province=1&search=user', '/api/auth/user_profile/'), 2)
})

t.test('page parameters that can not be are named in a 400', async (t) => {
  const service = await startService(t)
  const admin = await seed(service)
  const cursor = /cursor=([^&]+)/.exec(
    links((await service.get('/api/auth/users/?page_size=2', { as: admin })).headers.link).next ?? ''
  )?.[1]
  const tampered = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const cases: [string, string][] = [
    ['page=0', 'page'],
    ['page=x', 'page'],
    ['page=1.5', 'page'],
    ['page=99999999999', 'page'],
    ['page_size=0', 'page_size'],
    ['page_size=501', 'page_size'],
    ['ordering=password', 'ordering'],
    ['ordering=--id', 'ordering'],
    ['cursor=x', 'cursor'],
    ['cursor=%00', 'cursor'],
    [`cursor=${cursor}&ordering=username`, 'cursor'],
    [`cursor=${cursor}&page=1`, 'page'],
    [`cursor=${tampered(['id', '1; drop table auth_user', 1, 0])}`, 'cursor'],
    [`cursor=${tampered(['id', '1', 1.5, 0])}`, 'cursor'],
    [`cursor=${tampered(['date_joined', 'yesterday', 1, 0])}&ordering=date_joined`, 'cursor'],
    [`cursor=${tampered(['id', '1', 1])}`, 'cursor'],
    ['is_active=maybe', 'is_active'],
    ['province=x', 'province'],
    [`search=${'x'.repeat(201)}`, 'search'],
    ['search=%00', 'search'],
    ['page=1&page=2', 'page']
  ]
  for (const [query, field] of cases) {
    const { status, body } = await service.get(`/api/auth/users/?${query}`, { as: admin })
    t.equal(status, 400, query)
    t.ok(body.errors?.[field], `${query} names ${field}`, body)
  }
})

t.test('a search finds those who have every word in one of their names, and wildcards are letters', async (t) => {
  const service = await startService(t)
  const admin = await seed(service)
  const search = async (words: string) => {
    const { body } = await service.get(`/api/auth/users/?ordering=id&search=${encodeURIComponent(words)}`, { as: admin })
    return body.map(({ username }: Row) => username)
  }
  t.same(await search('user7'), ['User7'])
  t.same(await search("  FIRST1   o'neil_0 "), ['User4', 'User10', 'User16', 'User22'])
  t.same(await search('u4@ first1 neil user4'), ['User4'])
  t.same(await search('user4 user5'), [], 'not one word each')
  t.same(await search('r4u4'), [], 'not over the end of a name')
  for (const wildcard of ['%', 'User_', '\\']) t.same(await search(wildcard), [], wildcard)
  t.equal((await search('_')).length, 22 + 1, 'the names that have one')
})

t.test('a page beyond the last leads back to the last one', async (t) => {
  const service = await startService(t)
  const admin = await seed(service)
  const { body, headers } = await service.get('/api/auth/users/?page_size=10&page=99999', { as: admin })
  t.same([body, links(headers.link).prev], [[], '/api/auth/users/?page_size=10&page=3'])
})

t.test('an integer in a query is spelled in one way', async (t) => {
  const service = await startService(t)
  const admin = await seed(service)
  for (const text of ['0x2', '2e0', '%202', '+2', '2.0', '2_0', 'Infinity', '02', '-0']) {
    const { status, body } = await service.get(`/api/auth/users/?page=${text}&province=${text}`, { as: admin })
    t.same([status, Object.keys(body.errors ?? {})], [400, ['page', 'province']], text)
  }
})

/** 12,000 users more, so that Postgres' estimates say more than what is counted without being asked to. */
async function seedMany(service: Service): Promise<TestUser> {
  const admin = await seed(service)
  await service.db.query(`
    insert into auth_user (password, is_superuser, username, first_name, last_name, email, is_staff, is_active, date_joined)
    select '!', false, 'member' || n, 'Ana', 'Mora', 'member' || n || '@example.net', false, true, now() from generate_series(1, 12000) n;
    insert into api_userprofile (user_id, created_at, updated_at) select id, now(), now() from auth_user where username ~ '^member';
    insert into audit_event (action, actor_name) select 'user.created', 'import' from generate_series(1, 12000)`)
  await service.db.query('vacuum analyze')
  return admin
}

t.test('how many there are is told exactly where that is cheap, else estimated, and not where nobody asks', async (t) => {
  const service = await startService(t)
  const admin = await seedMany(service)
  const totals = async (path: string) => {
    const { status, headers, text } = await service.get(path, { as: admin })
    t.equal(status, 200, text)
    return [
      Number(headers['x-total-count']),
      headers['x-total-count-estimated'],
      Object.keys(links(headers.link)).includes('last')
    ]
  }
  const users = 12_000 + 23
  const events = Number((await service.db.query('select count(*) from audit_event'))[0]?.count)
  const cases: [string, number, boolean][] = [
    ['/api/auth/users/?', users, true],
    ['/api/auth/users/?count=exact', users, false],
    ['/api/auth/users/?count=estimated', users, true],
    ['/api/auth/users/?search=member', 12_000, true],
    ['/api/auth/users/?search=member&count=exact', 12_000, false],
    ['/api/auth/users/?search=member99', 111, false],
    ['/api/auth/users/?search=member99&count=estimated', 111, false],
    ['/api/auth/users/?role=cliente', 11, false],
    ['/api/auth/users/?is_staff=true&count=exact', 4, false],
    ['/api/auth/user_profile/?', 12_020, true],
    ['/api/auth/user_profile/?province=1', 2, false],
    ['/api/auth/audit_log/?', events, true],
    ['/api/auth/audit_log/?count=exact', events, false],
    ['/api/auth/audit_log/?action=login.failed', 0, false]
  ]
  for (const [path, expected, estimated] of cases) {
    const [count, flag, last] = await totals(`${path}&page_size=10`)
    t.same([flag, last], [estimated ? 'true' : undefined, true], path)
    if (estimated) t.ok(Math.abs((count as number) / expected - 1) < 0.05, `${path}: about ${expected}, told ${count}`)
    else t.equal(count, expected, path)
  }
  for (const path of ['/api/auth/users/?', '/api/auth/users/?search=user', '/api/auth/user_profile/?', '/api/auth/audit_log/?']) {
    t.same(await totals(`${path}&count=none`), [Number.NaN, undefined, false], path)
  }
  const { status, body } = await service.get('/api/auth/users/?count=some', { as: admin })
  t.same([status, Object.keys(body.errors)], [400, ['count']])
})

t.test('the last page of a list that was not counted is its end, from where pages lead back', async (t) => {
  const service = await startService(t)
  const admin = await seedMany(service)
  for (const ordering of ['id', '-username', 'last_login']) {
    const { headers } = await service.get(`/api/auth/users/?page_size=10&ordering=${ordering}&is_active=true`, { as: admin })
    const { last } = links(headers.link)
    t.match(last, /is_active=true&cursor=/)
    const end = await service.get(last as string, { as: admin })
    t.same(Object.keys(links(end.headers.link)), ['first', 'prev', 'last'])
    const before = await service.get(links(end.headers.link).prev as string, { as: admin })
    const whole = await service.get(`/api/auth/users/?page_size=410&page=30&ordering=${ordering}&is_active=true`, { as: admin })
    const ids = (rows: Row[]) => rows.map(({ id }) => id)
    t.same([...ids(before.body), ...ids(end.body)], ids(whole.body).slice(-20), ordering)
    t.same((await service.get(links(before.headers.link).next as string, { as: admin })).body, end.body)
  }
})

t.test('a page takes one statement, and one more where a filter has to be weighed', async (t) => {
  const service = await startService(t)
  const admin = await seed(service)
  const statements = async (query: string) => {
    const path = `/api/auth/users/?page_size=5&${query}`
    await service.get(path, { as: admin })
    const before = service.statements()
    await service.get(path, { as: admin })
    return service.statements() - before
  }
  t.equal(await statements(''), 1)
  t.equal(await statements('ordering=-last_login&page=3'), 1)
  t.equal(await statements('is_active=true'), 2)
  t.equal(await statements('search=user&role=2'), 2)
})

t.test('each ordering but that by last login is walked along an index, from anywhere, in both directions', async (t) => {
  const db = await createTestDatabase()
  t.teardown(() => db.drop())
  const sent: { sql: string; parameters: readonly unknown[] }[] = []
  const database = connect({
    url: db.url,
    poolSize: 1,
    preparedStatements: true,
    onError: () => {},
    onStatement: ({ query }) => sent.push(query)
  })
  t.teardown(() => database.destroy())
  const sample = createNameSample(database)
  const time = '2026-01-01 00:00:00+00'
  const users: Record<string, [string, string]> = {
    id: ['auth_user_pkey', '7'],
    username: ['auth_user_by_username', 'maria'],
    email: ['auth_user_by_email', ''],
    first_name: ['auth_user_by_first_name', 'Ana'],
    last_name: ['auth_user_by_last_name', 'Mora'],
    date_joined: ['auth_user_by_date_joined', time]
  }
  const profiles: Record<string, [string, string]> = {
    created_at: ['api_userprofile_by_created_at', time],
    updated_at: ['api_userprofile_by_updated_at', time]
  }
  const lists = [
    [pageOfUsers, users],
    [pageOfProfiles, { ...users, ...profiles }]
  ] as const
  for (const [pageOf, indexes] of lists) {
    for (const [field, [index, value]] of Object.entries(indexes)) {
      for (const ordering of [field, `-${field}`]) {
        for (const before of [0, 1]) {
          const cursor = Buffer.from(JSON.stringify([ordering, value, 7, before])).toString('base64url')
          await pageOf(database, sample, {}, { ordering, cursor, count: 'none' })
          const { sql, parameters } = sent.at(-1) as (typeof sent)[number]
          const plan = await explain(db.url, sql, parameters)
          const scan = plan.find((node) => node['Index Name'] === index)
          t.match(scan?.['Index Cond'], /[<>]/, `${pageOf.name} ${ordering} begins in ${index}`, { plan })
        }
      }
    }
  }
})

type PlanNode = Record<string, string> & { Plans?: PlanNode[] }

/** The nodes of a plan for a table that is never read as a whole, nor sorted. */
async function explain(url: string, text: string, parameters: readonly unknown[]): Promise<PlanNode[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query('set enable_seqscan = off; set enable_bitmapscan = off; set enable_sort = off')
    const { rows } = await client.query(`explain (format json) ${text}`, [...parameters])
    const nodes = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodes)]
    return nodes(rows[0]['QUERY PLAN'][0].Plan)
  } finally {
    await client.end()
  }
}

t.test('a search for what few have looks in the index of trigrams, for what many have in none', async (t) => {
  const service = await startService(t)
  await seedMany(service)
  const sent: { sql: string; parameters: readonly unknown[] }[] = []
  const database = connect({
    url: service.db.url,
    poolSize: 1,
    preparedStatements: true,
    onError: () => {},
    onStatement: ({ query }) => sent.push(query)
  })
  t.teardown(() => database.destroy())
  const sample = createNameSample(database)
  const indexOf = async (search: string) => {
    const { rows } = await pageOfUsers(database, sample, { search }, { page_size: 5 })
    const { sql, parameters } = sent.at(-1) as (typeof sent)[number]
    const client = new pg.Client({ connectionString: service.db.url })
    await client.connect()
    const { rows: plan } = await client.query(`explain ${sql}`, [...parameters])
    await client.end()
    return [rows.length, /auth_user_names_trigrams/.test(JSON.stringify(plan))]
  }
  t.same(await indexOf('member11999'), [1, true])
  t.same(await indexOf('ana member11999@example.net'), [1, true])
  t.same(await indexOf('nobody'), [0, true])
  t.same(await indexOf('member'), [5, false])
  t.same(await indexOf('o'), [5, false], 'a word of one letter')
})

t.test('the index looks up the rarest part of a search, and where none is rare several', (t) => {
  const sample = Array.from({ length: 300 }, (_, n) => `user${n}\nuser${n}@example.org\nana\nmora`)
  const cases: [string, string[]][] = [
    ['user9997', ['r9997']],
    ['ana 777@example.org mora', ['777']],
    ['ana mora', ['ana', 'mora']],
    ['ana mora user org example', ['ana', 'mora', 'user']],
    ['zoë_x', ['zoë']],
    ['José', ['José']],
    ['o.b @. %', []]
  ]
  for (const [search, parts] of cases) t.same(rareParts(wordsOf(search), sample), parts, search)
  t.same(rareParts(['user9997'], []), ['user9997'], 'the whole word where nothing is known')
  t.end()
})
