import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify'
import t, { type Test } from 'tap'
import { buildApp } from '../../src/app.ts'
import { type Config, readConfig } from '../../src/config.ts'
import { connect, type Database } from '../../src/database/connection.ts'
import { migrate } from '../../src/database/migrator.ts'
import { logSettings } from '../../src/operations/log.ts'
import { violationMessage } from '../../src/operations/response-sample.ts'
import { hash } from '../../src/passwords/hashing-worker.ts'
import { replaceRoles } from '../../src/roles/queries.ts'
import { checkMark } from '../../src/sandbox/mark.ts'
import { insertUser } from '../../src/users/queries.ts'
import { type Answer, contractFaults, type DeploymentSettings, findOperation, noteReached } from './contract.ts'
import { createTestDatabase, stopOwnServer, type TestDatabase } from './postgres.ts'

t.after(stopOwnServer)

/** A password that passes all rules, and its hash at a cost that tests can pay many times. */
export const password = 'correct horse battery staple'
const passwordHash = hash({ password, cost: 4 })

/** What a token says. Compare these and not the tokens: `iat` may differ between two that are otherwise the same. */
export function claims(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] as string, 'base64url').toString())
}

export interface TestUser {
  readonly id: number
  readonly username: string
  readonly email: string
  readonly access: string
  readonly refresh: string
}

export interface RequestOptions {
  readonly as?: TestUser | string | undefined
  readonly body?: unknown
  readonly form?: FormData
  readonly headers?: Record<string, string>
  readonly payload?: string | Buffer
}

export interface TestResponse extends Answer {
  // biome-ignore lint/suspicious/noExplicitAny: a test knows the shape; the contract check has proven it.
  readonly body: any
}

export interface Service {
  readonly app: FastifyInstance
  readonly config: Config
  readonly db: TestDatabase
  readonly database: Database
  /** How many statements the service has sent to Postgres so far. */
  readonly statements: () => number
  /** What the service logged so far. */
  readonly log: () => string
  /** Sends a request and checks the answer against the contract. */
  request(method: NonNullable<InjectOptions['method']>, path: string, options?: RequestOptions): Promise<TestResponse>
  get(path: string, options?: RequestOptions): Promise<TestResponse>
  post(path: string, body?: unknown, options?: RequestOptions): Promise<TestResponse>
  put(path: string, body?: unknown, options?: RequestOptions): Promise<TestResponse>
  delete(path: string, options?: RequestOptions): Promise<TestResponse>
  /** Makes a user and logs in. */
  user(fields?: { username?: string; email?: string; roles?: string[]; superuser?: boolean }): Promise<TestUser>
  admin(): Promise<TestUser>
  /** Names of the files below the picture store. */
  pictures(): Promise<string[]>
}

/**
 * Starts the service on a database of its own; all of it is gone when the test ends. With SANDBOX=1 it is a sandbox. An
 * answer that is not as the contract has it fails the test, unless `given.violations` allows it.
 * `given.pooled`: DATABASE_URL leads to a pooler.
 */
