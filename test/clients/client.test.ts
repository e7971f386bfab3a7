import { createReadStream } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import sharp from 'sharp'
import t from 'tap'
import {
  type Client,
  isProblem,
  memoryStore,
  ProblemError,
  type TokenStore,
  type Tokens,
  type Upload
} from '../../clients/typescript/src/index.ts'
import { fileUpload } from '../../clients/typescript/src/node.ts'
import { expired, startClientService } from '../support/client.ts'
import { password, type TestUser } from '../support/service.ts'

const refreshCall = 'POST /api/auth/token/refresh/'
const picture = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'teal' } })
  .png()
  .toBuffer()

const shared = await startClientService(t)

/** The service that all tests share whose settings are the default ones, with nothing sent yet. */
function fresh(): typeof shared {
  shared.sent.length = 0
  return shared
}

/** A user's tokens, with an access token that has expired. */
const stale = ({ access, refresh }: TestUser): Tokens => ({ access: expired(access), refresh })

/** What a call rejects with. */
async function problemOf(call: Promise<unknown>): Promise<ProblemError> {
  const error = await call.then(
    () => new Error('It was answered.'),
    (reason: unknown) => reason
  )
  if (error instanceof ProblemError) return error
  throw error
}

t.test('a login keeps its tokens, a logout ends the session and forgets them', async (t) => {
  const { service, client, sent } = fresh()
  const user = await service.user({ username: 'maria' })
  const store = memoryStore()
  const maria = client({ tokens: store })
  t.equal((await problemOf(maria.getProfile())).code, 'not_authenticated')

  const { user: who } = await maria.login({ body: { username: 'maria', password } })
  t.equal(who.user_id, user.id)
  t.equal((await maria.getProfile()).username, 'maria')
  const tokens = (await store.get()) as Tokens
  t.same(Object.keys(tokens).sort(), ['access', 'refresh'])

  t.match(await maria.logout({ query: { scope: 'others' } }), { message: String })
  t.equal((await maria.getProfile()).username, 'maria', 'this session is none of the others')
  t.equal((await service.get('/api/auth/profile/', { as: user })).status, 401)
  t.match(await maria.logout(), { message: String })
  t.equal(await store.get(), undefined)
  t.equal((await service.get('/api/auth/profile/', { as: tokens.access })).status, 401, 'the session has ended')

  await maria.obtainToken({ body: { username: 'maria', password } })
  t.equal((await maria.getProfile()).username, 'maria')
  t.notOk(sent.includes(refreshCall))
})

t.test('a wrong password renews nothing, and leaves who is logged in as they are', async (t) => {
  const { service, client, sent } = fresh()
  const user = await service.user()
  const maria = client({ tokens: memoryStore(user) })
  const login = await problemOf(maria.login({ body: { username: user.username, password: 'wrong' } }))
  t.same([login.status, login.code], [401, 'invalid_credentials'])
  const change = await problemOf(maria.changePassword({ body: { old_password: 'wrong', new_password: 'another-long-phrase' } }))
  t.same([change.status, change.code, Object.keys(change.fields)], [400, 'invalid_input', ['old_password']])
  t.equal((await maria.getProfile()).id, user.id)
  t.notOk(sent.includes(refreshCall))
})

t.test('ten calls at once with an expired access token make one refresh', async (t) => {
  const { service, client, sent } = fresh()
  const user = await service.user()
  const store = memoryStore(stale(user))
  const maria = client({ tokens: store, onSessionEnded: () => t.fail('the session goes on') })
  const profiles = await Promise.all(Array.from({ length: 10 }, () => maria.getProfile()))
  t.same(
    profiles.map(({ id }) => id),
    Array(10).fill(user.id)
  )
  t.equal(sent.filter((call) => call === refreshCall).length, 1)
  t.equal(sent.length, 21)
  const tokens = (await store.get()) as Tokens
  t.notSame(tokens, stale(user))
  t.equal((await service.get('/api/auth/profile/', { as: tokens.access })).status, 200, 'what was renewed is kept')
})

