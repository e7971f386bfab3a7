import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { copyFile, mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import { parse } from 'yaml'
import { contract } from '../support/contract.ts'
import { createTestDatabase, stopOwnServer } from '../support/postgres.ts'

t.after(stopOwnServer)

const run = promisify(execFile)
const root = fileURLToPath(new URL('../../', import.meta.url))
const program = (name: string) => join(root, 'node_modules/.bin', name)

async function folder(t: Test): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'user-management-published-'))
  t.teardown(() => rm(path, { recursive: true, force: true }))
  return path
}

t.test('a build serves the contract as the files that lie in it, byte for byte', { timeout: 240_000 }, async (t) => {
  const home = await folder(t)
  const dist = join(home, 'dist')
  await run(program('tsc'), ['-p', join(root, 'tsconfig.build.json'), '--outDir', dist])
  await run(process.execPath, ['--import', './scripts/typescript.js', 'scripts/assemble.ts', dist], { cwd: root })
  await copyFile(join(root, 'package.json'), join(home, 'package.json'))
  await symlink(join(root, 'node_modules'), join(home, 'node_modules'))
  const db = await createTestDatabase()
  t.teardown(() => db.drop())
  const child = spawn(process.execPath, [join(dist, 'src/cli.js'), 'serve'], {
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'production',
      PORT: '0',
      DATABASE_URL: db.url,
      DATA_DIR: join(home, 'data'),
      PUBLIC_URL: 'http://127.0.0.1',
      JWT_SECRET: 'q8f3kz0v6m1x9c4b7n2l5j8h3g6d1s4a',
      PASSWORD_RESET_DELIVERY: 'response',
      ADMIN_PASSWORD: 'a-long-and-private-phrase'
    } as NodeJS.ProcessEnv,
    stdio: ['ignore', 'pipe', 'inherit']
  })
  const exit = once(child, 'exit')
  t.teardown(async () => {
    child.kill('SIGTERM')
    await exit
  })
  let address: string | undefined
  for await (const line of createInterface({ input: child.stdout })) {
    address = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0]
    if (address !== undefined) break
  }
  child.stdout.resume()
  for (const name of ['openapi.yaml', 'openapi.json']) {
    const served = Buffer.from(await (await fetch(`${address}/${name}`)).arrayBuffer())
    t.ok(served.equals(await readFile(join(dist, name))), name)
  }
  const yaml = await readFile(join(dist, 'openapi.yaml'), 'utf8')
  t.equal(yaml, await readFile(join(root, 'openapi.yaml'), 'utf8'), 'the one that stands in the repository')
  t.same(JSON.parse(await readFile(join(dist, 'openapi.json'), 'utf8')), parse(yaml), 'and the same in JSON')
})

const browser = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path))

t.test('the reference is one file that loads nothing from elsewhere', { timeout: 240_000 }, async (t) => {
  const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
  const home = await folder(t)
  const file = join(home, 'index.html')
  const [, ...options] = /redocly (.*) --output reference\/index\.html$/.exec(scripts.docs)?.[1]?.split(' ') ?? []
  const env = { ...process.env, REDOCLY_TELEMETRY: 'off' }
  await run(program('redocly'), ['build-docs', ...options, '--output', file], { cwd: root, env })
  const html = await readFile(file, 'utf8')
  t.notMatch(html, /<(script|img|iframe|link)\b[^>]*\s(src|href)=["'](https?:)?\/\//)
  t.notMatch(html, /@import\s*(url\()?["']?https?:|url\(["']?https?:/)
  for (const { operationId } of contract.operations) t.ok(html.includes(operationId), operationId)

  await t.test('and shows itself without a network', { skip: browser ? false : 'there is no Chromium here' }, async (t) => {
    const nowhere = ['--host-resolver-rules=MAP * ~NOTFOUND', `--user-data-dir=${join(home, 'profile')}`]
    const headless = ['--headless', '--no-sandbox', '--disable-gpu', '--virtual-time-budget=20000', '--dump-dom']
    const { stdout } = await run(browser as string, [...headless, ...nowhere, `file://${file}`], { maxBuffer: 2 ** 26 })
    const shown = stdout.replaceAll(/<(script|style)\b.*?<\/\1>/gs, '')
    t.match(shown, />User profiles</)
    t.match(shown, />Audit</)
  })
})
