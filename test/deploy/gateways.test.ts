import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { parse } from 'yaml'
import { readConfig } from '../../src/config.ts'
import { freePort } from '../../src/database/embedded.ts'
import { contract } from '../support/contract.ts'
import { findProgram, runProcess } from '../support/process.ts'
import { type Service, startService, type TestUser } from '../support/service.ts'
import { until } from '../support/wait.ts'

const deploy = fileURLToPath(new URL('../../deploy/', import.meta.url))
// ENVOY and TRAEFIK name programs that are not on the PATH.
const nginx = findProgram('nginx', '/usr/sbin/nginx')
const envoy = findProgram(process.env.ENVOY, 'envoy')
const traefik = findProgram(process.env.TRAEFIK, 'traefik')
const missing = (program: string | undefined, name: string) =>
  program === undefined && `there is no ${name} here, so its example was not run`

interface House {
  readonly replicas: readonly [Service, Service]
  readonly user: TestUser
  /** A copy of the gateway's examples, with addresses of this test in the place of those in it. */
  readonly folder: string
  readonly address: string
}

/** Two replicas and another service, and an example of `gateway` that leads to them. */
async function build(t: Test, gateway: string, changes: (port: number) => readonly [string, string][]): Promise<House> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const settings = {
    JWT_SECRET: '',
    JWT_PRIVATE_KEY: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    BASE_PATH: '/accounts',
    TRUST_PROXY: '127.0.0.1'
  }
  const first = await startService(t, settings)
  const replicas = [first, await startService(t, settings, { db: first.db, dataDir: first.config.dataDir })] as const
  const [one, two] = await Promise.all(replicas.map(({ app }) => app.listen({ host: '127.0.0.1', port: 0 })))
  const orders = createServer((request, response) => response.end(JSON.stringify(request.headers))).listen(0, '127.0.0.1')
  await once(orders, 'listening')
  t.teardown(() => {
    orders.closeAllConnections()
    orders.close()
  })

  const folder = await mkdtemp(join(tmpdir(), `user-management-${gateway}-`))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  await cp(join(deploy, 'gateway', gateway), folder, { recursive: true })
  const port = await freePort()
  const ports = [one, two].map((address) => new URL(address as string).port)
  const addresses: [string, string][] = [
    ['service-1:8000', `127.0.0.1:${ports[0]}`],
    ['service-2:8000', `127.0.0.1:${ports[1]}`],
    ['orders:9000', `127.0.0.1:${(orders.address() as AddressInfo).port}`],
    ['service-1, port_value: 8000', `127.0.0.1, port_value: ${ports[0]}`],
    ['service-2, port_value: 8000', `127.0.0.1, port_value: ${ports[1]}`],
    ['orders, port_value: 9000', `127.0.0.1, port_value: ${(orders.address() as AddressInfo).port}`]
  ]
  const names = { nginx: ['nginx.conf', 'orders.conf'], envoy: ['envoy.yaml'], traefik: ['traefik.yaml', 'dynamic.yaml'] }
  for (const name of names[gateway as keyof typeof names]) {
    let text = await readFile(join(folder, name), 'utf8')
    for (const [from, to] of [...addresses, ...changes(port)]) text = text.replaceAll(from, to)
    await writeFile(join(folder, name), text)
  }
  return { replicas, user: await first.user(), folder, address: `http://127.0.0.1:${port}` }
}

type Ask = (path: string, headers?: Record<string, string>) => Promise<{ status: number; headers: Headers; text: string }>

/** Asks the gateway once it answers; `ended` tells what became of it. */
async function open(address: string, output: () => string): Promise<Ask> {
  const ask: Ask = async (path, headers = {}) => {
    const answer = await fetch(address + path, { headers })
    return { status: answer.status, headers: answer.headers, text: await answer.text() }
  }
  for (let wait = 0; wait < 400; wait += 1) {
    if ((await ask('/healthz').catch(() => undefined))?.status === 200) return ask
    await sleep(50)
  }
  throw new Error(`The gateway never answered:\n${output()}`)
}

