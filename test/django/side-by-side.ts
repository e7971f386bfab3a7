/**
 * Do Django and this service run side by side, on one database that Django made?
 *
 *   node --import ./scripts/typescript.js test/django/side-by-side.ts
 *
 * For the app label api and for another one: Django migrates an empty database and makes users; the service takes it over;
 * users made, and passwords and roles changed, on either side hold on the other; tokens and a reset link of Django's are
 * good here. Prints a line for each thing that held, and ends with 1 at the first that did not.
 *
 * Sets itself up: a Postgres of its own, and a virtual environment from PyPI; where there is no python3 or no PyPI it says
 * that it was skipped, and ends with 0. Leaves nothing behind. PYTHON names another interpreter.
 */
import assert from 'node:assert/strict'
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import pg from 'pg'
import { freePort, startEmbedded } from '../../src/database/embedded.ts'
import { setUpPython } from './python.ts'

const run = promisify(execFile)
const [here, loader, cli] = ['.', '../../scripts/typescript.js', '../../src/cli.ts'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url))
) as [string, string, string]
const password = 'correct horse battery staple'
const pixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64'
)
const folder = await mkdtemp(join(tmpdir(), 'user-management-django-'))

try {
  const python = await setUpPython(folder, 'requirements.txt')
  const postgres = python === undefined ? undefined : await startEmbedded(join(folder, 'data'))
  try {
    for (const label of python && postgres ? ['api', 'shop'] : []) {
      await onServer(postgres?.url as string, `create database ${label}`)
      const url = new URL(postgres?.url as string)
      url.pathname = `/${label}`
      await sideBySide(python as string, url.href, label)
    }
  } finally {
    await postgres?.stop()
  }
} finally {
  await rm(folder, { recursive: true, force: true })
}

