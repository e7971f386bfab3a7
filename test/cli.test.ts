import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { createTestDatabase, stopOwnServer } from './support/postgres.ts'

t.after(stopOwnServer)

const [loader, cli] = ['../scripts/typescript.js', '../src/cli.ts'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url))
) as [string, string]

interface Running {
  readonly child: ChildProcess
  readonly output: () => string
  /** Waits until the output matches. */
  until(pattern: RegExp): Promise<void>
  /** @returns the exit code */
  ended(): Promise<number | null>
}

function start(args: string[], env: Record<string, string> = {}): Running {
  const child = spawn(process.execPath, ['--import', loader, cli, ...args], {
    env: { PATH: process.env.PATH, ...env } as NodeJS.ProcessEnv,
    stdio: ['ignore', 'pipe', 'pipe']
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk))
  const exit = once(child, 'exit')
  return {
    child,
    output: () => output,
    async until(pattern) {
      for (let wait = 0; wait < 600 && !pattern.test(output); wait += 1) {
        if (child.exitCode !== null) break
        await new Promise((done) => setTimeout(done, 50))
      }
      if (!pattern.test(output)) throw new Error(`There came no ${pattern}:\n${output}`)
    },
    ended: async () => (await exit)[0]
  }
}

async function run(args: string[], env: Record<string, string> = {}): Promise<{ code: number | null; output: string }> {
  const running = start(args, env)
  return { code: await running.ended(), output: running.output() }
}

async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((done) => server.close(done))
  return String(port)
}

async function folder(t: Test): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'user-management-cli-'))
  t.teardown(() => rm(path, { recursive: true, force: true }))
  return join(path, 'data')
}

t.test('help lists the commands; an unknown one is refused', async (t) => {
  const help = await run(['--help'])
  t.equal(help.code, 0)
  for (const name of ['serve', 'migrate', 'create-admin', 'keys-rotate', 'media-sweep']) t.match(help.output, name)
  t.match((await run(['migrate', '--help'])).output, /migrate/)
  const unknown = await run(['migarte'])
  t.equal(unknown.code, 2)
  t.match(unknown.output, /no command migarte/)
})

t.test('a configuration that can not be used is told without a stack, and ends with 1', async (t) => {
  const { code, output } = await run(['serve'], { NODE_ENV: 'production', PORT: 'x' })
  t.equal(code, 1)
  for (const name of ['PORT', 'DATABASE_URL', 'PUBLIC_URL', 'JWT_PRIVATE_KEY']) t.match(output, `  - ${name}`)
  t.notMatch(output, /^\s+at /m)
})

t.test('migrate and create-admin work on an empty database', async (t) => {
  const db = await createTestDatabase('template0')
  t.teardown(() => db.drop())
  const env = { DATABASE_URL: db.url, PASSWORD_HASH_COST: '4' }
  t.match(await run(['migrate'], env), { code: 0, output: /Migrated: 0001_django_tables/ })
  t.match(await run(['migrate'], env), { code: 0, output: /Nothing to migrate/ })
  t.match(await run(['create-admin', '--username', 'root'], env), { code: 1, output: /ADMIN_PASSWORD/ })
  const weak = await run(['create-admin', '--username', 'root'], { ...env, ADMIN_PASSWORD: '12345678' })
  t.equal(weak.code, 1)
  t.match(weak.output, /too common[\s\S]*entirely numeric/)
  const strong = { ...env, ADMIN_PASSWORD: 'a long and private phrase' }
  t.match(await run(['create-admin', '--username', 'root', '--email', 'root@example.org'], strong), {
    code: 0,
    output: /Superuser root made/
  })
  t.match(await run(['create-admin', '--username', 'ROOT'], strong), { code: 1, output: /taken/ })
  t.match(await db.query('select is_superuser, is_staff, is_active from auth_user'), [
    { is_superuser: true, is_staff: true, is_active: true }
  ])
})

t.test('keys-rotate makes a key where the keys are files, and says what to do where they are not', async (t) => {
  const dir = await folder(t)
  t.match(await run(['keys-rotate'], { DATA_DIR: dir }), { code: 0, output: /The new key \S+ signs from/ })
  const refused = await run(['keys-rotate'], { JWT_SECRET: 'a secret for tests, long enough to sign' })
  t.match(refused, { code: 1, output: /JWT_SECRET or JWT_PRIVATE_KEY/ })
})

t.test('serve prints where it listens, the docs page and how to log in; a signal ends it and its Postgres', async (t) => {
  const [data, port] = [await folder(t), await freePort()]
  const env = { DATA_DIR: data, PORT: port, PASSWORD_HASH_COST: '4' }
  const first = start(['serve'], env)
  await first.until(/Server listening/)
  t.match(first.output(), `Listening on   http://127.0.0.1:${port}`)
  t.match(first.output(), `Documentation  http://127.0.0.1:${port}/docs`)
  const password = /password (\S+) \(shown this once\)/.exec(first.output())?.[1] as string
  const curl = /curl -s (\S+) -H 'content-type: application\/json' \\\s+-d '([^']+)'/.exec(first.output()) as RegExpExecArray
  const answer = await fetch(curl[1] as string, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: curl[2] as string
  })
  t.equal(answer.status, 200, 'the command that it prints works')
  t.match(curl[2], password)
  const pid = Number((await readFile(join(data, 'postgres/postmaster.pid'), 'utf8')).split('\n')[0])
  first.child.kill('SIGTERM')
  t.equal(await first.ended(), 0)
  t.throws(() => process.kill(pid, 0), { code: 'ESRCH' }, 'its Postgres is gone')

  const begin = performance.now()
  const second = start(['serve'], env)
  await second.until(/Server listening/)
  t.comment(`second start: ${Math.round(performance.now() - begin)} ms`)
  t.notMatch(second.output(), /shown this once/)
  second.child.kill('SIGINT')
  t.equal(await second.ended(), 0)
})