t.test('a 401 that comes after the refresh is over makes no second one', async (t) => {
  const { service, client, sent, fetch } = fresh()
  let release = () => {}
  const held = new Promise<void>((done) => {
    release = done
  })
  const slow: typeof fetch = async (input, init) => {
    const response = await fetch(input, init)
    if (String(input).endsWith('/sessions/') && response.status === 401) await held
    return response
  }
  const maria = client({ tokens: memoryStore(stale(await service.user())), fetch: slow })
  const late = maria.listSessions()
  await maria.getProfile()
  release()
  t.equal((await late).length, 1)
  t.equal(sent.filter((call) => call === refreshCall).length, 1)
})

t.test('a refresh that is refused ends the session once, for all calls that met it and for later ones', async (t) => {
  const { service, client, sent, fetch } = fresh()
  const user = await service.user()
  await service.post('/api/auth/logout/', { refresh: user.refresh })
  let release = () => {}
  const held = new Promise<void>((done) => {
    release = done
  })
  const slow: typeof fetch = async (input, init) => {
    const response = await fetch(input, init)
    if (String(input).endsWith('/sessions/')) await held
    return response
  }
  let ended = 0
  const store = memoryStore(stale(user))
  const maria = client({
    tokens: store,
    fetch: slow,
    onSessionEnded() {
      ended += 1
    }
  })
  const late = problemOf(maria.listSessions())
  const problems = await Promise.all(Array.from({ length: 10 }, () => problemOf(maria.getProfile())))
  for (const { status, code, operation } of problems) t.same([status, code, operation], [401, 'invalid_token', 'getProfile'])
  release()
  t.equal((await late).code, 'invalid_token')
  t.equal(sent.filter((call) => call === refreshCall).length, 1)
  t.equal(ended, 1)
  t.equal(await store.get(), undefined)
  t.equal((await problemOf(maria.getProfile())).code, 'not_authenticated')
  t.equal(ended, 1)
})

t.test('a refresh that could not be asked for ends nothing', async (t) => {
  const { service, client, sent, fetch } = fresh()
  const user = await service.user()
  const store = memoryStore(stale(user))
  let broken = true
  const unsteady: typeof fetch = async (input, init) => {
    if (broken && String(input).includes('refresh')) throw new TypeError('fetch failed')
    return fetch(input, init)
  }
  const maria = client({ tokens: store, fetch: unsteady, onSessionEnded: () => t.fail('the session goes on') })
  const results = await Promise.allSettled([maria.getProfile(), maria.getProfile()])
  for (const result of results) t.match(result, { status: 'rejected', reason: { message: 'fetch failed' } })
  t.same(await store.get(), stale(user))
  broken = false
  t.equal((await maria.getProfile()).id, user.id)
  t.equal(sent.filter((call) => call === refreshCall).length, 1)
})

t.test('a logout or a login during a refresh stands', async (t) => {
  const { service, client, fetch } = fresh()
  const [user, other] = [await service.user(), await service.user()]
  for (const after of [undefined, { access: other.access, refresh: other.refresh }]) {
    const store: TokenStore = memoryStore(stale(user))
    const meddled: typeof fetch = async (input, init) => {
      const response = await fetch(input, init)
      if (String(input).includes('refresh')) await store.set(after)
      return response
    }
    const maria = client({ tokens: store, fetch: meddled, onSessionEnded: () => t.fail('nothing ended by itself') })
    if (after) t.equal((await maria.getProfile()).id, other.id)
    else t.equal((await problemOf(maria.getProfile())).code, 'invalid_token')
    t.same(await store.get(), after)
    // The second round starts from the first one's refresh token, whose child was not used: it is answered again.
  }
})

