/**
 * The last step of `npm run build`: puts beside the compiled program what it reads. The contract also as JSON, which is
 * parsed many times faster, and a start waits for it. The service serves both as they stand there.
 *
 *   node --import ./scripts/typescript.js scripts/assemble.ts [FOLDER]    dist/ by default
 */
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parse } from 'yaml'

const root = new URL('../', import.meta.url)
const dist = pathToFileURL(`${process.argv[2] ?? fileURLToPath(new URL('dist', root))}/`)
for (const path of ['openapi.yaml', 'openapi.sandbox.yaml', 'migrations', 'src/shadow/intended-differences.yaml']) {
  cpSync(new URL(path, root), new URL(path, dist), { recursive: true })
}
writeFileSync(new URL('openapi.json', dist), JSON.stringify(parse(readFileSync(new URL('openapi.yaml', root), 'utf8'))))
