import { execFile } from 'node:child_process'
import { access, cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Browser, chromium, type Page } from 'playwright-core'
import sharp from 'sharp'
import t, { type Test } from 'tap'
import type { Tokens } from '../../clients/typescript/src/index.ts'
import { expired, startClientService } from '../support/client.ts'
import { password } from '../support/service.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))
const source = join(root, 'clients/typescript')
const tsc = join(root, 'node_modules/typescript/bin/tsc')

const folder = await mkdtemp(join(tmpdir(), 'user-management-client-'))
t.teardown(() => rm(folder, { recursive: true, force: true }))
/** The package as npm installs it. */
const installed = join(folder, 'node_modules/user-management-client')
const packed = await packAndInstall()

/** Builds, packs and installs the client, away from its source. @returns the files that are in the package */
async function packAndInstall(): Promise<string[]> {
  const staging = join(folder, 'staging')
  for (const file of ['package.json', 'README.md']) await cp(join(source, file), join(staging, file))
  await run(process.execPath, [tsc, '-p', source, '--outDir', join(staging, 'dist')])
  const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], { cwd: staging })
  const [{ filename, files }] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }]
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', join(folder, filename)], { cwd: folder })
  return files.map(({ path }) => path).sort()
}

t.test('the package has what its exports name, no source and no dependency', async (t) => {
  const manifest = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8'))
  const contract = await readFile(join(root, 'openapi.yaml'), 'utf8')
  t.equal(manifest.dependencies, undefined)
  t.equal(manifest.version, /^ {2}version: (.+)$/m.exec(contract)?.[1], 'its version is that of the contract')
  for (const entry of Object.values(manifest.exports) as Record<string, string>[]) {
    for (const file of Object.values(entry)) t.ok(packed.includes(file.slice(2)), file)
  }
  t.same(
    packed.filter((path) => !/^dist\/[a-z]+\.(js|d\.ts)$/.test(path)),
    ['README.md', 'package.json']
  )
})

t.test('the examples of its README compile, and run in order', async (t) => {
  const { service, baseUrl } = await startClientService(t)
  const admin = await service.admin()
  const readme = await readFile(join(source, 'README.md'), 'utf8')
  const blocks = [...readme.matchAll(/^```ts( browser)?\n(.*?)^```$/gms)]
  const [node, browser] = [blocks.filter(([, only]) => !only), blocks.filter(([, only]) => only)].map((found) =>
    found.map(([, , code]) => code).join('\n')
  ) as [string, string]
  t.equal(blocks.length, 6)
  await writeFile(join(folder, 'readme.ts'), node)
  await writeFile(join(folder, 'browser.ts'), browser)
  await writeFile(
    join(folder, 'me.png'),
    await sharp({ create: { width: 2, height: 2, channels: 3, background: 'red' } })
      .png()
      .toBuffer()
  )
  await symlink(join(root, 'node_modules/@types'), join(folder, 'node_modules/@types'))
  await symlink(join(root, 'node_modules/undici-types'), join(folder, 'node_modules/undici-types'))
  for (const module of [
    ['--module', 'nodenext'],
    ['--module', 'esnext', '--moduleResolution', 'bundler']
  ]) {
    const lib = ['--target', 'es2022', '--lib', 'es2022,dom', '--types', 'node']
    await run(process.execPath, [tsc, '--noEmit', '--strict', ...lib, ...module, 'readme.ts', 'browser.ts'], { cwd: folder })
  }

  await writeFile(
    join(folder, 'run.ts'),
    node.replaceAll('https://accounts.example.org', baseUrl).replaceAll("'admin'", `'${admin.username}'`)
  )
  const loader = ['--import', new URL('../../scripts/typescript.js', import.meta.url).href]
  const { stdout } = await run(process.execPath, [...loader, 'run.ts'], {
    cwd: folder,
    env: { ...process.env, ADMIN_PASSWORD: password }
  })
  for (const expected of [/^maria \d+$/m, /A user with that username already exists/, /^\d+ maria$/m, /^\d+ \d+$/m, /,María,/]) {
    t.match(stdout, expected)
  }
})

