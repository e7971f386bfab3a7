import { MatchersV3, type PactV4 } from '@pact-foundation/pact'

/**
 * Two consumers as a front end has them, each with the little client it is made of, and what they expect of the service.
 * A pact comes out of that only where the client makes of the answer what its page needs.
 */
export interface Consumer {
  readonly name: string
  readonly interactions: readonly ((pact: PactV4) => Promise<unknown>)[]
}

/** What the service is called in pacts. */
export const provider = 'user-management'

const { boolean, eachLike, fromProviderState, integer, like, nullValue, regex, string, timestamp } = MatchersV3
const [seeded, user, administrator] = [
  'the sandbox is as seeded',
  'a user is logged in',
  'an administrator is logged in'
] as const
// biome-ignore lint/suspicious/noTemplateCurlyInString: Pact fills it in, from what the state answers.
const bearer = fromProviderState('Bearer ${access_token}', 'Bearer an.access.token')
const json = regex('^application/json(;.*)?$', 'application/json; charset=utf-8')
const problem = regex('^application/problem\\+json(;.*)?$', 'application/problem+json; charset=utf-8')
const token = 'an.access.token'

interface Answer {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: each page reads a few fields of it.
  readonly body: any
}

async function send(
  base: string,
  method: string,
  path: string,
  { as, body }: { as?: string; body?: object } = {}
): Promise<Answer> {
  const response = await fetch(base + path, {
    method,
    headers: {
      ...(as !== undefined && { authorization: `Bearer ${as}` }),
      ...(body && { 'content-type': 'application/json' })
    },
    ...(body && { body: JSON.stringify(body) })
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) }
}

/** What a page finds wrong with an answer. */
function expect(right: boolean, what: string): void {
  if (!right) throw new Error(`The page can't do with that: ${what}`)
}

const profile = {
  id: integer(3),
  username: string('maria'),
  email: string('maria@example.org'),
  first_name: string('María'),
  last_name: string('Rojas'),
  phone: string('+506 2222 3333'),
  address: string('Barva'),
  bio: string('Likes coffee.'),
  birth_date: regex(/^\d{4}-\d\d-\d\d$/, '1990-05-17'),
  province: integer(4),
  profile_picture: regex('^https?://.+/media/profile_pics/.+$', 'http://127.0.0.1/media/profile_pics/maria.png'),
  user_roles: eachLike({ id: integer(2), name: string('cliente') })
}