async function sideBySide(python: string, url: string, label: string): Promise<void> {
  const environment = { PATH: process.env.PATH ?? '', DATABASE_URL: url, DJANGO_APP_LABEL: label }
  // biome-ignore lint/suspicious/noExplicitAny: what each step prints.
  const django = async (...step: string[]): Promise<any> => {
    const args = [join(here, 'side_by_side.py'), ...step]
    const { stdout } = await run(python, args, { env: { ...environment, PYTHONDONTWRITEBYTECODE: '1' } })
    return JSON.parse(stdout)
  }
  const held = (what: string) => console.log(`ok   ${label}: ${what}`)

  await django('migrate')
  const rootId = await django('register', 'root', 'root@example.org', password, 'superuser')
  await django('register', 'maria', 'maria@example.org', password)
  const before = await django('rows')
  const migrated = await run(process.execPath, ['--import', loader, cli, 'migrate'], { env: environment })
  assert.match(migrated.stdout, /taken over as they are/)
  assert.deepEqual(await django('rows'), before)
  held(`the database that Django made was taken over, and its ${before.length} rows are as they were`)

  const data = join(folder, `service-${label}`)
  const service = await startService({
    ...environment,
    DATA_DIR: data,
    JWT_SECRET: 'a secret for tests, long enough to sign',
    // That of the project's settings.
    LEGACY_JWT_SECRET: 'only-for-fixtures',
    LEGACY_JWT_UNTIL: new Date(Date.now() + 86_400_000).toISOString()
  })
  try {
    const here = async (username: string, secret = password) =>
      (await service.send('POST', 'token/', { username, password: secret })).body.access as string | undefined
    const legacy = await django('login', 'maria', password)
    const profile = await service.send('GET', 'profile/', undefined, legacy.access)
    assert.deepEqual([profile.status, profile.body.username], [200, 'maria'])
    const refreshed = await service.send('POST', 'token/refresh/', { refresh: legacy.refresh })
    assert.equal((await service.send('GET', 'profile/', undefined, refreshed.body.access)).status, 200)
    held('tokens that simplejwt gave are taken here, and refreshed for ours')

    const root = await here('root')
    assert.ok(root && (await here('maria@example.org')))
    assert.ok(await django('login', 'maria', password))
    held('users whom Django made log in here, and still there after their hashes were upgraded')

    const fields = { username: 'pedro', email: 'pedro@example.org', password, profile: { phone: '2222', province: 'Heredia' } }
    const pedro = await service.send('POST', 'register/', fields)
    assert.equal(pedro.status, 201)
    assert.ok(await django('login', 'pedro', password))
    const seen = await django('show', 'pedro')
    assert.deepEqual([seen.id, seen.phone], [pedro.body.id, '2222'])
    const ana = await django('register', 'ana', 'ana@example.org', password)
    assert.ok(await here('ana'))
    assert.deepEqual([pedro.body.id, ana], [rootId + 2, rootId + 3])
    held('a user registered on either side logs in on the other, and ids come from the same sequences')

    await django('give_role', 'pedro', 'admin')
    assert.equal((await service.send('GET', 'users/', undefined, await here('pedro'))).status, 200)
    const roles = (await service.send('GET', 'roles/', undefined, root)).body as { id: number; name: string }[]
    const cliente = roles.find(({ name }) => name === 'cliente')?.id
    const permissions = (await service.send('GET', 'permissions/', undefined, root)).body
    const change = permissions.find(
      (each: { codename: string; content_type: string }) =>
        each.codename === 'change_userprofile' && each.content_type === `${label}.userprofile`
    )
    await service.send('PUT', `permissions/${cliente}/update/`, { permissions: [change.id] }, root)
    assert.equal((await service.send('PATCH', `users/${ana}/`, { roles: [cliente] }, root)).status, 200)
    const holder = await django('show', 'ana')
    assert.deepEqual([holder.roles, holder.changes_profiles], [['cliente'], true])
    held('a role given on either side, and its permissions, hold on the other')

    await django('change_password', 'ana', 'changed by Django 1')
    assert.equal(await here('ana'), undefined)
    const access = await here('ana', 'changed by Django 1')
    const words = { old_password: 'changed by Django 1', new_password: 'changed by the service 2' }
    assert.equal((await service.send('POST', 'change-password/', words, access)).status, 200)
    assert.equal(await django('login', 'ana', 'changed by Django 1'), null)
    assert.ok(await django('login', 'ana', 'changed by the service 2'))
    held('a password changed on either side holds on the other')

    const link = await django('reset_link', 'ana')
    const reset = { ...link, new_password: 'reset by a link of Django 3' }
    assert.equal((await service.send('POST', 'reset-password-confirm/', reset)).status, 200)
    assert.equal((await service.send('POST', 'reset-password-confirm/', reset)).status, 400)
    assert.ok(await django('login', 'ana', 'reset by a link of Django 3'))
    held('a reset link of Django works here, once')

    const form = new FormData()
    form.set('profile_picture', new Blob([pixel]), 'me.png')
    const token = await here('ana', 'reset by a link of Django 3')
    const pictured = await service.send('PUT', 'profile/', form, token)
    assert.equal(new URL(pictured.body.profile_picture).pathname, `/media/${(await django('show', 'ana')).picture}`)
    await writeFile(join(data, 'media/profile_pics/from-django.png'), pixel)
    await django('picture', 'ana', 'profile_pics/from-django.png')
    const shown = await service.send('GET', 'profile/', undefined, token)
    const { pathname } = new URL(shown.body.profile_picture)
    assert.deepEqual(Buffer.from(await (await fetch(service.origin + pathname)).arrayBuffer()), pixel)
    held('a picture that was sent to either side is shown by the other')

    assert.equal((await service.send('DELETE', `users/${pedro.body.id}/`, undefined, root)).status, 204)
    assert.equal(await django('exists', 'pedro'), false)
    await django('delete', 'ana')
    assert.equal((await service.send('GET', 'profile/', undefined, token)).status, 401)
    assert.equal((await service.send('GET', `users/${ana}/`, undefined, root)).status, 404)
    held('a user who was deleted on either side is gone on the other, with all sessions')
  } finally {
    await service.stop()
  }
}

async function startService(env: Record<string, string>) {
  const port = await freePort()
  const api = `http://127.0.0.1:${port}/api/auth`
  const child: ChildProcess = spawn(process.execPath, ['--import', loader, cli, 'serve'], {
    env: { ...env, PORT: String(port), LOG_LEVEL: 'warn', PASSWORD_HASH_COST: '6' },
    stdio: ['ignore', 'ignore', 'inherit']
  })
  const exit = once(child, 'exit')
  while (child.exitCode === null) {
    const ready = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined)
    if (ready?.ok) break
    await new Promise((done) => setTimeout(done, 100))
  }
  return {
    origin: new URL(api).origin,
    async send(method: string, path: string, body?: object, access?: string) {
      const json = body && !(body instanceof FormData)
      const response = await fetch(`${api}/${path}`, {
        method,
        headers: {
          ...(json && { 'content-type': 'application/json' }),
          ...(access !== undefined && { authorization: `Bearer ${access}` })
        },
        ...(body && { body: json ? JSON.stringify(body) : (body as FormData) })
      })
      const text = await response.text()
      // biome-ignore lint/suspicious/noExplicitAny: the checks say what it has to be.
      return { status: response.status, body: (text === '' ? undefined : JSON.parse(text)) as any }
    },
    async stop() {
      child.kill('SIGTERM')
      await exit
    }
  }
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(statement).finally(() => client.end())
}
