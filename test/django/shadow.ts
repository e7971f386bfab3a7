/**
 * The Django service and this one, side by side on one Postgres database, compared by `shadow`.
 *
 *   node --import ./scripts/typescript.js test/django/shadow.ts [arguments for shadow]
 *
 * Needs python3 (3.11 or newer, with venv) and PyPI; skipped, and told so, where they are not. PYTHON names another
 * interpreter, VENV a folder to keep the virtual environment in between runs. All else that it makes is gone when it
 * ends. Exit code: that of `shadow`.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort, startEmbedded } from '../../src/database/embedded.ts'
import { migrate } from '../../src/database/migrator.ts'
import { setUpPython } from './python.ts'

const here = fileURLToPath(new URL('.', import.meta.url))
const root = join(here, '../..')
const manage = join(here, 'project/manage.py')
const password = randomBytes(16).toString('hex')
const folder = await mkdtemp(join(tmpdir(), 'user-management-shadow-'))
const closers: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })]

function start(command: string, args: string[], env: Record<string, string> = {}, output: 'ignore' | 'inherit' = 'inherit') {
  return spawn(command, args, { cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', output, output] })
}

async function run(command: string, args: string[], env: Record<string, string> = {}): Promise<number> {
  const child = start(command, args, env)
  return new Promise((done) => child.once('error', () => done(127)).once('exit', (code) => done(code ?? 1)))
}

async function mustRun(command: string, args: string[], env: Record<string, string>): Promise<void> {
  const code = await run(command, args, env)
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} failed with ${code}`)
}

/** Keeps a server until the end. */
function keep(child: ChildProcess): void {
  const exit = once(child, 'exit')
  closers.push(async () => {
    child.kill('SIGTERM')
    await exit
  })
}

async function answering(url: string): Promise<void> {
  for (let wait = 0; wait < 300; wait += 1) {
    if ((await fetch(url).catch(() => undefined))?.ok) return
    await sleep(100)
  }
  throw new Error(`${url} does not answer`)
}

async function compare(): Promise<number> {
  const python = await setUpPython(folder, 'requirements-service.txt')
  if (python === undefined) return 0

  const postgres = await startEmbedded(join(folder, 'data'))
  closers.push(() => postgres.stop())
  await migrate(postgres.url)
  const [oldPort, newPort] = [await freePort(), await freePort()]
  const media = join(folder, 'data/media')
  await mkdir(media, { recursive: true })
  const django = {
    DATABASE_URL: postgres.url,
    DJANGO_SETTINGS_MODULE: 'service_settings',
    MEDIA_ROOT: media,
    SEED_PASSWORD: password,
    PYTHONDONTWRITEBYTECODE: '1'
  }
  // The tables of these are there already, in the form that the last of their migrations leaves.
  for (const app of ['contenttypes', 'auth'])
    await mustRun(python, [manage, 'migrate', app, '--fake', '--verbosity', '0'], django)
  await mustRun(python, [manage, 'migrate', '--fake-initial', '--verbosity', '0'], django)
  await mustRun(python, [join(here, 'seed_service.py')], django)

  keep(start(python, [manage, 'runserver', '--noreload', `127.0.0.1:${oldPort}`], django, 'ignore'))
  const cli = ['--import', join(root, 'scripts/typescript.js'), join(root, 'src/cli.ts')]
  const service = {
    DATABASE_URL: postgres.url,
    DATA_DIR: join(folder, 'data'),
    PORT: String(newPort),
    ERRORS: process.env.ERRORS ?? 'drf',
    LOG_LEVEL: 'warn'
  }
  keep(start(process.execPath, [...cli, 'serve'], service, 'ignore'))
  const [oldUrl, newUrl] = [`http://127.0.0.1:${oldPort}`, `http://127.0.0.1:${newPort}`]
  await answering(`${oldUrl}/api/auth/provinces/`)
  await answering(`${newUrl}/readyz`)

  const compared = ['shadow', '--old', oldUrl, '--new', newUrl, '--username', 'shadow-admin', ...process.argv.slice(2)]
  return run(process.execPath, [...cli, ...compared], { SHADOW_PASSWORD: password })
}

try {
  process.exitCode = await compare()
} finally {
  for (let closer = closers.pop(); closer; closer = closers.pop()) await closer()
}
