/** `npm run pacts`: has the consumers run against Pact's mock server, and keeps the pacts that come out, beside this file. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { consumers, provider } from './consumers.ts'

// Pact's library otherwise tells its makers of each run.
process.env.PACT_DO_NOT_TRACK = 'true'

/** Writes a file a consumer into `dir`. @returns their paths */
export async function writePacts(dir: string): Promise<string[]> {
  const { PactV4 } = await import('@pact-foundation/pact')
  const files: string[] = []
  for (const { name, interactions } of consumers) {
    const file = join(dir, `${name}-${provider}.json`)
    // Interactions are added to those in a file; one that is not there any more would stay.
    await rm(file, { force: true })
    const pact = new PactV4({ consumer: name, provider, dir, logLevel: 'error' })
    for (const interaction of interactions) await interaction(pact)
    files.push(file)
  }
  return files
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const file of await writePacts(fileURLToPath(new URL('.', import.meta.url)))) console.log(`Written: ${file}`)
}
