import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { provider } from '../pacts/consumers.ts'
import { writePacts } from '../pacts/write.ts'
import { startService } from '../support/service.ts'

const folder = fileURLToPath(new URL('../pacts/', import.meta.url))

/** Pact's core is native: a package a platform, and not for all of them. */
const missing = await import('@pact-foundation/pact-core').then(
  () => false as const,
  (error: Error) => `Pact does not run here: ${error.message.split('\n')[0]}`
)
if (missing) console.error(missing)

t.test('the service does what its consumers count on', { skip: missing }, async (t) => {
  const { Verifier } = await import('@pact-foundation/pact')
  const service = await startService(t, { SANDBOX: '1' })
  const url = await service.app.listen({ host: '127.0.0.1', port: 0 })
  const files = (await readdir(folder)).filter((file) => file.endsWith('.json'))
  t.equal(files.length, 2)
  for (const file of files) {
    const verifier = new Verifier({
      provider,
      providerBaseUrl: url,
      pactUrls: [join(folder, file)],
      providerStatesSetupUrl: `${url}/__sandbox/states/`,
      logLevel: 'error'
    })
    await t.resolves(verifier.verifyProvider(), file)
  }
})

t.test('a pact that the service does not keep is found', { skip: missing }, async (t) => {
  const { Verifier } = await import('@pact-foundation/pact')
  const service = await startService(t, { SANDBOX: '1', REQUIRED_ROLES: 'listProvinces=admin' })
  const url = await service.app.listen({ host: '127.0.0.1', port: 0 })
  const verifier = new Verifier({
    provider,
    providerBaseUrl: url,
    pactUrls: [join(folder, `web-profile-page-${provider}.json`)],
    providerStatesSetupUrl: `${url}/__sandbox/states/`,
    logLevel: 'error'
  })
  await t.rejects(verifier.verifyProvider())
})

t.test('the pacts are those that the consumers make', { skip: missing }, async (t) => {
  const made = await mkdtemp(join(tmpdir(), 'user-management-pacts-'))
  t.teardown(() => rm(made, { recursive: true, force: true }))
  const read = async (file: string) => JSON.parse(await readFile(file, 'utf8')).interactions
  for (const file of await writePacts(made)) t.same(await read(file), await read(join(folder, basename(file))), 'npm run pacts')
})
