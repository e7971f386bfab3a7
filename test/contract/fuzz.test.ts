import t from 'tap'
import { contract, requestExample } from '../support/contract.ts'
import { startService } from '../support/service.ts'

// Whatever is sent, the answer is one that the contract declares, and never a fault of ours.

const odd: unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  2147483648,
  9007199254740992,
  '',
  ' ',
  '\u0000',
  '\ud800',
  '\u202e',
  "'; drop table auth_user; --",
  '%s%n#{7*7}{{7*7}}',
  '../../etc/passwd',
  '<script>alert(1)</script>',
  'x'.repeat(5000),
  '😀'.repeat(200),
  '2024-02-30',
  '9999-12-31T23:59:59Z',
  [],
  [null],
  [[1]],
  [1, 1, 'x'],
  Array.from({ length: 2000 }, (_, index) => index + 1),
  {},
  { id: 1 },
  { __proto__: null, constructor: { prototype: { is_superuser: true } } }
]

t.test('no field of any body makes a fault of ours', { timeout: 120_000 }, async (t) => {
  const service = await startService(t)
  const [admin, user] = [await service.user({ superuser: true }), await service.user()]
  let sent = 0
  for (const operation of contract.operations) {
    const example = requestExample(operation)
    if (!example || operation.operationId !== operation.handledBy) continue
    const faults: string[] = []
    for (const field of [...Object.keys(example), 'profile', 'roles', 'extra']) {
      for (const value of odd) {
        const path = operation.path.replace('{id}', String(user.id))
        const body = { ...example, [field]: value }
        const { status } = await service.request(operation.method as 'PUT', path, { as: admin, body })
        sent += 1
        if (status >= 500) faults.push(`${field}=${JSON.stringify(value)?.slice(0, 60)}: ${status}`)
      }
    }
    t.same(faults, [], operation.operationId)
  }
  t.ok(sent > 1000, `${sent} requests`)
})

t.test('no query, path or header makes a fault of ours', { timeout: 120_000 }, async (t) => {
  const service = await startService(t)
  const admin = await service.user({ superuser: true })
  const texts = odd
    .filter((value) => typeof value !== 'object')
    .map(String)
    .concat('a&b=c', '%', '%zz', 'a\tb', 'null', 'NaN', 'Infinity', '0x10', '1e3')
  const names = [
    'page',
    'page_size',
    'cursor',
    'search',
    'ordering',
    'role',
    'is_active',
    'province',
    'action',
    'actor',
    'since',
    'until',
    'permission',
    'scope'
  ]
  const faults: string[] = []
  for (const operation of contract.operations.filter(({ takesQuery }) => takesQuery)) {
    for (const name of names) {
      for (const text of texts) {
        for (const query of [`${name}=${encodeURIComponent(text.toWellFormed())}`, `${name}=a&${name}=b`, `${name}[x]=1`]) {
          const { status } = await service.request(operation.method as 'GET', `${operation.path}?${query}`, { as: admin })
          if (status >= 500) faults.push(`${operation.operationId} ${query}: ${status}`)
        }
      }
    }
  }
  for (const operation of contract.operations.filter(({ path, method }) => path.includes('{id}') && method === 'GET')) {
    for (const text of texts) {
      const { status } = await service.request('GET', operation.path.replace('{id}', encodeURIComponent(text.toWellFormed())), {
        as: admin
      })
      if (status >= 500) faults.push(`${operation.operationId} ${text}: ${status}`)
    }
  }
  for (const header of [
    'authorization',
    'if-match',
    'if-none-match',
    'idempotency-key',
    'x-request-id',
    'x-forwarded-for',
    'content-type',
    'accept'
  ]) {
    for (const text of texts.filter((value) => /^[\x20-\x7e]*$/.test(value))) {
      for (const [method, path] of [
        ['GET', '/api/auth/profile/'],
        ['PUT', '/api/auth/profile/'],
        ['POST', '/api/auth/roles/create/']
      ] as const) {
        const { status } = await service.request(method, path, { as: admin, headers: { [header]: text }, payload: '{"name": 1}' })
        if (status >= 500) faults.push(`${header}: ${text.slice(0, 40)}: ${status}`)
      }
    }
  }
  t.same(faults, [])
})