t.test('a refresh token that is sent again, since its answer got lost or a second client has it, is answered', async (t) => {
  const { service, client, fetch } = fresh()
  const user = await service.user()
  let lost = 1
  const lossy: typeof fetch = async (input, init) => {
    const response = await fetch(input, init)
    if (!String(input).includes('refresh') || lost === 0) return response
    lost -= 1
    throw new TypeError('terminated')
  }
  const maria = client({ tokens: memoryStore(stale(user)), fetch: lossy })
  await t.rejects(maria.getProfile(), { message: 'terminated' })
  t.equal((await maria.getProfile()).id, user.id)
  const elsewhere = client({ tokens: memoryStore(stale(user)), onSessionEnded: () => t.fail('the session goes on') })
  t.equal((await elsewhere.getProfile()).id, user.id)
})

t.test('where replays are not forgiven, a second client with the same tokens ends the session for both', async (t) => {
  const { service, client } = await startClientService(t, { REFRESH_REUSE: 'strict' })
  const user = await service.user()
  const ended: string[] = []
  const [one, two] = ['one', 'two'].map((name) =>
    client({ tokens: memoryStore(stale(user)), onSessionEnded: () => void ended.push(name) })
  ) as [Client, Client]
  t.equal((await one.getProfile()).id, user.id)
  t.equal((await problemOf(two.getProfile())).code, 'invalid_token')
  t.equal((await problemOf(one.getProfile())).code, 'invalid_token')
  t.same(ended, ['two', 'one'])
})

t.test('clients that share a store with a lock refresh once', async (t) => {
  const { service, client, sent } = fresh()
  const { get, set } = memoryStore(stale(await service.user()))
  let last: Promise<unknown> = Promise.resolve()
  const shared: TokenStore = {
    get,
    set,
    lock(work) {
      const result = last.then(work)
      last = result.catch(() => {})
      return result
    }
  }
  await Promise.all([client({ tokens: shared }), client({ tokens: shared })].map((each) => each.getProfile()))
  t.equal(sent.filter((call) => call === refreshCall).length, 1)
})

t.test('errors tell their code, status, fields and request id', async (t) => {
  const { service, client } = fresh()
  const maria = client({ tokens: memoryStore(await service.user({ username: 'taken' })) })
  const admin = client({ tokens: memoryStore(await service.admin()) })
  const invalid = await problemOf(
    admin.createUser({ body: { username: 'a b', password: '12345678', profile: { phone: '1'.repeat(21) } } })
  )
  t.ok(invalid instanceof Error)
  t.same([invalid.name, invalid.status, invalid.code, invalid.operation], ['ProblemError', 400, 'invalid_input', 'createUser'])
  t.same(Object.keys(invalid.fields).sort(), ['profile.phone', 'username'])
  t.ok(invalid.message.includes('2 fields'))
  t.ok(service.log().includes(invalid.requestId as string), 'the log has the request id')

  const taken = await problemOf(admin.createUser({ body: { username: 'TAKEN', password } }))
  t.ok(isProblem(taken, 'createUser') && taken.code === 'already_exists')
  t.notOk(isProblem(taken, 'updateUser'))
  const forbidden = await problemOf(maria.listUsers())
  t.same([forbidden.status, forbidden.code, forbidden.fields], [403, 'permission_denied', {}])
  t.equal((await problemOf(admin.getUser({ path: { id: 4711 } }))).code, 'not_found')
})

t.test('where errors are written as Django does, the client still gets problems', async (t) => {
  const { client } = await startClientService(t, { ERRORS: 'drf' })
  t.equal((await problemOf(client().getProfile())).code, 'not_authenticated')
})

t.test('an answer that is not of the service has a status and no code', async (t) => {
  const gateway: typeof fetch = async () => new Response('<html>', { status: 502, statusText: 'Bad Gateway' })
  const { client } = fresh()
  const problem = await problemOf(client({ fetch: gateway }).getProfile())
  t.same(
    [problem.status, problem.code, problem.message, problem.fields, problem.requestId],
    [502, undefined, 'Bad Gateway', {}, undefined]
  )
})

