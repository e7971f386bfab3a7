import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { connect } from '../../src/database/connection.ts'
import { freePort } from '../../src/database/embedded.ts'
import { hash } from '../../src/passwords/hashing-worker.ts'
import { insertUser } from '../../src/users/queries.ts'
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts'
import { password, startService } from '../support/service.ts'

const [loader, cli, har] = ['../../scripts/typescript.js', '../../src/cli.ts', './fixtures/browser.har'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url))
) as [string, string, string]

/** Runs the command as its own process, as an operator does. */
function run(args: string[], env: Record<string, string> = {}): Promise<{ code: number; output: string }> {
  return new Promise((done) => {
    const options = { env: { PATH: process.env.PATH, ...env } as NodeJS.ProcessEnv }
    execFile(process.execPath, ['--import', loader, cli, 'shadow', ...args], options, (error, stdout, stderr) =>
      done({ code: error === null ? 0 : Number(error.code), output: stdout + stderr })
    )
  })
}

/** A database with a superuser and more users than a page of the list has, and a copy of it. */
async function twoDatabases(t: Test): Promise<[TestDatabase, TestDatabase]> {
  const first = await createTestDatabase()
  t.teardown(() => first.drop())
  const database = connect({ url: first.url, poolSize: 1, preparedStatements: false, onError: () => {} })
  const fields = { first_name: '', last_name: '', is_active: true, is_staff: false }
  for (let number = 0; number < 55; number += 1) {
    const username = number === 0 ? 'boss' : `user${number}`
    const hashed = await hash({ password, cost: 4 })
    const user = { ...fields, username, email: `${username}@example.org`, password: hashed, is_superuser: number === 0 }
    await insertUser(database, user)
  }
  await database.destroy()
  // Reading a profile would make it, at another time in each database.
  await first.query('insert into api_userprofile (user_id, created_at, updated_at) select id, now(), now() from auth_user')
  const second = await createTestDatabase(first.name)
  t.teardown(() => second.drop())
  return [first, second]
}

async function listen(t: Test, db: TestDatabase, settings: Record<string, string> = {}): Promise<string> {
  const { app } = await startService(t, settings, { db })
  return app.listen({ host: '127.0.0.1', port: 0 })
}

/** A server that is not ours. */
async function serve(t: Test, listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => new Promise((done) => server.close(done).closeAllConnections()))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function file(t: Test, text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'user-management-shadow-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  await writeFile(join(folder, 'file'), text)
  return join(folder, 'file')
}

const login = ['--username', 'boss']
const secret = { SHADOW_PASSWORD: password }
/** The two logins of a run are at different times, where each service has its own database. */
const lastLogin = `
- { reason: Each has its own login., path: '/api/auth/users/**', at: '$[*].last_login' }
- { reason: Each has its own login., path: '/api/auth/users/**', at: $.last_login }
`

t.test('two services with the same data are told to be equal, and the command ends with 0', async (t) => {
  const [first, second] = await twoDatabases(t)
  const [older, newer] = [await listen(t, first), await listen(t, second)]
  const differences = await file(t, lastLogin)
  const { code, output } = await run(['--old', older, '--new', `${newer}/`, ...login, '--differences', differences], secret)
  t.equal(code, 0, output)
  t.match(output, /^GET \/api\/auth\/profile\/ +200 +200 +equal$/m)
  t.match(output, /^GET \/api\/auth\/user_profile\/ +200 +200 +equal$/m)
  t.match(output, /^GET \/api\/auth\/user_profile\/55\/ +200 +200 +equal$/m)
})

t.test('changed data is told field by field, without what nobody may see, and the command ends with 1', async (t) => {
  const [first, second] = await twoDatabases(t)
  await second.query(`update api_userprofile set phone = '2222 3333', bio = 'eyJhbGciOiJIUzI1NiJ9.e30.c2ln' || chr(27)
    where user_id = (select id from auth_user where username = 'boss')`)
  await second.query(`delete from api_provinces where name = 'Heredia'`)
  const [older, newer] = [await listen(t, first), await listen(t, second)]
  const differences = await file(t, lastLogin)
  const { code, output } = await run(['--old', older, '--new', newer, ...login, '--differences', differences], secret)
  t.equal(code, 1)
  t.match(output, /^GET \/api\/auth\/profile\/ +200 +200 +different \(2\)$/m)
  t.match(output, '$.phone changed: null -> "2222 3333"')
  t.match(output, /^ +\$\.bio changed: null -> "\(hidden\)\\u001b"$/m)
  t.match(output, /^GET \/api\/auth\/provinces\/\d+\/ +200 +404 +different \(1\)$/m)
  t.match(output, /\$\[id=\d\] removed: \{"id":\d,"name":"Heredia"\} -> \(nothing\)/)
  t.notMatch(output, password)
})

