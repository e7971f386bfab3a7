/**
 * Generates clients from openapi.yaml with generators of the npm registry, each in a folder of `sdk/`, which git ignores.
 *
 *   npm run sdk
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createClient } from '@hey-api/openapi-ts'
import openapiTypes, { astToString } from 'openapi-typescript'
import { contractFile } from '../src/contract/document.ts'

/** Name of each generator, and what writes its client into a folder. */
export const typescriptGenerators: Readonly<Record<string, (folder: string) => Promise<void>>> = {
  /** Types for openapi-fetch, which is the client. */
  async 'openapi-fetch'(folder) {
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, 'api.ts'), astToString(await openapiTypes(contractFile)))
  },
  async 'hey-api'(folder) {
    await createClient({
      input: fileURLToPath(contractFile),
      output: { path: folder, importFileExtension: '.ts' },
      plugins: ['@hey-api/client-fetch', '@hey-api/typescript', '@hey-api/sdk'],
      logs: { level: 'silent' }
    })
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [name, generate] of Object.entries(typescriptGenerators)) {
    const folder = fileURLToPath(new URL(`../sdk/${name}`, import.meta.url))
    await generate(folder)
    console.log(`sdk/${name}`)
  }
}
