import type autocannon from 'autocannon'
import sharp from 'sharp'
import { password } from './database.ts'
import type { Load } from './load.ts'
import type { Server } from './servers.ts'

export type Tokens = readonly {
  readonly id: number
  readonly username: string
  readonly access: string
  readonly refresh: string
}[]

/** Logs the first `count` seeded users in; the first is an administrator. */
export async function logIn(server: Server, count: number): Promise<Tokens> {
  const one = async (index: number) => {
    const username = `user${index}`
    const response = await fetch(`${server.url}/api/auth/token/`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username, password })
    })
    const { access, refresh } = (await response.json()) as { access: string; refresh: string }
    if (!response.ok) throw new Error(`Login of ${username}: ${response.status}`)
    return { id: index, username, access, refresh }
  }
  const active = Array.from({ length: count * 2 }, (_, index) => index + 1).filter((id) => id % 20 !== 0)
  return Promise.all(active.slice(0, count).map(one))
}

const bearer = (access: string) => ({ authorization: `Bearer ${access}` })
const json = { 'content-type': 'application/json' }

export interface Scenario extends Omit<Load, 'seconds'> {
  readonly name: string
}

/** What is held against the baseline. Access tokens live as long as all of it takes. */
export async function throughputScenarios(tokens: Tokens): Promise<Scenario[]> {
  const admin = tokens[0] as Tokens[number]
  const get = (path: string, as = admin): autocannon.Request => ({ method: 'GET', path, headers: bearer(as.access) })
  const profile = tokens.map((user) => get('/api/auth/profile/', user))
  const change = tokens.map((user, index): autocannon.Request => {
    const body = JSON.stringify({ phone: `+506 ${index}`, bio: `Likes the number ${index}` })
    return { method: 'PUT', path: '/api/auth/profile/', headers: { ...bearer(user.access), ...json }, body }
  })
  const user = tokens.map(({ id }) => get(`/api/auth/users/${id}/`))
  const roles = [get('/api/auth/roles/')]
  const verify = tokens.map((each) => get('/api/auth/verify/', each))
  const list = [get('/api/auth/users/?page_size=20')]
  const mixed = profile.flatMap((each, index) => [
    each,
    each,
    each,
    verify[index] as autocannon.Request,
    ...(index % 4 === 0
      ? [change[index] as autocannon.Request, user[index] as autocannon.Request, list[0] as autocannon.Request]
      : [])
  ])
  return [
    { name: 'profile', connections: 20, requests: profile },
    { name: 'verify', connections: 20, requests: verify },
    { name: 'roles', connections: 20, requests: roles },
    { name: 'user', connections: 20, requests: user },
    { name: 'update', connections: 20, requests: change },
    { name: 'list', connections: 20, requests: list },
    { name: 'mixed', connections: 20, requests: mixed },
    { name: 'refresh', connections: 10, ...refreshing(tokens) },
    { name: 'upload', connections: 4, requests: [await upload(admin)] }
  ]
}

/** Each connection goes on with the refresh token that it was answered with. */
function refreshing(tokens: Tokens): Pick<Load, 'requests' | 'setupClient'> {
  const newest = tokens.map(({ refresh }) => refresh)
  return {
    requests: [{ method: 'POST', path: '/api/auth/token/refresh/', headers: json }],
    setupClient(client, index) {
      client.setBody(JSON.stringify({ refresh: newest[index] }))
      client.on('body', (body) => {
        newest[index] = JSON.parse(body.toString()).refresh
        client.setBody(JSON.stringify({ refresh: newest[index] }))
      })
    }
  }
}

/** What must not grow with the number of users, one request at a time. */
export function growthScenarios(admin: Tokens[number], users: number): Omit<Scenario, 'connections'>[] {
  const get = (path: string): autocannon.Request[] => [{ method: 'GET', path, headers: bearer(admin.access) }]
  const deep = Buffer.from(JSON.stringify(['id', String(users - 40), users - 40, 0])).toString('base64url')
  const byName = Buffer.from(JSON.stringify(['username', `user${users - 40}`, users - 40, 0])).toString('base64url')
  return [
    { name: 'user by id', requests: get(`/api/auth/users/${users - 1}/`) },
    { name: 'first page', requests: get('/api/auth/users/?page_size=20') },
    { name: 'deep page', requests: get(`/api/auth/users/?page_size=20&cursor=${deep}`) },
    { name: 'deep page by name', requests: get(`/api/auth/users/?page_size=20&ordering=username&cursor=${byName}`) },
    { name: 'search', requests: get(`/api/auth/users/?page_size=20&search=user${users - 3}`) },
    { name: 'search of two words', requests: get(`/api/auth/users/?page_size=20&search=rojas+${users - 3}@example`) }
  ]
}

async function upload({ access }: Tokens[number]): Promise<autocannon.Request> {
  const form = new FormData()
  form.set('profile_picture', new Blob([await largePicture()]), 'noise.png')
  const request = new Request('http://localhost/', { method: 'PUT', body: form })
  return {
    method: 'PUT',
    path: '/api/auth/profile/',
    headers: { ...bearer(access), 'content-type': request.headers.get('content-type') as string },
    body: Buffer.from(await request.arrayBuffer())
  }
}

/** A picture of about 2 MB. */
async function largePicture(): Promise<Buffer> {
  const side = 840
  const noise = Buffer.from(
    Uint32Array.from({ length: (side * side * 3) / 4 }, (_, index) => Math.imul(index, 2654435761)).buffer
  )
  return sharp(noise, { raw: { width: side, height: side, channels: 3 } })
    .png()
    .toBuffer()
}

export interface Export {
  /** Milliseconds until the first byte and until the last. */
  readonly firstByte: number
  readonly total: number
  readonly bytes: number
  readonly lines: number
  /** Bytes by which the server's memory grew at the most. */
  readonly growth: number
}

/** Takes all users out as `type`, and watches the server's memory meanwhile. */
export async function timeExport(server: Server, admin: Tokens[number], type: string): Promise<Export> {
  const before = await server.memory()
  let most = before
  const begun = performance.now()
  const response = await fetch(`${server.url}/api/auth/users/`, { headers: { ...bearer(admin.access), accept: type } })
  if (!response.ok || !response.body) throw new Error(`Export: ${response.status}`)
  let [firstByte, bytes, lines, looked] = [0, 0, 0, 0]
  for await (const chunk of response.body) {
    if (bytes === 0) firstByte = performance.now() - begun
    bytes += chunk.length
    for (const byte of chunk) if (byte === 10) lines += 1
    if (performance.now() - looked > 50) {
      most = Math.max(most, await server.memory())
      looked = performance.now()
    }
  }
  return { firstByte, total: performance.now() - begun, bytes, lines, growth: most - before }
}
