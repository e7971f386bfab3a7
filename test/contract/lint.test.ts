import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { parse, stringify } from 'yaml'
import type { Json } from '../../src/contract/document.ts'

// `npm run lint` shows that the contract keeps its rules; this, that a rule notices when it does not.

const root = fileURLToPath(new URL('../../', import.meta.url))
const text = await readFile(join(root, 'openapi.yaml'), 'utf8')

/** What is broken, by the rule that has to notice it, and where. */
const faults: Record<string, { pointer: string; broken: (document: Json) => void }> = {
  'contract/operation-security': change('/paths/~1api~1auth~1profile~1/get', (get) => delete get.security),
  'contract/refusals-declared': change('/paths/~1api~1auth~1roles~1/get/responses', (responses) => delete responses['429']),
  'contract/input-limits': change('/components/schemas/ProfileCreate/properties/phone', (phone) => delete phone.maxLength),
  'contract/no-credentials-in-address': change('/components/parameters/Search', (search) => {
    search.name = 'reset_token'
  }),
  'contract/named-schemas': change('/components/schemas/Session/properties/current', (current) => {
    Object.assign(current, { type: 'string', enum: ['yes', 'no'] })
  }),
  'contract/response-fields': change('/components/schemas/Province', (province) => Object.assign(province, { required: ['id'] })),
  'contract/types-of-languages': change('/components/schemas/RefreshReplays/properties/parallel_tab', (tab) => delete tab.format),
  'contract/examples-given': change('/components/responses/Role/content/application~1json', (media) => delete media.example),
  'contract/response-headers': change(
    '/components/responses/TooManyRequests/headers',
    (headers) => delete headers['Retry-After']
  ),
  'operation-operationId-unique': change('/paths/~1api~1auth~1roles~1/get', (get) => {
    get.operationId = 'listUsers'
  }),
  'no-invalid-media-type-examples': change('/components/responses/Message/content/application~1json', (media) => {
    media.example = { message: 1 }
  })
}

/** @param pointer JSON pointer of the node that `breakIt` changes */
function change(pointer: string, breakIt: (node: Json) => void): { pointer: string; broken: (document: Json) => void } {
  const keys = pointer.slice(1).split('/')
  const step = (node: unknown, key: string) => (node as Json)[key.replaceAll('~1', '/')]
  return { pointer, broken: (document) => breakIt(keys.reduce<unknown>(step, document) as Json) }
}

t.test('each rule of the contract notices where it is not kept', { timeout: 120_000 }, async (t) => {
  const document = JSON.parse(JSON.stringify(parse(text)))
  for (const { broken } of Object.values(faults)) broken(document)
  const folder = await mkdtemp(join(tmpdir(), 'user-management-lint-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const file = join(folder, 'openapi.yaml')
  await writeFile(file, stringify(document, { aliasDuplicateObjects: false }))
  const args = ['lint', file, '--config', join(root, 'redocly.yaml'), '--format', 'json']
  const env = { ...process.env, REDOCLY_TELEMETRY: 'off' }
  const output = await new Promise<string>((done) =>
    execFile(join(root, 'node_modules/.bin/redocly'), args, { cwd: folder, env, maxBuffer: 2 ** 26 }, (_error, stdout) =>
      done(stdout)
    )
  )
  const problems: { ruleId: string; location: { pointer: string }[] }[] = JSON.parse(output).problems
  for (const [rule, { pointer }] of Object.entries(faults)) {
    const found = problems
      .filter(({ ruleId }) => ruleId === rule)
      .flatMap(({ location }) => location.map((place) => place.pointer))
    t.ok(
      found.some((place) => place.startsWith(`#${pointer}`)),
      rule,
      { found }
    )
  }
})
