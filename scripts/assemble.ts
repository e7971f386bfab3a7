/**
 * The last step of `npm run build`: puts beside the compiled program what it reads. The contract also as JSON, which is
 * parsed many times faster, and a start waits for it.
 */
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { parse } from 'yaml'

const root = new URL('../', import.meta.url)
for (const path of ['openapi.yaml', 'openapi.sandbox.yaml', 'migrations', 'src/shadow/intended-differences.yaml']) {
  cpSync(new URL(path, root), new URL(`dist/${path}`, root), { recursive: true })
}
writeFileSync(new URL('dist/openapi.json', root), JSON.stringify(parse(readFileSync(new URL('openapi.yaml', root), 'utf8'))))
