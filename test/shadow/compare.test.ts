import t from 'tap'
import { compareJson, type Difference } from '../../src/shadow/compare.ts'
import { findIntended, type Intended } from '../../src/shadow/intended.ts'

t.test('what is the same is the same in other words', async (t) => {
  for (const [what, before, after] of [
    ['a time in another zone and precision', '2026-01-31T06:00:00.123456-06:00', '2026-01-31T12:00:00.123Z'],
    ['a time without fraction', '2026-01-31T06:00:00-06:00', '2026-01-31T12:00:00.000Z'],
    ['a picture of another host', 'http://old:8000/media/profile_pics/a.png', 'https://new.example.org/media/profile_pics/a.png'],
    ['a picture without a host', '/media/profile_pics/a.png', 'https://example.org/accounts/media/profile_pics/a.png'],
    ['a picture whose name is escaped', '/media/profile_pics/sofía.png', '/media/profile_pics/sof%C3%ADa.png'],
    ['objects in another order', [{ id: 1 }, { id: 2 }], [{ id: 2 }, { id: 1 }]],
    ['values in another order', { permissions: [1, 20, 3] }, { permissions: [20, 3, 1] }],
    ['empty lists', [], []]
  ] as const) {
    t.same(compareJson(before, after), [], what)
  }
})

t.test('what differs is told where it does', async (t) => {
  for (const [before, after, ...differences] of [
    [1, 2, '$ changed'],
    [1, '1', '$ changed'],
    [null, undefined, '$ changed'],
    [{ a: null }, {}, '$.a removed'],
    [{}, { a: { b: 1 } }, '$.a added'],
    [{ 'a.b': 1 }, { 'a.b': 2 }, '$["a.b"] changed'],
    ['2026-01-31T06:00:00-06:00', '2026-01-31T12:00:01Z', '$ changed'],
    ['2026-01-31', '2026-02-01', '$ changed'],
    ['http://old/media/profile_pics/a.png', 'http://new/media/profile_pics/b.png', '$ changed'],
    ['http://old/a.png', 'http://new/a.png', '$ changed'],
    [{ list: [1, 2] }, { list: [1, 2, 2] }, '$.list changed'],
    [[{ id: 1, name: 'a' }], [{ id: 1, name: 'b' }, { id: 2 }], '$[id=1].name changed', '$[id=2] added'],
    [[{ username: 'a' }], [{ id: 7, username: 'a' }], '$[username="a"].id added'],
    [[{ id: 1 }, { id: 1 }], [{ id: 1 }, { id: 2 }], '$[1].id changed'],
    [[{ id: 1 }], { id: 1 }, '$ changed'],
    [[{ id: 1 }], [], '$[id=1] removed']
  ] as const) {
    const found = compareJson(before, after).map(({ at, kind }) => `${at} ${kind}`)
    t.same(found, differences, `${JSON.stringify(before)} and ${JSON.stringify(after)}`)
  }
})

t.test('an intended difference covers its own paths, places, kinds and values, and no others', async (t) => {
  const difference = (before: unknown, after: unknown) => compareJson(before, after)[0] as Difference
  const added = difference([{ id: 1 }], [{ id: 1, roles: [] }])
  const inside = difference({ profile: { phone: 'a' } }, { profile: { phone: 'b' } })
  for (const [entry, path, found, covered] of [
    [{ path: '/api/auth/users/', at: '$[*].roles' }, '/api/auth/users/', added, true],
    [{ path: '/api/auth/users/', at: '$[*].roles', kind: 'added' }, '/api/auth/users/', added, true],
    [{ path: '/api/auth/users/', at: '$[*].roles', kind: 'changed' }, '/api/auth/users/', added, false],
    [{ path: '/api/auth/users/', at: '$[*].role' }, '/api/auth/users/', added, false],
    [{ path: '/api/auth/users/', at: '$[*].roles' }, '/api/auth/users/7/', added, false],
    [{ path: '/api/auth/users/*/', at: '$[*].roles' }, '/api/auth/users/7/', added, true],
    [{ path: '/api/auth/*/', at: '$[*].roles' }, '/api/auth/users/7/', added, false],
    [{ path: '/api/**', at: '$[*].roles' }, '/api/auth/users/7/', added, true],
    [{ path: '/api.auth/**', at: '$[*].roles' }, '/api/auth/users/7/', added, false],
    [{ path: '/**', at: '$.profile' }, '/api/auth/users/7/', inside, true],
    [{ path: '/**', at: '$' }, '/api/auth/users/7/', inside, false],
    [{ path: '/**', at: '$' }, '/api/auth/users/7/', difference([{ id: 1 }], { id: 1 }), true],
    [{ path: '/**', at: 'status' }, '/api/auth/users/7/', inside, false],
    [{ path: '/**', at: '$.profile.phone', old: 'a', new: 'b' }, '/api/auth/users/7/', inside, true],
    [{ path: '/**', at: '$.profile.phone', old: 'a', new: 'c' }, '/api/auth/users/7/', inside, false]
  ] as const) {
    const list: Intended[] = [{ reason: 'So it is meant.', ...entry }]
    t.equal(findIntended(list, path, found) !== undefined, covered, `${JSON.stringify(entry)} of ${path}`)
  }
})