t.test('lists are walked to their end by cursors, item by item or page by page, with their filters', async (t) => {
  // PUBLIC_URL, with which links begin, is not the address that the client has.
  const { service, client, sent } = fresh()
  const admin = client({ tokens: memoryStore(await service.admin()) })
  for (let i = 0; i < 5; i += 1) await service.user({ username: `walker${i}` })

  const query = { search: 'walker', page_size: 2, ordering: '-username' } as const
  const names: string[] = []
  for await (const user of admin.items('listUsers', { query })) names.push(user.username)
  t.same(names, ['walker4', 'walker3', 'walker2', 'walker1', 'walker0'])
  t.equal(sent.length, 3)

  const pages: [number, number | undefined, boolean][] = []
  for await (const { items, total, totalEstimated } of admin.pages('listUsers', { query })) {
    pages.push([items.length, total, totalEstimated])
  }
  t.same(pages, [
    [2, 5, false],
    [2, 5, false],
    [1, 5, false]
  ])

  sent.length = 0
  for await (const user of admin.items('listUsers', { query })) if (user.username === 'walker3') break
  t.equal(sent.length, 1, 'what nobody asks for is not fetched')

  for await (const user of admin.items('listUsers', { query: { search: 'nobody' } })) t.fail(user.username)
  const found: number[] = []
  for await (const { id } of admin.items('listUsers', { query })) {
    await admin.getUserProfile({ path: { id } })
    found.push(id)
  }
  const profiles: number[] = []
  for await (const { id } of admin.items('listUserProfiles', { query: { ...query, count: 'exact' } })) profiles.push(id)
  t.same(profiles, found)
  let events = 0
  const opened = { page_size: 3, action: 'session.opened', count: 'exact' } as const
  const { response } = await admin.send('listAuditEvents', { query: opened })
  for await (const { action } of admin.items('listAuditEvents', { query: opened })) {
    t.equal(action, 'session.opened')
    events += 1
  }
  t.equal(events, Number(response.headers.get('x-total-count')))
  t.ok(events > 5)
  await t.rejects(admin.items('listUsers', { query: { page_size: 0 } }).next(), { code: 'invalid_input' })
})

