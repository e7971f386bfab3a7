import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t from 'tap'
import { typescriptGenerators } from '../../scripts/sdk.ts'
import { startClientService } from '../support/client.ts'
import { password } from '../support/service.ts'
import { storyEnvironment } from './environment.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))

t.test('clients that generators of the npm registry make are typed, and tell a whole story', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'user-management-sdk-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  const { service, baseUrl } = await startClientService(t)
  const admin = await service.admin()

  for (const [name, generate] of Object.entries(typescriptGenerators)) {
    const home = join(folder, name)
    await mkdir(home)
    await generate(join(home, 'client'))
    await cp(join(root, 'test/sdk', name, 'story.ts'), join(home, 'story.ts'))
  }
  const options = [
    '--noEmit',
    '--strict',
    '--exactOptionalPropertyTypes',
    'false',
    '--target',
    'es2022',
    '--lib',
    'es2022,dom,dom.iterable'
  ]
  const modules = ['--module', 'nodenext', '--allowImportingTsExtensions', '--skipLibCheck', '--types', 'node']
  const stories = Object.keys(typescriptGenerators).map((name) => join(name, 'story.ts'))
  const checked = await run(
    process.execPath,
    [join(root, 'node_modules/typescript/bin/tsc'), ...options, ...modules, ...stories],
    {
      cwd: folder
    }
  ).catch((error) => error)
  t.equal(checked.stdout, '', 'they compile')

  const loader = new URL('../../scripts/typescript.js', import.meta.url).href
  for (const story of stories) {
    const env = { ...process.env, ...storyEnvironment(baseUrl, admin.username, password) }
    const told = await run(process.execPath, ['--import', loader, story], { cwd: folder, env }).catch((error) => error)
    t.equal(told.stdout, 'The story was told to its end.\n', told.stderr)
  }
})
