import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { createTestDatabase } from '../support/postgres.ts'
import { dumped, dumpFile, temporaryFolder } from './sources.ts'

const [loader, cli] = ['../../scripts/typescript.js', '../../src/cli.ts'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url))
) as [string, string]

async function run(args: string[], env: Record<string, string>): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, ['--import', loader, cli, 'import-django', ...args], {
    env: { PATH: process.env.PATH, ...env } as NodeJS.ProcessEnv,
    stdio: ['ignore', 'pipe', 'pipe']
  })
  let [out, err] = ['', '']
  child.stdout.on('data', (chunk) => (out += chunk))
  child.stderr.on('data', (chunk) => (err += chunk))
  const code = await new Promise<number | null>((done) => child.on('close', done))
  return { code, out, err }
}

t.test('import-django reports and imports; it ends with 1 where nothing was written, and says why', async (t) => {
  const [db, empty] = await Promise.all([createTestDatabase(), createTestDatabase('template0')])
  t.teardown(() => Promise.all([db.drop(), empty.drop()]))
  const env = { DATABASE_URL: db.url, DATA_DIR: await temporaryFolder(t) }
  const [good, bad] = [
    await dumpFile(t),
    await dumpFile(t, [
      ...dumped(),
      ...dumped()
        .filter(({ pk }) => pk === 1000)
        .map((user) => ({ ...user, pk: 1001 }))
    ])
  ]
  const [help, nothing, label, folder, unmigrated, refused, dry] = await Promise.all([
    run(['--help'], {}),
    run([], env),
    run(['--from', good, '--app-label', 'api"; drop'], env),
    run(['--from', good, '--media', good], env),
    run(['--from', good], { ...env, DATABASE_URL: empty.url }),
    run(['--from', bad], env),
    run(['--dry-run'], { ...env, IMPORT_FROM: good })
  ])
  t.match(help, { code: 0, out: /--from SOURCE[\s\S]*--skip-duplicate-emails[\s\S]*Ends with 0/ })
  t.match(nothing, { code: 1, err: /Give --from/ })
  t.match(label, { code: 1, err: /is no label/ })
  t.match(folder, { code: 1, err: /is no folder/ })
  t.match(unmigrated, { code: 1, err: /lacks 0001_django_tables.*run `migrate` first/ })
  t.match(refused, {
    code: 1,
    out: /Usernames that differ in case only[\s\S]*1000 \(última\), 1001 \(última\)[\s\S]*Refused: nothing was written/
  })
  t.match(dry, { code: 0, out: /auth_user +12 +0\n[\s\S]*Dry run: nothing was written/ })
  for (const { err } of [nothing, label, folder, unmigrated]) t.notMatch(err, /^\s+at /m, 'without a stack')
  t.same(await db.query('select from auth_user'), [])

  t.match(await run(['--from', good], env), { code: 0, out: /Imported\.\n$/ })
  t.match(await db.query('select count(*)::integer as users from auth_user'), [{ users: 12 }])
})