export async function startService(
  t: Test,
  settings: Record<string, string> = {},
  given: { db?: TestDatabase; dataDir?: string; violations?: boolean; pooled?: boolean } = {}
): Promise<Service> {
  // First, so that what a refused configuration has been given goes with the test too.
  const db = given.db ?? (await createTestDatabase(settings.SANDBOX === '1' ? 'template0' : undefined))
  if (!given.db) t.teardown(() => db.drop())
  const dataDir = given.dataDir ?? (await mkdtemp(join(tmpdir(), 'user-management-service-')))
  if (!given.dataDir) t.teardown(() => rm(dataDir, { recursive: true, force: true }))
  const config = readConfig({
    DATABASE_URL: db.url,
    DATA_DIR: dataDir,
    PASSWORD_HASH_COST: '4',
    PASSWORD_HASH_THREADS: '1',
    RATE_LIMIT: 'off',
    RATE_LIMIT_CREDENTIALS: 'off',
    JWT_SECRET: 'a secret for tests, long enough to sign',
    ...settings
  })
  if (config.sandbox) {
    await checkMark(db.url, true)
    await migrate(db.url, config.database)
  }
  const lines: string[] = []
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk))
      done()
    }
  })
  let statements = 0
  const database = connect({
    ...config.database,
    url: config.database.url as string,
    timeouts: { statement: config.database.statementTimeout, lock: config.database.lockTimeout, onServer: !given.pooled },
    onError: () => {},
    onStatement: () => {
      statements += 1
    }
  })
  let built: FastifyInstance | undefined
  t.teardown(async () => {
    await built?.close()
    await database.destroy()
    const violation = given.violations ? undefined : lines.find((line) => line.includes(violationMessage))
    if (violation) throw new Error(violation)
  })

  const app = await buildApp({
    config,
    database,
    databaseUrl: config.database.url as string,
    logger: { level: 'trace', ...logSettings, stream }
  })
  built = app
  // Whoever asks, and however: with request() or past it.
  const inject = app.inject.bind(app) as (options: InjectOptions | string) => Promise<LightMyRequestResponse>
  app.inject = (async (given: InjectOptions | string) => {
    const response = await inject(given)
    const { method = 'GET', url } = typeof given === 'string' ? { url: given } : given
    const { statusCode: status, headers, payload: text } = response
    checkAnswer(t, method, String(url), { status, headers, text }, config)
    return response
  }) as typeof app.inject

  let made = 0
  const service: Service = {
    app,
    config,
    db,
    database,
    statements: () => statements,
    log: () => lines.join(''),
    async request(method, path, { as, body, form, headers = {}, payload } = {}) {
      const token = typeof as === 'string' ? as : as?.access
      const encoded = form ? await encodeForm(form) : undefined
      const response = await app.inject({
        method,
        url: path,
        headers: { ...(token !== undefined && { authorization: `Bearer ${token}` }), ...encoded?.headers, ...headers },
        ...(body !== undefined && { payload: body as object }),
        ...(encoded && { payload: encoded.payload }),
        ...(payload !== undefined && { payload })
      })
      const answer = { status: response.statusCode, headers: response.headers, text: response.payload }
      const json = /[/+]json/.test(String(response.headers['content-type']))
      return { ...answer, body: json ? response.json() : undefined }
    },
    get: (path, options) => service.request('GET', path, options),
    post: (path, body, options) => service.request('POST', path, { body, ...options }),
    put: (path, body, options) => service.request('PUT', path, { body, ...options }),
    delete: (path, options) => service.request('DELETE', path, options),
    async user({ username, email, roles = [], superuser = false } = {}) {
      made += 1
      const name = username ?? `user${made}`
      const address = email ?? `${name}@example.org`
      const id = (await insertUser(database, {
        username: name,
        email: address,
        password: passwordHash,
        first_name: '',
        last_name: '',
        is_active: true,
        is_staff: superuser,
        is_superuser: superuser
      })) as number
      const groups = await database
        .selectFrom('auth_group')
        .select('id')
        .where('name', 'in', [...roles, ''])
        .execute()
      await replaceRoles(
        database,
        'user',
        id,
        groups.map((group) => group.id)
      )
      const { body } = await service.post('/api/auth/token/', { username: name, password })
      return { id, username: name, email: address, access: body.access, refresh: body.refresh }
    },
    admin: () => service.user({ username: `admin${made + 1}`, roles: ['admin'] }),
    pictures: () => readdir(join(dataDir, 'media', 'profile_pics')).catch(() => [])
  }
  return service
}

/** Fails the test where an answer is not as the contract has it. */
export function checkAnswer(
  t: Pick<Test, 'fail'>,
  method: string,
  path: string,
  answer: Answer,
  settings: DeploymentSettings
): void {
  const head = method === 'HEAD'
  const template = (path.split('?', 1)[0] as string).replace(/^\/auth\//, '/api/auth/')
  const operation = findOperation(head ? 'GET' : method, template, settings.sandbox)
  if (!operation) return
  if (!head) noteReached(operation, answer)
  const faults = contractFaults(operation, answer, settings, head)
  if (faults.length > 0) t.fail('an answer is not as the contract has it', { faults })
}

async function encodeForm(form: FormData): Promise<{ payload: Buffer; headers: Record<string, string> }> {
  const request = new Request('http://localhost/', { method: 'POST', body: form })
  return {
    payload: Buffer.from(await request.arrayBuffer()),
    headers: { 'content-type': request.headers.get('content-type') as string }
  }
}
