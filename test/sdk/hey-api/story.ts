import assert from 'node:assert/strict'
import { createClient, formDataBodySerializer } from './client/client/index.ts'
import { listUsers, login, obtainToken, patchProfile, register, type User } from './client/index.ts'

const { BASE_URL: baseUrl = '', ADMIN_USERNAME = '', ADMIN_PASSWORD = '', PICTURE = '' } = process.env
const [username, password] = ['story-hey-api', 'correct horse battery staple']
const anonymous = createClient({ baseUrl })
const authorized = (token: string) => createClient({ baseUrl, auth: token })

const registered = await register({
  client: anonymous,
  body: { username, password, email: `${username}@example.org`, profile: { phone: '1', province: 'Heredia' } }
})
assert.equal(registered.response?.status, 201)
const user: User | undefined = registered.data
assert.equal(user?.profile?.phone, '1')

const session = await login({ client: anonymous, body: { username, password } })
assert.ok(session.data)
const me = authorized(session.data.access)

const picture = new Blob([Buffer.from(PICTURE, 'base64')], { type: 'image/png' })
const uploaded = await patchProfile({
  client: me,
  // Of an operation that takes JSON and a form the generated method sends JSON, and types the picture as its URL.
  ...formDataBodySerializer,
  headers: { 'Content-Type': null },
  body: { profile_picture: picture as unknown as string, first_name: 'María' }
})
assert.equal(uploaded.data?.first_name, 'María')
assert.match(uploaded.data?.profile_picture ?? '', /\/media\//)

const admin = await obtainToken({ client: anonymous, body: { username: ADMIN_USERNAME, password: ADMIN_PASSWORD } })
assert.ok(admin.data)
const ids: number[] = []
let cursor: string | undefined
do {
  const { data, response } = await listUsers({
    client: authorized(admin.data.access),
    query: { page_size: 1, ordering: 'id', ...(cursor !== undefined && { cursor }) }
  })
  assert.ok(data && typeof data !== 'string')
  ids.push(...data.map(({ id }) => id))
  cursor = /cursor=([\w-]+)[^>]*>; rel="next"/.exec(response?.headers.get('link') ?? '')?.[1]
} while (cursor !== undefined)
assert.ok(ids.length > 1 && ids.includes(user.id))
assert.deepEqual(
  ids,
  [...new Set(ids)].sort((a, b) => a - b)
)

const taken = await register({ client: anonymous, body: { username, password } })
assert.ok(taken.error)
assert.equal(taken.error.status, 409)
assert.equal(taken.error.code, 'already_exists')
assert.ok('errors' in taken.error && taken.error.errors?.username)
const forbidden = await listUsers({ client: me })
assert.equal(forbidden.error?.code, 'permission_denied')

/** What must not compile; never called. */
export async function mistakes(): Promise<void> {
  // @ts-expect-error a password is required
  await register({ client: anonymous, body: { username } })
  // @ts-expect-error an unknown ordering
  await listUsers({ client: me, query: { ordering: 'password' } })
  // @ts-expect-error a code that the operation does not have
  assert.notEqual(forbidden.error?.code === 'invalid_reset_token', true)
}
console.log('The story was told to its end.')
