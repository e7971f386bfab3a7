import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t from 'tap'

const root = fileURLToPath(new URL('../../', import.meta.url))
const read = (name: string) => readFileSync(root + name, 'utf8')

t.test('all that a build reads is let through to it', async (t) => {
  const context: string[] = read('.dockerignore').match(/(?<=^!).+$/gm) ?? []
  for (const path of context) t.ok(existsSync(root + path), path)
  const { scripts } = JSON.parse(read('package.json'))
  const named = [
    ...(scripts.build.match(/[\w./-]+\.(?:json|js|ts)\b/g) as string[]),
    // What is put beside the compiled program.
    ...(read('scripts/assemble.ts').match(/(?<=')[\w./-]+\.(?:yaml|json)(?=')|(?<=')migrations(?=')/g) as string[])
  ].map((path) => path.replace('./', ''))
  for (const path of named.filter((each) => existsSync(root + each))) {
    t.ok((context as string[]).includes(path.split('/')[0] as string), path)
  }
})