/** What every gateway has to do for the service. */
async function leads(t: Test, ask: Ask, { replicas, user }: House): Promise<void> {
  const bearer = { authorization: `Bearer ${user.access}` }
  const served = (service: Service) => service.log().split('"operation":"getProfile"').length - 1
  const asked = 20
  for (let index = 0; index < asked; index += 1) {
    const path = index % 2 === 0 ? '/api/auth/profile/' : '/accounts/api/auth/profile/'
    t.equal((await ask(path, bearer)).status, 200, path)
  }
  const shares = replicas.map(served)
  t.ok(
    shares.every((share) => share > 0),
    `both replicas answer: ${shares.join(' and ')}`
  )
  t.equal((await ask('/metrics')).status, 404, 'figures are not for the world')
  const refused = await ask('/api/auth/users/', { ...bearer, 'x-request-id': 'of-a-client' })
  t.equal(refused.status, 403)
  const id = refused.headers.get('x-request-id') as string
  t.equal(JSON.parse(refused.text).request_id, id)
  t.ok(
    replicas.some(({ log }) => log().includes(`"request_id":"${id}"`)),
    'the log has the id that the client was given'
  )
}

const claimed = { 'x-auth-user': 'admin', 'x-auth-user-id': '1', 'x-auth-roles': 'admin' }

/** Another service behind the gateway is called by users only, and told who they are. */
async function guards(t: Test, ask: Ask, { user }: House): Promise<void> {
  const anonymous = await ask('/orders/7', claimed)
  t.equal(anonymous.status, 401)
  t.match(anonymous.headers.get('www-authenticate'), /^Bearer/)
  t.equal((await ask('/orders/7', { authorization: 'Bearer x.y.z' })).status, 401)
  const { status, text } = await ask('/orders/7', { ...claimed, authorization: `Bearer ${user.access}` })
  t.equal(status, 200)
  const told = JSON.parse(text)
  t.same([told['x-auth-user'], told['x-auth-user-id']], [user.username, String(user.id)])
  t.notMatch(told['x-auth-roles'] ?? '', 'admin')
}

async function endsAtOnce(ask: Ask, { replicas, user }: House): Promise<void> {
  await replicas[0].post('/api/auth/logout/', { refresh: user.refresh })
  const asked = () => ask('/orders/7', { authorization: `Bearer ${user.access}` })
  await until('the end of a session', async () => (await asked()).status === 401)
}

t.test('nginx: two replicas, and auth_request for another service', { skip: missing(nginx, 'nginx') }, async (t) => {
  const house = await build(t, 'nginx', (port) => [
    ['listen 8080', `listen 127.0.0.1:${port}`],
    ['# include orders.conf', 'include orders.conf'],
    // As whoever runs the tests, who may write where they do.
    ['daemon off;', process.getuid?.() === 0 ? 'daemon off; user root;' : 'daemon off;']
  ])
  const file = join(house.folder, 'nginx.conf')
  await writeFile(file, (await readFile(file, 'utf8')).replaceAll('/tmp/nginx', join(house.folder, 'nginx')))
  const { output } = runProcess(t, nginx as string, ['-p', house.folder, '-e', 'stderr', '-c', file])
  const ask = await open(house.address, output)
  await leads(t, ask, house)
  await guards(t, ask, house)
  const { text } = await ask('/orders/7', { authorization: `Bearer ${house.user.access}`, 'x-forwarded-for': '203.0.113.9' })
  t.equal(JSON.parse(text)['x-forwarded-for'], '127.0.0.1', 'what a client says of its address is not passed on')
  await endsAtOnce(ask, house)
})

t.test('Traefik: two replicas, and forward auth for another service', { skip: missing(traefik, 'Traefik') }, async (t) => {
  const house = await build(t, 'traefik', (port) => [
    [':8080', `127.0.0.1:${port}`],
    ['filename: dynamic.yaml', 'filename: ./dynamic.yaml']
  ])
  const { output } = runProcess(t, traefik as string, ['--configFile=traefik.yaml'], { cwd: house.folder })
  const ask = await open(house.address, output)
  await leads(t, ask, house)
  await guards(t, ask, house)
  await endsAtOnce(ask, house)
})

