import t, { type Test } from 'tap'
import { folder, gone, isAlive, postgresOf } from './support/data-folder.ts'
import { start } from './support/process.ts'
import { until } from './support/wait.ts'

async function run(t: Test, args: string[]): Promise<{ code: number | null; output: string }> {
  const running = start(t, args)
  return { code: await running.ended(), output: running.output() }
}

/** The lines of a stack, which tell an operator nothing. */
const stack = /^\s+at /m

const names = ['serve', 'migrate', 'create-admin', 'keys rotate', 'import', 'media sweep', 'doctor', 'shadow']

t.test('help lists the commands, each tells of itself; an unknown one is refused', async (t) => {
  const [help, unknown, half] = await Promise.all([run(t, ['--help']), run(t, ['migarte']), run(t, ['keys'])])
  t.equal(help.code, 0)
  for (const name of names) t.match(help.output, new RegExp(`^  ${name}\\b`, 'm'))
  t.equal(unknown.code, 2)
  t.match(unknown.output, /no command migarte/)
  t.match(half, { code: 2, output: /no command keys[\s\S]*keys rotate/ })
  await Promise.all(
    names.map(async (name) => {
      const { code, output } = await run(t, [...name.split(' '), '--help'])
      t.equal(code, 0, name)
      t.match(output, new RegExp(`^Usage: ${name}\\b`))
      t.match(output, /Ends with/, 'it tells what its exit code means')
    })
  )
})

t.test('commands answer to the names that they had before', async (t) => {
  const former = { 'keys-rotate': 'keys rotate', 'media-sweep': 'media sweep', 'import-django': 'import' }
  for (const [name, now] of Object.entries(former)) {
    t.match(await run(t, [name, '--help']), { code: 0, output: new RegExp(`^Usage: ${now}\\b`) }, name)
  }
})

t.test('a signal ends a command and the Postgres that it has started', async (t) => {
  const [data, other] = await Promise.all([folder(t), folder(t)])
  const migrating = start(t, ['migrate'], { DATA_DIR: data })
  await migrating.until(/Running 0001/)
  const pid = (await postgresOf(data)) as number
  t.ok(isAlive(pid))
  migrating.child.kill('SIGINT')
  t.equal(await migrating.ended(), 130)
  t.match(migrating.output(), /Interrupted/)
  t.notMatch(migrating.output(), stack)
  t.notOk(isAlive(pid), 'its Postgres is gone')

  const making = start(t, ['create-admin', '--username', 'root'], {
    DATA_DIR: other,
    ADMIN_PASSWORD: 'a long and private phrase'
  })
  await until('it has started a Postgres', async () => (await postgresOf(other)) !== undefined)
  const second = await postgresOf(other)
  making.child.kill('SIGTERM')
  t.equal(await making.ended(), 143)
  t.ok(await gone(second as number))
  t.equal(await postgresOf(other), undefined)
})
