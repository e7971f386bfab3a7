import sharp from 'sharp'
import t from 'tap'
import { password, startService } from '../support/service.ts'

t.test('of 20 changes meant for one state one is made, the others are told to read again', async (t) => {
  const service = await startService(t)
  const [admin, user] = [await service.admin(), await service.user()]
  const cases: [string, string, (index: number) => object][] = [
    ['/api/auth/profile/', '/api/auth/profile/', (index) => ({ phone: String(index) })],
    [`/api/auth/users/${user.id}/`, `/api/auth/users/${user.id}/update/`, (index) => ({ first_name: String(index) })],
    ['/api/auth/roles/2/detail/', '/api/auth/roles/2/update/', (index) => ({ name: `role ${index}` })],
    ['/api/auth/roles/2/', '/api/auth/permissions/2/update/', (index) => ({ permissions: [index + 1] })]
  ]
  for (const [read, write, body] of cases) {
    const tag = String((await service.get(read, { as: admin })).headers.etag)
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => service.put(write, body(index), { as: admin, headers: { 'if-match': tag } }))
    )
    t.same(answers.map(({ status }) => status).sort(), [200, ...Array(19).fill(412)], write)
    const changed = answers.find(({ status }) => status === 200)
    const now = await service.get(read, { as: admin })
    t.equal(now.headers.etag, changed?.headers.etag, 'the answer carries the tag of the new state')
    t.not(now.headers.etag, tag)
  }
})

t.test('50 requests with one Idempotency-Key make one user, and all that are answered are answered the same', async (t) => {
  const service = await startService(t)
  const body = { username: 'maria', email: 'maria@example.org', password }
  const send = () => service.post('/api/auth/register/', body, { headers: { 'idempotency-key': 'register-maria' } })
  const answers = await Promise.all(Array.from({ length: 50 }, send))
  const made = answers.filter(({ status }) => status === 201)
  t.ok(made.length >= 1)
  t.ok(answers.every(({ status, body }) => status === 201 || body.code === 'request_in_progress'))
  t.equal(new Set(made.map(({ text }) => text)).size, 1)
  t.same((await send()).body, made[0]?.body, 'and so is a later one')
  t.same(await service.db.query('select count(*)::int as users from auth_user'), [{ users: 1 }])
  const plain = await service.post('/api/auth/register/', body)
  t.equal(plain.status, 409, 'without the key it is a new request')
})

t.test("a key is the caller's own, and free again after a refusal", async (t) => {
  const service = await startService(t)
  const [one, two] = [await service.admin(), await service.admin()]
  const create = (name: string, as: typeof one) =>
    service.post('/api/auth/roles/create/', { name }, { as, headers: { 'idempotency-key': 'same-key-here' } })
  t.equal((await create('first', one)).status, 201)
  t.equal((await create('second', two)).status, 201, 'another caller, another key')
  t.equal((await create('third', one)).status, 422)
  const other = (name: string) =>
    service.post('/api/auth/roles/create/', { name }, { as: one, headers: { 'idempotency-key': 'another-key' } })
  t.equal((await other('first')).status, 409)
  t.equal((await other('fourth')).status, 201, 'a refused request gives its key back')
  t.equal(
    (await service.post('/api/auth/roles/create/', { name: 'x' }, { as: one, headers: { 'idempotency-key': 'short' } })).status,
    400
  )
  const kept = await service.db.query('select key, request, body from idempotency_key')
  t.notMatch(JSON.stringify(kept), /same-key-here|correct horse/, 'neither keys nor requests are kept as they were')
})

t.test('a request whose process was killed may be tried again after a minute', async (t) => {
  const service = await startService(t)
  const admin = await service.admin()
  const create = () =>
    service.post('/api/auth/roles/create/', { name: 'first' }, { as: admin, headers: { 'idempotency-key': 'killed-request' } })
  await create()
  await service.db.query('update idempotency_key set status = null, body = null; delete from auth_group where name = $$first$$')
  t.equal((await create()).status, 409, 'it looks as if it were under way')
  await service.db.query(`update idempotency_key set claimed_at = now() - interval '61 seconds'`)
  t.equal((await create()).status, 201)
})

t.test('another picture of the same size is another request', async (t) => {
  const service = await startService(t)
  // Uncompressed, so that nothing but their bytes differs.
  const [first, second] = (await Promise.all(
    ['#102030', '#302010'].map((background) =>
      sharp({ create: { width: 8, height: 8, channels: 3, background } })
        .png({ compressionLevel: 0 })
        .toBuffer()
    )
  )) as [Buffer, Buffer]
  const send = (data: Buffer) => {
    const form = new FormData()
    form.set('username', 'maria')
    form.set('password', password)
    form.set('profile.profile_picture', new Blob([data]), 'a.png')
    return service.request('POST', '/api/auth/register/', { form, headers: { 'idempotency-key': 'with-a-picture' } })
  }
  t.equal(first.length, second.length)
  t.same([(await send(first)).status, (await send(first)).status, (await send(second)).status], [201, 201, 422])
})
