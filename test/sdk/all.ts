/**
 * Clients in other languages than TypeScript: generated from openapi.yaml, compiled, and told a whole story with, against the
 * service (`npm run sdk:all`). Each stands in its folder of `sdk/`, where it stays.
 *
 *   node --import ./scripts/typescript.js test/sdk/all.ts [language…]
 *
 * What a language needs and this machine lacks, a toolchain or a registry, is told, and the language skipped. Ends with 1 where
 * a client could not be made or its story did not come to its end.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { loadContract } from '../../src/contract/document.ts'
import { freePort } from '../../src/database/embedded.ts'
import { storyEnvironment } from './environment.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))

type Command = readonly [program: string, ...args: string[]]

interface Language {
  readonly needs: string
  /** What fetches and builds the generator and what its clients use; where it fails, the language is skipped. */
  readonly setUp: readonly Command[]
  /** Generates, compiles and runs. */
  readonly tell: readonly Command[]
}

/** Each with its files in the folder of its name; commands run in a copy of it, beside the contract as YAML and JSON. */
const languages: Readonly<Record<string, Language>> = {
  python: {
    needs: 'python3 (3.10 or newer) with venv, and PyPI',
    setUp: [
      [process.env.PYTHON ?? 'python3', '-m', 'venv', '.venv'],
      [
        '.venv/bin/python',
        '-m',
        'pip',
        'install',
        '--quiet',
        '--disable-pip-version-check',
        '--retries',
        '1',
        '-r',
        'requirements.txt'
      ]
    ],
    tell: [
      [
        '.venv/bin/openapi-python-client',
        ...['generate', '--path', 'openapi.yaml', '--config', 'generator.yaml', '--fail-on-warning'],
        ...['--meta', 'none', '--output-path', 'client', '--overwrite']
      ],
      ['.venv/bin/mypy', '--strict', '--follow-imports=silent', 'story.py'],
      ['.venv/bin/python', 'story.py']
    ]
  },
  go: {
    needs: 'Go (as new as go.mod says), and the Go module proxy',
    setUp: [
      ['go', 'build', '-o', 'bin/', 'github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen'],
      ['go', 'mod', 'download']
    ],
    tell: [
      ['bin/oapi-codegen', '-config', 'oapi-codegen.yaml', 'openapi.yaml'],
      ['go', 'vet', './...'],
      ['go', 'run', '.']
    ]
  },
  java: {
    needs: 'a JDK (17 or newer), Maven, and Maven Central',
    setUp: [['mvn', '-B', '-q', 'dependency:resolve', 'dependency:resolve-plugins']],
    tell: [['mvn', '-B', '-q', 'clean', 'compile', 'exec:java']]
  }
}

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !(name in languages))
if (unknown.length > 0) throw new Error(`There is no story in ${unknown.join(', ')}: ${Object.keys(languages).join(', ')}.`)

const data = await mkdtemp(join(tmpdir(), 'user-management-sdk-'))
const password = 'correct horse battery staple'
const service = await startService()
try {
  for (const name of wanted.length > 0 ? wanted : Object.keys(languages)) await tell(name, languages[name] as Language)
} finally {
  await service.stop()
  await rm(data, { recursive: true, force: true })
}

async function tell(name: string, { needs, setUp, tell }: Language): Promise<void> {
  const folder = join(root, 'sdk', name)
  await mkdir(folder, { recursive: true })
  await cp(join(root, 'test/sdk', name), folder, { recursive: true })
  await cp(join(root, 'openapi.yaml'), join(folder, 'openapi.yaml'))
  // The generator for Java takes no more than 50 aliases of YAML; JSON has none.
  await writeFile(join(folder, 'openapi.json'), loadContract().json)
  const missing = await runAll(setUp, folder)
  if (missing !== undefined) {
    console.error(`SKIPPED ${name}: nothing was checked. It needs ${needs}.\n${missing}`)
    return
  }
  const fault = await runAll(tell, folder)
  if (fault === undefined) console.log(`ok      ${name}: sdk/${name} was generated, compiled, and told its story to the end`)
  else console.error(`FAILED  ${name}: ${fault}`)
  if (fault !== undefined) process.exitCode = 1
}

/** Runs commands until one fails. @returns what that one said */
async function runAll(commands: readonly Command[], folder: string): Promise<string | undefined> {
  // Another toolchain than the one that is there would be fetched.
  const env = { GOTOOLCHAIN: 'local', ...process.env, ...storyEnvironment(service.url, 'admin', password) }
  for (const [program, ...args] of commands) {
    try {
      await run(program.startsWith('.') || program.startsWith('bin/') ? join(folder, program) : program, args, {
        cwd: folder,
        env,
        maxBuffer: 64 * 1024 * 1024
      })
    } catch (error) {
      const { message, stdout = '', stderr = '' } = error as Error & { stdout?: string; stderr?: string }
      return [message.split('\n', 1)[0], ...`${stdout}\n${stderr}`.trim().split('\n').slice(-20)].join('\n')
    }
  }
  return undefined
}

/** Starts the service as `npm start` does, on a Postgres and with an administrator of its own. */
async function startService(): Promise<{ url: string; stop(): Promise<void> }> {
  const port = await freePort()
  const loader = join(root, 'scripts/typescript.js')
  const settings = { DATA_DIR: data, PORT: String(port), LOG_LEVEL: 'warn', PASSWORD_HASH_COST: '6', ADMIN_PASSWORD: password }
  const child: ChildProcess = spawn(process.execPath, ['--import', loader, join(root, 'src/cli.ts'), 'serve'], {
    env: { PATH: process.env.PATH ?? '', RATE_LIMIT: 'off', RATE_LIMIT_CREDENTIALS: 'off', ...settings },
    stdio: ['ignore', 'ignore', 'inherit']
  })
  const exit = once(child, 'exit')
  const url = `http://127.0.0.1:${port}`
  while (child.exitCode === null) {
    const ready = await fetch(`${url}/readyz`).catch(() => undefined)
    if (ready?.ok) break
    await new Promise((done) => setTimeout(done, 100))
  }
  return {
    url,
    async stop() {
      child.kill('SIGTERM')
      await exit
    }
  }
}