export const profilePage: Consumer = {
  name: 'web-profile-page',
  interactions: [
    (pact) =>
      pact
        .addInteraction()
        .given(seeded)
        .given(user, { username: 'maria' })
        .uponReceiving('the page is opened')
        .withRequest('GET', '/api/auth/profile/', (request) => request.headers({ Authorization: bearer }))
        .willRespondWith(200, (response) =>
          response.headers({ 'Content-Type': json, ETag: regex(/^"[^"]+"$/, '"a1b2c3"') }).jsonBody(profile)
        )
        .executeTest(async ({ url }) => {
          const { body, headers } = await send(url, 'GET', '/api/auth/profile/', { as: token })
          expect(URL.canParse(body.profile_picture), 'a picture to show')
          expect(body.user_roles.map(({ name }: { name: string }) => name).join() !== '', 'roles to list')
          expect(headers.get('etag') !== null, 'a tag to save by')
        }),

    (pact) =>
      pact
        .addInteraction()
        .given(seeded)
        .given(user, { username: 'sofia' })
        .uponReceiving('the page is opened by somebody who has no profile yet')
        .withRequest('GET', '/api/auth/profile/', (request) => request.headers({ Authorization: bearer }))
        .willRespondWith(200, (response) =>
          response
            .headers({ 'Content-Type': json })
            .jsonBody({ id: integer(7), profile_picture: nullValue(), province: nullValue() })
        )
        .executeTest(async ({ url }) => {
          const { body } = await send(url, 'GET', '/api/auth/profile/', { as: token })
          expect(body.profile_picture === null && body.province === null, 'nothing chosen yet')
        }),

    (pact) =>
      pact
        .addInteraction()
        .given(seeded)
        .given(user, { username: 'maria' })
        .uponReceiving('the form is saved')
        .withRequest('PUT', '/api/auth/profile/', (request) =>
          request
            .headers({ Authorization: bearer })
            .jsonBody({ first_name: 'María José', phone: '+506 7777 1111', province: 'Limón' })
        )
        .willRespondWith(200, (response) =>
          response
            .headers({ 'Content-Type': json })
            .jsonBody({ ...profile, first_name: 'María José', phone: '+506 7777 1111', province: 7 })
        )
        .executeTest(async ({ url }) => {
          const changes = { first_name: 'María José', phone: '+506 7777 1111', province: 'Limón' }
          const { body } = await send(url, 'PUT', '/api/auth/profile/', { as: token, body: changes })
          expect(body.phone === changes.phone && body.province === 7, 'what was saved')
        }),

    (pact) =>
      pact
        .addInteraction()
        .given(seeded)
        .given(user, { username: 'maria' })
        .uponReceiving('the form is saved with two fields that are wrong')
        .withRequest('PUT', '/api/auth/profile/', (request) =>
          request
            .headers({ Authorization: bearer })
            .jsonBody({ birth_date: '2199-01-01', phone: 'a number of more than twenty characters' })
        )
        .willRespondWith(400, (response) =>
          response.headers({ 'Content-Type': problem }).jsonBody({
            code: 'invalid_input',
            detail: string('2 fields are invalid.'),
            errors: { birth_date: eachLike('Wrong.'), phone: eachLike('Wrong.') }
          })
        )
        .executeTest(async ({ url }) => {
          const wrong = { birth_date: '2199-01-01', phone: 'a number of more than twenty characters' }
          const { body } = await send(url, 'PUT', '/api/auth/profile/', { as: token, body: wrong })
          expect(body.errors.phone[0] !== '' && body.errors.birth_date[0] !== '', 'a message beside each field')
        }),

    (pact) =>
      pact
        .addInteraction()
        .given(seeded)
        .uponReceiving('the page is opened by somebody who is not logged in')
        .withRequest('GET', '/api/auth/profile/')
        .willRespondWith(401, (response) =>
          response
            .headers({ 'Content-Type': problem, 'WWW-Authenticate': regex('^Bearer.*$', 'Bearer realm="user-management"') })
            .jsonBody({ code: 'not_authenticated' })
        )
        .executeTest(async ({ url }) => {
          const { status, body } = await send(url, 'GET', '/api/auth/profile/')
          expect(status === 401 && body.code === 'not_authenticated', 'a reason to show the login')
        }),

    (pact) =>
      pact
        .addInteraction()
        .given(seeded)
        .uponReceiving('the provinces to choose from')
        .withRequest('GET', '/api/auth/provinces/')
        .willRespondWith(200, (response) =>
          response.headers({ 'Content-Type': json }).jsonBody(eachLike({ id: integer(2), name: string('Alajuela') }))
        )
        .executeTest(async ({ url }) => {
          const { body } = await send(url, 'GET', '/api/auth/provinces/')
          expect(body[0].id > 0 && body[0].name !== '', 'something to choose')
        })
  ]
}

const row = {
  id: integer(1),
  username: string('admin'),
  email: string('admin@example.org'),
  first_name: string('Ada'),
  last_name: string('Mora'),
  is_active: boolean(true),
  is_staff: boolean(true),
  date_joined: timestamp("yyyy-MM-dd'T'HH:mm:ss.SSSX", '2026-01-01T12:00:00.000Z'),
  roles: like([1])
}

export const userTable: Consumer = {
  name: 'admin-user-table',
  interactions: [
    (pact) =>
      pact
        .addInteraction()
        .given(seeded)
        .given('there are many users', { count: 60 })
        .given(administrator)
        .uponReceiving('the first page of the table')
        .withRequest('GET', '/api/auth/users/', (request) =>
          request.headers({ Authorization: bearer }).query({ ordering: 'username', page_size: '20' })
        )
        .willRespondWith(200, (response) =>
          response
            .headers({
              'Content-Type': json,
              'X-Total-Count': regex(/^\d+$/, '68'),
              Link: regex('^.*rel="next".*$', '<http://127.0.0.1/api/auth/users/?cursor=abc>; rel="next"')
            })
            .jsonBody(eachLike(row))
        )
        .executeTest(async ({ url }) => {
          const { body, headers } = await send(url, 'GET', '/api/auth/users/?ordering=username&page_size=20', { as: token })
          expect(Number(headers.get('x-total-count')) > 0, 'how many there are')
          expect(/<([^>]+)>; rel="next"/.test(headers.get('link') ?? ''), 'where it goes on')
          expect(
            body.every(({ roles }: { roles: unknown }) => Array.isArray(roles)),
            'rows'
          )
        }),

    (pact) =>
      pact
        .addInteraction()
        .given(seeded)
        .given(administrator)
        .uponReceiving('a search that one user fits')
        .withRequest('GET', '/api/auth/users/', (request) => request.headers({ Authorization: bearer }).query({ search: 'juan' }))
        .willRespondWith(200, (response) =>
          response.headers({ 'Content-Type': json }).jsonBody([{ ...row, id: 4, username: 'juan', is_staff: false }])
        )
        .executeTest(async ({ url }) => {
          const { body } = await send(url, 'GET', '/api/auth/users/?search=juan', { as: token })
          expect(body.length === 1 && body[0].username === 'juan', 'the one that was looked for')
        }),

    (pact) =>
      pact
        .addInteraction()
        .given(seeded)
        .given(administrator)
        .uponReceiving('a user is deactivated and given another role')
        .withRequest('PATCH', '/api/auth/users/4/', (request) =>
          request.headers({ Authorization: bearer }).jsonBody({ is_active: false, roles: [3] })
        )
        .willRespondWith(200, (response) =>
          response.headers({ 'Content-Type': json }).jsonBody({ ...row, id: 4, is_active: false, roles: [3] })
        )
        .executeTest(async ({ url }) => {
          const { body } = await send(url, 'PATCH', '/api/auth/users/4/', { as: token, body: { is_active: false, roles: [3] } })
          expect(body.is_active === false, 'a row to grey out')
        }),

    (pact) =>
      pact
        .addInteraction()
        .given(seeded)
        .given(administrator)
        .uponReceiving('a user is deleted')
        .withRequest('DELETE', '/api/auth/users/4/', (request) => request.headers({ Authorization: bearer }))
        .willRespondWith(204)
        .executeTest(async ({ url }) => {
          expect((await send(url, 'DELETE', '/api/auth/users/4/', { as: token })).status === 204, 'a row to remove')
        }),

    (pact) =>
      pact
        .addInteraction()
        .given(seeded)
        .given(administrator, { username: 'staff' })
        .uponReceiving('a superuser is deleted by who is none')
        .withRequest('DELETE', '/api/auth/users/1/', (request) => request.headers({ Authorization: bearer }))
        .willRespondWith(403, (response) =>
          response.headers({ 'Content-Type': problem }).jsonBody({ code: 'permission_denied', detail: string('Why not.') })
        )
        .executeTest(async ({ url }) => {
          const { body } = await send(url, 'DELETE', '/api/auth/users/1/', { as: token })
          expect(body.detail !== '', 'a reason to show')
        }),

    (pact) =>
      pact
        .addInteraction()
        .given(seeded)
        .given(administrator)
        .uponReceiving('the roles to choose from')
        .withRequest('GET', '/api/auth/roles/', (request) => request.headers({ Authorization: bearer }))
        .willRespondWith(200, (response) =>
          response.headers({ 'Content-Type': json }).jsonBody(eachLike({ id: integer(1), name: string('admin') }))
        )
        .executeTest(async ({ url }) => {
          const { body } = await send(url, 'GET', '/api/auth/roles/', { as: token })
          expect(body[0].name !== '', 'something to choose')
        }),

    (pact) =>
      pact
        .addInteraction()
        .given(seeded)
        .given(user, { username: 'maria' })
        .uponReceiving('the table is opened by who is no administrator')
        .withRequest('GET', '/api/auth/users/', (request) => request.headers({ Authorization: bearer }))
        .willRespondWith(403, (response) => response.headers({ 'Content-Type': problem }).jsonBody({ code: 'permission_denied' }))
        .executeTest(async ({ url }) => {
          const { body } = await send(url, 'GET', '/api/auth/users/', { as: token })
          expect(body.code === 'permission_denied', 'a reason to leave')
        })
  ]
}

export const consumers = [profilePage, userTable]