t.test(
  'Envoy: two replicas, and tokens checked by our JWKS for another service',
  { skip: missing(envoy, 'Envoy') },
  async (t) => {
    const house = await build(t, 'envoy', (port) => [['0.0.0.0, port_value: 8080', `127.0.0.1, port_value: ${port}`]])
    const args = ['-c', join(house.folder, 'envoy.yaml'), '--use-dynamic-base-id', '--concurrency', '1', '-l', 'warning']
    const { output } = runProcess(t, envoy as string, args)
    const ask = await open(house.address, output)
    // The keys are fetched when it starts, and again a moment after that failed.
    const { access } = house.user
    const asked = () => ask('/orders/7', { authorization: `Bearer ${access}` })
    await until('the keys', async () => (await asked()).status === 200)
    await leads(t, ask, house)
    await guards(t, ask, house)
    const refresh = await ask('/orders/7', { authorization: `Bearer ${house.user.refresh}` })
    t.equal(refresh.status, 403, 'a refresh token is no access token')
  }
)

t.test('Traefik: what its routers and middlewares name is there', async (t) => {
  const { http } = parse(await readFile(join(deploy, 'gateway/traefik/dynamic.yaml'), 'utf8'))
  for (const { service, middlewares = [] } of Object.values<{ service: string; middlewares?: string[] }>(http.routers)) {
    t.ok(service in http.services, service)
    for (const name of middlewares) t.ok(name in http.middlewares, name)
  }
  const { pathname } = new URL(http.middlewares.verified.forwardAuth.address)
  t.equal(contract.operations.find(({ operationId }) => operationId === 'verifyAccess')?.path, pathname)
})

t.test('Kong: its file leads to paths that there are', async (t) => {
  const kong = parse(await readFile(join(deploy, 'gateway/kong/kong.yaml'), 'utf8'))
  t.equal(kong._format_version, '3.0')
  const own = kong.services.find(({ name }: { name: string }) => name === 'user-management')
  t.ok(kong.upstreams.some(({ name }: { name: string }) => name === own.host))
  const { paths } = own.routes[0]
  for (const { path } of contract.operations) {
    t.ok(
      paths.some((each: string) => path.startsWith(each)),
      path
    )
  }
  const service = await startService(t)
  for (const path of paths.filter((each: string) => !/^\/(api\/auth|auth|media)$/.test(each))) {
    t.equal((await service.app.inject(path)).statusCode, 200, path)
  }
  t.equal(kong.consumers[0].jwt_secrets[0].key, service.config.tokens.issuer)
})

t.test('compose.yaml: what it tells the service is a configuration for production', async (t) => {
  const compose = parse(await readFile(join(deploy, 'compose.yaml'), 'utf8'), { merge: true })
  const given: Record<string, string> = {
    POSTGRES_PASSWORD: 'secret',
    ADMIN_PASSWORD: 'correct horse battery staple',
    JWT_PRIVATE_KEY: generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  }
  const filled = (text: string) =>
    text.replaceAll(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (_all, name, kind, rest) => given[name] ?? (kind === '-' ? rest : ''))
  for (const name of ['service-1', 'service-2']) {
    const { environment } = compose.services[name]
    const variables = Object.fromEntries(Object.entries<string>(environment).map(([key, value]) => [key, filled(value)]))
    const config = readConfig({ ...variables, NODE_ENV: 'production', HOST: '0.0.0.0' })
    t.match(config.database.url, 'secret@postgres')
    t.same(config.trustProxy, [compose.networks.default.ipam.config[0].subnet])
  }
  const nginxConf = await readFile(join(deploy, 'gateway/nginx/nginx.conf'), 'utf8')
  for (const name of ['service-1', 'service-2']) t.match(nginxConf, `server ${name}:8000`)
})
