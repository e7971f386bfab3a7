import assert from 'node:assert/strict'
import createClient from 'openapi-fetch'
import type { components, paths } from './client/api.ts'

const { BASE_URL: baseUrl = '', ADMIN_USERNAME = '', ADMIN_PASSWORD = '', PICTURE = '' } = process.env
const [username, password] = ['story-openapi-fetch', 'correct horse battery staple']
const api = createClient<paths>({ baseUrl })
const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })

const registered = await api.POST('/api/auth/register/', {
  body: { username, password, email: `${username}@example.org`, profile: { phone: '1', province: 'Heredia' } }
})
assert.equal(registered.response.status, 201)
const user: components['schemas']['User'] | undefined = registered.data
assert.equal(user?.profile?.phone, '1')

const login = await api.POST('/api/auth/login/', { body: { username, password } })
assert.ok(login.data)
const me = bearer(login.data.access)

const picture = new Blob([Buffer.from(PICTURE, 'base64')], { type: 'image/png' })
const uploaded = await api.PATCH('/api/auth/profile/', {
  ...me,
  // The types say string for a file's bytes.
  body: { profile_picture: picture as unknown as string, first_name: 'María' },
  bodySerializer(body) {
    const form = new FormData()
    for (const [name, value] of Object.entries(body)) form.set(name, value as string | Blob)
    return form
  }
})
assert.equal(uploaded.data?.first_name, 'María')
assert.match(uploaded.data?.profile_picture ?? '', /\/media\//)

const admin = await api.POST('/api/auth/token/', { body: { username: ADMIN_USERNAME, password: ADMIN_PASSWORD } })
assert.ok(admin.data)
const ids: number[] = []
let cursor: string | undefined
do {
  const { data, response } = await api.GET('/api/auth/users/', {
    ...bearer(admin.data.access),
    params: { query: { page_size: 1, ordering: 'id', ...(cursor !== undefined && { cursor }) } }
  })
  assert.ok(data)
  // The operation can answer with CSV too, so that its data is a union.
  ids.push(...(data as components['schemas']['UserList']).map(({ id }) => id))
  cursor = /cursor=([\w-]+)[^>]*>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1]
} while (cursor !== undefined)
assert.ok(ids.length > 1 && ids.includes(user.id))
assert.deepEqual(
  ids,
  [...new Set(ids)].sort((a, b) => a - b)
)

const taken = await api.POST('/api/auth/register/', { body: { username, password } })
assert.ok(taken.error)
assert.equal(taken.error.status, 409)
assert.equal(taken.error.code, 'already_exists')
assert.ok('errors' in taken.error && taken.error.errors?.username)
const forbidden = await api.GET('/api/auth/users/', me)
assert.equal(forbidden.error?.code, 'permission_denied')

/** What must not compile; never called. */
export async function mistakes(): Promise<void> {
  // @ts-expect-error a password is required
  await api.POST('/api/auth/register/', { body: { username } })
  // @ts-expect-error an unknown ordering
  await api.GET('/api/auth/users/', { params: { query: { ordering: 'password' } } })
  // @ts-expect-error a code that the operation does not have
  assert.notEqual(forbidden.error?.code === 'invalid_reset_token', true)
}
console.log('The story was told to its end.')