t.test('a HAR file is replayed: its reads only, each once, with the tokens of now', async (t) => {
  const [first] = await twoDatabases(t)
  const service = await listen(t, first, { CORS_ORIGINS: 'https://app.example.org' })
  const seen: string[] = []
  const older = await serve(t, (request, response) => {
    const { method, url, headers } = request
    seen.push(`${method} ${url} ${headers.authorization} ${headers.cookie} ${headers.origin}`)
    response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>Not found</h1>')
  })
  const args = ['--old', older, '--new', service, '--old-token', 'abc', '--har', har]
  const { code, output } = await run(args, { SHADOW_NEW_TOKEN: 'none' })
  t.equal(code, 1)
  t.same(seen, [
    'GET /api/auth/profile/ Bearer abc undefined https://app.example.org',
    'GET /api/auth/provinces/?search=h&token=not-to-be-shown Bearer abc undefined undefined',
    'GET /auth/roles/ Bearer abc undefined undefined'
  ])
  t.match(output, 'browser.har: 3 reads, and 1 of paths that are not ours.')
  t.match(output, /^GET \/api\/auth\/provinces\/\?search=h&token=\(hidden\) +404 +200 /m)
  t.notMatch(output, /not-to-be/)
})

t.test('an unpaged list of Django is compared with all pages of ours; what it answers with counts too', async (t) => {
  const [first] = await twoDatabases(t)
  const newer = await listen(t, first)
  const users = await first.query(`select username, email, first_name, last_name from auth_user order by username desc`)
  let waits = 0
  const older = await serve(t, (request, response) => {
    const json = (status: number, body: unknown, headers = {}) =>
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
    if (request.url === '/api/auth/token/') json(200, { access: 'abc' })
    else if (request.url === '/api/auth/users/' && waits++ === 0) json(429, {}, { 'retry-after': '1' })
    else if (request.url === '/api/auth/users/') json(200, users)
    else if (request.url === '/api/auth/roles/') response.writeHead(200, { 'content-type': 'text/html' }).end('[]')
    else json(200, { detail: 'Las credenciales no se proveyeron.' })
  })
  const list = (...paths: string[]) =>
    file(t, JSON.stringify({ log: { entries: paths.map((path) => ({ request: { method: 'GET', url: `http://any${path}` } })) } }))
  const equal = await run(['--old', older, '--new', newer, ...login, '--har', await list('/api/auth/users/')], secret)
  t.equal(equal.code, 0, equal.output)
  t.match(equal.output, /^GET \/api\/auth\/users\/ +200 +200 +intended \(440\)$/m)
  t.match(equal.output, / 385 +Users have an id/)
  t.match(equal.output, / 55 +The profile of a user/)

  await first.query(`update auth_user set first_name = 'Ana' where username = 'user9'`)
  const paths = await list('/api/auth/users/', '/api/auth/roles/', '/api/auth/users/?page_size=10')
  const other = await run(['--old', older, '--new', newer, ...login, '--har', paths], secret)
  t.equal(other.code, 1)
  t.match(other.output, '$[username="user9"].first_name changed: "" -> "Ana"')
  t.match(other.output, 'header:content-type changed: "text/html" -> "application/json; charset=utf-8"')
})

t.test('a refusal that proves nothing, and whatever can not be done, is told in a line, with the exit code 1', async (t) => {
  const [first] = await twoDatabases(t)
  const service = await listen(t, first)
  const both = ['--old', service, '--new', service]
  const nowhere = ['--old', service, '--new', `http://127.0.0.1:${await freePort()}`, ...login]
  for (const [args, env, message] of [
    [both, {}, /^Give --username/],
    [[...both, ...login], {}, /SHADOW_PASSWORD/],
    [[...both, ...login], { SHADOW_PASSWORD: 'wrong' }, /^The old service gives boss no token: it answers 401\.$/m],
    [['--old', service, ...login], secret, /^Give --new http/],
    [['--old', 'here', '--new', service], {}, /^Give --old http/],
    [[...both, '--old-token', 'x', '--new-token', 'y'], {}, /^profile\/ is answered with 401 \(old\) and 401 \(new\)/],
    [nowhere, secret, /^The new service at http:\/\/127\.0\.0\.1:\d+ can't be reached: .*ECONNREFUSED/],
    [[...both, '--har', cli], {}, /can't be read as a HAR file/],
    [[...both, '--har', await file(t, '{"log": {"entries": []}}')], {}, /There is nothing to compare/],
    [
      [...both, ...login, '--differences', await file(t, '- { path: "/**", at: "$" }')],
      secret,
      /\/0 must have required property 'reason'/
    ],
    [[...both, ...login, '--differences', await file(t, 'a: [')], secret, /^The differences can't be read/]
  ] as [string[], Record<string, string>, RegExp][]) {
    const { code, output } = await run(args, env)
    t.equal(code, 1, args.join(' '))
    t.match(output, message)
    t.notMatch(output, /^\s+at /m)
  }
})
