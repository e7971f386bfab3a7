import t from 'tap'
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