t.test('the client works in a browser, and tabs share a session', async (t) => {
  const browser = await launchBrowser()
  if (typeof browser === 'string') {
    console.error(browser)
    t.pass('not tested', { skip: browser })
    return
  }
  t.teardown(() => browser.close())
  const origin = await servePage(t)
  const { service, baseUrl } = await startClientService(t, { CORS_ORIGINS: origin })
  const admin = await service.admin()
  for (let i = 0; i < 3; i += 1) await service.user({ username: `walker${i}` })

  const context = await browser.newContext()
  const faults: string[] = []
  const sent: string[] = []
  context.on('weberror', (error) => faults.push(String(error.error())))
  context.on('request', (request) => void sent.push(`${request.method()} ${new URL(request.url()).pathname}`))
  const [one, two] = [await openPage(context, origin), await openPage(context, origin)]

  const tokens = (await one(`page.enter('${baseUrl}', 'maria', '${password}')`)) as Tokens
  const { id } = (await service.get('/api/auth/profile/', { as: tokens.access })).body
  await one(`page.store(${JSON.stringify({ ...tokens, access: expired(tokens.access) })})`)
  const calls = [one, two].map((tab) => tab(`page.callAtOnce('${baseUrl}')`))
  t.same((await Promise.all(calls)).flat(), Array(20).fill(id))
  t.equal(sent.filter((call) => call === 'POST /api/auth/token/refresh/').length, 1, 'one refresh for two tabs')

  t.same(await one(`page.sendPictures('${baseUrl}')`), [30, 40])
  t.same(await one(`page.walk('${baseUrl}', ${JSON.stringify(admin)}, 'walker')`), [
    [['walker0', 'walker1'], 3],
    [['walker2'], 3]
  ])
  const problem = await one(`page.fail('${baseUrl}', 'MARIA', '${password}')`)
  t.match(problem, { code: 'already_exists', status: 409, fields: { username: [String] }, id: String })
  t.equal(await two(`page.leave('${baseUrl}')`), null)
  t.equal((await service.get('/api/auth/profile/', { as: tokens.access })).status, 401)
  t.same(faults, [])
})

/** Starts a Chromium that is there already. @returns why there is none */
async function launchBrowser(): Promise<Browser | string> {
  const folders = (process.env.PATH ?? '').split(delimiter)
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
  const places = names.flatMap((name) => folders.map((place) => join(place, name)))
  for (const executablePath of process.env.CHROMIUM ? [process.env.CHROMIUM] : places) {
    const found = await access(executablePath).then(
      () => true,
      () => false
    )
    if (!found) continue
    return chromium
      .launch({ executablePath, args: ['--disable-gpu', '--disable-quic', '--disable-sync'] })
      .catch((error: Error) => `NOT TESTED IN A BROWSER: ${executablePath} does not start: ${error.message}`)
  }
  return 'NOT TESTED IN A BROWSER: there is no Chromium on the PATH, nor does CHROMIUM name one.'
}

/** Serves the installed package and what the test runs beside it, as they are, on an origin of their own. */
async function servePage(t: Test): Promise<string> {
  const server = createServer(async ({ url = '/' }, response) => {
    const [, name] = /^\/client\/([a-z]+\.js)$/.exec(url) ?? []
    const file = name ? join(installed, 'dist', name) : url === '/page.js' ? join(root, 'test/clients/page.js') : undefined
    const content = file && (await readFile(file).catch(() => undefined))
    response.writeHead(content || url === '/' ? 200 : 404, { 'content-type': content ? 'text/javascript' : 'text/html' })
    response.end(content ?? '<!doctype html><link rel="icon" href="data:,">')
  }).listen(0, '127.0.0.1')
  await new Promise((done) => server.on('listening', done))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`
}

/** Opens a tab. @returns what evaluates an expression about `page`, the module page.js, in it */
async function openPage(
  context: Awaited<ReturnType<Browser['newContext']>>,
  origin: string
): Promise<(text: string) => Promise<unknown>> {
  const page: Page = await context.newPage()
  await page.goto(origin)
  // As text: a function would be sent as the loader compiled it, with names that only the loader knows.
  return (text) => page.evaluate(`import('/page.js').then((page) => ${text})`)
}