t.test('a picture is sent from a blob, a stream of either kind or a path, also when the token has to be renewed', async (t) => {
  const { service, client, sent } = fresh()
  const folder = await mkdtemp(join(tmpdir(), 'user-management-client-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const path = join(folder, 'me.png')
  await writeFile(path, picture)
  const uploads: Record<string, () => Upload | Promise<Upload>> = {
    blob: () => new Blob([picture]),
    file: () => new File([picture], 'me.png', { type: 'image/png' }),
    'web stream': () => new Blob([picture]).stream(),
    'stream of Node': () => createReadStream(path, { highWaterMark: 16 }),
    'async iterable': () => Readable.from([picture.subarray(0, 20), picture.subarray(20)]),
    path: () => fileUpload(path)
  }
  const user = await service.user()
  for (const [kind, upload] of Object.entries(uploads)) {
    const { body } = await service.post('/api/auth/token/', { username: user.username, password })
    const maria = client({ tokens: memoryStore({ ...body, access: expired(body.access) }) })
    sent.length = 0
    const { profile_picture, phone } = await maria.updateProfile({ body: { profile_picture: await upload(), phone: kind } })
    t.equal(phone, kind)
    t.same(sent, ['PUT /api/auth/profile/', refreshCall, 'PUT /api/auth/profile/'])
    const { pathname } = new URL(profile_picture as string)
    const stored = (await service.app.inject(pathname)).rawPayload
    t.match(await sharp(stored).metadata(), { format: 'png', width: 8, height: 8 }, kind)
    t.equal((await maria.updateProfile({ body: { profile_picture: null, phone: null } })).profile_picture, null)
  }
  const form = { username: 'pictured', password, 'profile.profile_picture': new Blob([picture]), 'profile.phone': '1' }
  const { profile } = await client().register({ body: form })
  t.match(profile, { phone: '1', profile_picture: String })
  const refused = await problemOf(
    client({ tokens: memoryStore(user) }).updateProfile({ body: { profile_picture: new Blob(['x']) } })
  )
  t.same([refused.code, Object.keys(refused.fields)], ['invalid_input', ['profile_picture']])
})

t.test('what is safe to send again is sent again, and nothing else', async (t) => {
  const { service, client, sent, fetch } = fresh()
  const tokens = memoryStore(await service.admin())
  let lost = 0
  /** Loses answers, once the service has done the work. */
  const lossy: typeof fetch = async (input, init) => {
    const response = await fetch(input, init)
    if (lost === 0) return response
    lost -= 1
    throw new TypeError('terminated')
  }
  const admin = client({ tokens, fetch: lossy })
  lost = 1
  const made = await admin.createUser({ body: { username: 'once', password } })
  t.equal(sent.length, 2)
  const found = await admin.listUsers({ query: { search: 'once' } })
  t.same(
    found.map(({ id }) => id),
    [made.id]
  )
  lost = 1
  t.equal((await admin.getUser({ path: { id: made.id } })).username, 'once')
  sent.length = 0
  lost = 1
  await t.rejects(admin.updateUser({ path: { id: made.id }, body: { first_name: 'A' } }), { message: 'terminated' })
  t.equal(sent.length, 1, 'a change is not')
  lost = 1
  await t.rejects(client({ tokens, fetch: lossy, retries: 0 }).listRoles(), { message: 'terminated' })

  let refusals = 1
  let wait = '0'
  const busy: typeof fetch = async (input, init) => {
    if (refusals === 0) return fetch(input, init)
    refusals -= 1
    return new Response('', { status: 503, headers: { 'retry-after': wait } })
  }
  const patient = client({ tokens, fetch: busy })
  t.ok((await patient.listRoles()).length > 0)
  refusals = 3
  const problem = await problemOf(patient.listRoles())
  t.same([problem.status, problem.retryAfter, refusals], [503, 0, 0], 'after two more tries it is told')
  refusals = 1
  t.equal((await problemOf(patient.deleteUser({ path: { id: made.id } }))).status, 503)
  wait = '3600'
  refusals = 1
  t.equal((await problemOf(patient.listRoles())).retryAfter, 3600, 'an hour is for the caller to wait')
})

t.test('a call is broken off by its signal, also while it waits to be sent again', async (t) => {
  const { client } = fresh()
  const controller = new AbortController()
  const busy: typeof fetch = async () => {
    setImmediate(() => controller.abort())
    return new Response('', { status: 503, headers: { 'retry-after': '20' } })
  }
  await t.rejects(client({ fetch: busy }).listProvinces({ signal: controller.signal }), { name: 'AbortError' })
  await t.rejects(client().listProvinces({ signal: controller.signal }), { name: 'AbortError' })
})

t.test('the whole answer is there for who asks: ETags, and content of other types', async (t) => {
  const { service, client } = fresh()
  const admin = client({ tokens: memoryStore(await service.admin()) })
  const { id } = await admin.createRole({ body: { name: 'support' } })
  const { data, response } = await admin.send('getRole', { path: { id } })
  const tag = response.headers.get('etag') as string
  t.equal(data?.name, 'support')
  const unchanged = await admin.send('getRole', { path: { id }, headers: { 'If-None-Match': tag } })
  t.same([unchanged.response.status, unchanged.data], [304, undefined])
  await admin.updateRole({ path: { id }, body: { name: 'help' }, headers: { 'If-Match': tag } })
  const conflict = await problemOf(admin.updateRole({ path: { id }, body: { name: 'desk' }, headers: { 'If-Match': tag } }))
  t.equal(conflict.code, 'precondition_failed')
  t.equal(await admin.deleteRole({ path: { id } }), undefined)

  const exported = await admin.send('listUsers', { accept: 'text/csv', query: { ordering: 'id' } })
  t.equal(exported.data, undefined)
  t.match(await exported.response.text(), /^id,username,/)
})
