import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { compareContracts } from '../../scripts/contract/compare.ts'
import { compareVersions, judge, readBase, readDocument, releasedVersions } from '../../scripts/contract/releases.ts'
import { contractFile } from '../../src/contract/document.ts'

// biome-ignore lint/suspicious/noExplicitAny: a contract is changed here and there, anywhere in it.
type Loose = any

function small(): Loose {
  const ok = (name: string) => ({
    description: 'OK',
    content: { 'application/json': { schema: { $ref: `#/components/schemas/${name}` } } }
  })
  const id = { name: 'id', in: 'path', required: true, schema: { type: 'integer', format: 'int64' } }
  return {
    openapi: '3.1.0',
    info: { title: 'Small', version: '1.2.0' },
    security: [{ bearerAuth: [] }],
    paths: {
      '/things/': {
        get: {
          operationId: 'listThings',
          security: [{ bearerAuth: ['admin'] }],
          parameters: [
            { name: 'search', in: 'query', schema: { type: 'string', maxLength: 100 } },
            { name: 'ordering', in: 'query', schema: { $ref: '#/components/schemas/Ordering' } }
          ],
          responses: { 200: { ...ok('ThingList'), headers: { Link: { schema: { type: 'string' } } } }, 400: ok('Problem') }
        },
        post: {
          operationId: 'createThing',
          requestBody: {
            required: false,
            content: { 'application/json': { schema: { $ref: '#/components/schemas/ThingInput' } } }
          },
          responses: { 201: ok('Thing'), 400: ok('Problem') }
        }
      },
      '/things/{id}/': {
        parameters: [id],
        get: {
          operationId: 'getThing',
          security: [{ bearerAuth: ['admin'] }],
          'x-owner': 'id',
          responses: {
            200: { ...ok('Thing'), headers: { ETag: { required: true, schema: { type: 'string' } } } },
            404: ok('Problem')
          }
        },
        delete: { operationId: 'deleteThing', responses: { 204: { description: 'Gone' }, 404: ok('Problem') } }
      }
    },
    components: {
      securitySchemes: { bearerAuth: { type: 'http', scheme: 'bearer' } },
      schemas: {
        Ordering: { type: 'string', enum: ['id', '-id', 'name'] },
        Problem: {
          type: 'object',
          required: ['code'],
          properties: { code: { type: 'string', enum: ['bad', 'absent'], 'x-open-enum': true } }
        },
        Thing: {
          type: 'object',
          additionalProperties: false,
          required: ['id', 'name', 'note', 'state', 'parts'],
          properties: {
            id: { type: 'integer', format: 'int64' },
            name: { type: 'string', maxLength: 50 },
            note: { type: ['string', 'null'] },
            state: { type: 'string', enum: ['on', 'off'] },
            colour: { type: 'string' },
            parts: { type: 'array', items: { $ref: '#/components/schemas/Thing' } }
          }
        },
        ThingList: { type: 'array', items: { $ref: '#/components/schemas/Thing' } },
        ThingInput: {
          type: 'object',
          additionalProperties: false,
          required: ['name'],
          properties: {
            name: { type: 'string', maxLength: 50 },
            note: { type: ['string', 'null'] },
            size: { type: 'string', enum: ['s', 'm', 'l'] },
            owner: { anyOf: [{ type: 'integer' }, { type: 'string', format: 'email' }] },
            born: { type: 'string', format: 'date' }
          }
        }
      }
    }
  }
}

const schemas = (document: Loose) => document.components.schemas
const list = (document: Loose) => document.paths['/things/'].get
const create = (document: Loose) => document.paths['/things/'].post
const get = (document: Loose) => document.paths['/things/{id}/'].get

const breaking: Record<string, [(document: Loose) => void, RegExp]> = {
  'an operation is removed': [
    (d) => delete d.paths['/things/{id}/'].delete,
    /DELETE \/things\/\{id\}\/: the operation was removed/
  ],
  'a path is removed': [(d) => delete d.paths['/things/'], /POST \/things\/: the operation was removed/],
  'an operationId is another one': [(d) => (get(d).operationId = 'readThing'), /operationId: getThing → readThing/],
  'a query parameter is removed': [(d) => list(d).parameters.shift(), /query parameter search: removed/],
  'a parameter is required now': [(d) => (list(d).parameters[0].required = true), /query parameter search: required now/],
  'a new parameter is required': [
    (d) => list(d).parameters.push({ name: 'X-Key', in: 'header', required: true, schema: { type: 'string' } }),
    /header parameter x-key: added, required/
  ],
  "a parameter's enum is narrowed": [(d) => (schemas(d).Ordering.enum = ['id', '-id']), /Ordering in requests: enum/],
  "a parameter's length is limited": [(d) => (list(d).parameters[0].schema.maxLength = 10), /search.*maxLength: 100 → 10/],
  'a body is required now': [(d) => (create(d).requestBody.required = true), /body: required now/],
  'a body is not taken any more': [(d) => delete create(d).requestBody, /body: removed/],
  'a type of body is removed': [
    (d) => (create(d).requestBody.content = { 'text/plain': { schema: { type: 'string' } } }),
    /body application\/json: removed/
  ],
  'a new field of a request is required': [
    (d) => {
      schemas(d).ThingInput.properties.weight = { type: 'number' }
      schemas(d).ThingInput.required.push('weight')
    },
    /ThingInput\.weight in requests: the field was added, required/
  ],
  'a field of a request is required now': [
    (d) => schemas(d).ThingInput.required.push('size'),
    /ThingInput\.size in requests: required now/
  ],
  'a field of a request is removed': [(d) => delete schemas(d).ThingInput.properties.note, /ThingInput\.note.*removed/],
  "a request's enum loses a value": [
    (d) => schemas(d).ThingInput.properties.size.enum.pop(),
    /ThingInput\.size in requests: enum/
  ],
  "a request's type is another one": [(d) => (schemas(d).ThingInput.properties.name.type = 'integer'), /type: string → integer/],
  'a request may not be null any more': [
    (d) => (schemas(d).ThingInput.properties.note.type = 'string'),
    /ThingInput\.note in requests: type: \["string","null"\] → string/
  ],
  'a request loses an alternative': [(d) => schemas(d).ThingInput.properties.owner.anyOf.pop(), /ThingInput\.owner.*"email"/],
  'a request gets a pattern': [(d) => (schemas(d).ThingInput.properties.name.pattern = '^a'), /pattern: \(none\) → \^a/],
  'a date must not be in the future': [
    (d) => (schemas(d).ThingInput.properties.born['x-not-in-future'] = true),
    /x-not-in-future: \(none\) → true/
  ],
  'a request must have more fields': [(d) => (schemas(d).ThingInput.minProperties = 2), /minProperties: \(none\) → 2/],
  'a keyword that is not known here differs': [(d) => (schemas(d).ThingInput.not = { required: ['size'] }), /not: \(none\)/],
  'a field of an answer is removed': [
    (d) => {
      delete schemas(d).Thing.properties.name
      schemas(d).Thing.required = ['id', 'note', 'state', 'parts']
    },
    /Thing\.name in answers: the field was removed/
  ],
  'an optional field of an answer is removed': [(d) => delete schemas(d).Thing.properties.colour, /Thing\.colour in answers/],
  'a field of an answer may be missing': [
    (d) => (schemas(d).Thing.required = ['id', 'note', 'state', 'parts']),
    /Thing\.name in answers: no longer required/
  ],
  'an answer may be null': [
    (d) => (schemas(d).Thing.properties.name.type = ['string', 'null']),
    /Thing\.name in answers: type: string → \["string","null"\]/
  ],
  "an answer's type is another one": [
    (d) => (schemas(d).Thing.properties.id.type = 'string'),
    /Thing\.id in answers: type: integer → string/
  ],
  "an answer's type is wider": [(d) => (schemas(d).Thing.properties.id.type = 'number'), /type: integer → number/],
  "an answer's enum gets a value": [(d) => schemas(d).Thing.properties.state.enum.push('dim'), /Thing\.state in answers: enum/],
  'an answer is longer': [(d) => (schemas(d).Thing.properties.name.maxLength = 60), /Thing\.name in answers: maxLength: 50 → 60/],
  'a list becomes an object': [
    (d) => (schemas(d).ThingList = { type: 'object', properties: { items: { type: 'array' } } }),
    /ThingList in answers: type: array → object/
  ],
  'a status is removed': [(d) => delete get(d).responses[404], /404: the status was removed/],
  'a success is another status': [
    (d) => {
      create(d).responses[200] = create(d).responses[201]
      delete create(d).responses[201]
    },
    /200: the status was added(.|\n)*201: the status was removed/
  ],
  'a success that had no body gets one': [
    (d) => (d.paths['/things/{id}/'].delete.responses[204] = get(d).responses[200]),
    /204 application\/json: added/
  ],
  'a type of answer is removed': [
    (d) => (get(d).responses[200].content = { 'text/csv': { schema: { type: 'string' } } }),
    /200 application\/json: removed/
  ],
  'a header of an answer is removed': [(d) => delete list(d).responses[200].headers.Link, /200 header link: removed/],
  'a header is not sent always': [
    (d) => (get(d).responses[200].headers.ETag.required = false),
    /header etag: no longer sent always/
  ],
  'a role is needed': [(d) => (create(d).security = [{ bearerAuth: ['admin'] }]), /access: every user → admin/],
  'another role is needed': [(d) => (list(d).security = [{ bearerAuth: ['auditor'] }]), /access: admin → auditor/],
  'owners are kept out': [(d) => delete get(d)['x-owner'], /access: admin or the owner → admin/],
  'the way to authenticate is another one': [
    (d) => (d.components.securitySchemes.bearerAuth.scheme = 'basic'),
    /securitySchemes: differ/
  ]
}

const compatible: Record<string, (document: Loose) => void> = {
  'an operation is added': (d) =>
    (d.paths['/new/'] = { get: { operationId: 'getNew', responses: { 200: { description: 'x' } } } }),
  'an optional parameter is added': (d) => list(d).parameters.push({ name: 'page', in: 'query', schema: { type: 'integer' } }),
  "a parameter's enum gets a value": (d) => schemas(d).Ordering.enum.push('-name'),
  'an optional field of a request is added': (d) => (schemas(d).ThingInput.properties.weight = { type: 'number' }),
  'a field of a request is no longer required': (d) => (schemas(d).ThingInput.required = []),
  "a request's enum gets a value": (d) => schemas(d).ThingInput.properties.size.enum.push('xl'),
  'a request may be null': (d) => (schemas(d).ThingInput.properties.name.type = ['string', 'null']),
  'a request may be longer': (d) => (schemas(d).ThingInput.properties.name.maxLength = 60),
  'a request gets an alternative': (d) => schemas(d).ThingInput.properties.owner.anyOf.push({ type: 'null' }),
  'a field of an answer is added': (d) => {
    schemas(d).Thing.properties.weight = { type: 'number' }
    schemas(d).Thing.required.push('weight')
  },
  "an answer's enum loses a value": (d) => schemas(d).Thing.properties.state.enum.pop(),
  "an answer's open enum gets a value": (d) => schemas(d).Problem.properties.code.enum.push('worse'),
  'an answer is never null': (d) => (schemas(d).Thing.properties.note.type = 'string'),
  'a field of an answer is always there': (d) => schemas(d).Thing.required.push('colour'),
  'an error is added': (d) => (get(d).responses[409] = get(d).responses[404]),
  'a type of answer is added': (d) => (list(d).responses[200].content['text/csv'] = { schema: { type: 'string' } }),
  'a header of an answer is added': (d) => (create(d).responses[201].headers = { ETag: { schema: { type: 'string' } } }),
  'a role is not needed any more': (d) => (list(d).security = [{ bearerAuth: [] }]),
  'another role will do, too': (d) => (list(d).security = [{ bearerAuth: ['admin', 'auditor'] }]),
  'owners are let in': (d) => (list(d)['x-owner'] = 'id')
}

const same: Record<string, (document: Loose) => void> = {
  'texts and examples are others': (d) => {
    d.info.description = 'New.'
    schemas(d).Thing.description = 'A thing.'
    schemas(d).Thing.properties.name.example = 'x'
  },
  'a schema in line gets a name': (d) => {
    schemas(d).State = schemas(d).Thing.properties.state
    schemas(d).Thing.properties.state = { $ref: '#/components/schemas/State' }
  },
  'a schema has another name': (d) => {
    const renamed = JSON.parse(JSON.stringify(d).replaceAll('schemas/Thing"', 'schemas/Object"').replace('"Thing":', '"Object":'))
    d.paths = renamed.paths
    d.components = renamed.components
  },
  'a type array is written as alternatives': (d) =>
    (schemas(d).ThingInput.properties.note = { anyOf: [{ type: 'string' }, { type: 'null' }] }),
  'a schema is put together by allOf': (d) => {
    const { properties, ...rest } = schemas(d).ThingInput
    schemas(d).ThingInput = { ...rest, allOf: [{ type: 'object', properties }] }
  },
  'a parameter stands at the path': (d) => {
    get(d).parameters = d.paths['/things/{id}/'].parameters
    d.paths['/things/{id}/'].delete.parameters = d.paths['/things/{id}/'].parameters
    delete d.paths['/things/{id}/'].parameters
  }
}

const changesOf = (change: (document: Loose) => void) => {
  const after = small()
  change(after)
  return compareContracts(small(), after)
}
const text = (changes: ReturnType<typeof changesOf>) => changes.map(({ at, what }) => `${at}: ${what}`).join('\n')

t.test('what breaks a client is found, and told', async (t) => {
  for (const [name, [change, message]] of Object.entries(breaking)) {
    const found = changesOf(change).filter((each) => each.breaking)
    t.match(text(found), message, name)
  }
})

t.test('what breaks nobody is told, and let through', async (t) => {
  for (const [name, change] of Object.entries(compatible)) {
    const found = changesOf(change)
    t.not(found.length, 0, name)
    t.same(text(found.filter((each) => each.breaking)), '', name)
  }
})

t.test('what is only written differently is no change', async (t) => {
  for (const [name, change] of Object.entries(same)) t.equal(text(changesOf(change)), '', name)
})

t.test('a change of a shared schema is told once, with the operations that have it', async (t) => {
  const [change, ...others] = changesOf((d) => delete schemas(d).Thing.properties.colour)
  t.same(others, [])
  t.same(change?.operations, ['listThings', 'createThing', 'getThing'])
})

t.test('a breaking change needs a major version, a compatible one at least a minor one', async (t) => {
  const after = (version: string, change: (document: Loose) => void) => {
    const document = small()
    document.info.version = version
    change(document)
    return judge(small(), document)
  }
  const harmful = (d: Loose) => delete schemas(d).Thing.properties.colour
  const harmless = (d: Loose) => (schemas(d).Thing.properties.weight = { type: 'number' })
  t.match(after('1.3.0', harmful), { due: 'major', refused: true })
  t.match(after('2.0.0', harmful), { due: 'major', refused: false })
  t.match(after('1.2.0', harmless), { due: 'minor', refused: false })
  t.match(
    after('1.2.1', () => {}),
    { due: undefined, refused: false, changes: [] }
  )
  t.ok(compareVersions('1.10.0', '1.9.9') > 0)
  t.equal(compareVersions('1.2.3', '1.2.3'), 0)
})

t.test('the contract breaks nothing that was released, or has another major version', async (t) => {
  const base = await readBase()
  if (!base) {
    t.same(await releasedVersions(), [])
    return
  }
  const { changes, refused } = judge(base.document, await readDocument(contractFile))
  t.notOk(refused, `beside ${base.name}`, { breaking: changes.filter(({ breaking }) => breaking) })
})

async function diff(t: Test, base: string): Promise<{ code: number | null; output: string }> {
  const [loader, script] = ['scripts/typescript.js', 'scripts/contract-diff.ts'].map((path) =>
    fileURLToPath(new URL(`../../${path}`, import.meta.url))
  ) as [string, string]
  const child = spawn(process.execPath, ['--import', loader, script, base], { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  const code = await new Promise<number | null>((done) => child.on('close', done))
  t.comment(output)
  return { code, output }
}

t.test('the command tells what breaks, and fails unless the major version is a higher one', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'user-management-contract-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const now = await readDocument(contractFile)
  const older = structuredClone(now) as Loose
  older.paths['/api/auth/gone/'] = { get: { operationId: 'getGone', responses: { 200: { description: 'Gone by now.' } } } }
  const file = join(folder, 'older.json')
  await writeFile(file, JSON.stringify(older))
  const broken = await diff(t, file)
  t.equal(broken.code, 1)
  t.match(
    broken.output,
    /1 breaking, 0 compatible(.|\n)*GET \/api\/auth\/gone\/: the operation was removed(.|\n)*raise the major version/
  )
  older.info.version = '0.9.0'
  await writeFile(file, JSON.stringify(older))
  t.equal((await diff(t, file)).code, 0)
  const none = await diff(t, 'no-such-file-or-ref')
  t.equal(none.code, 2)
  t.match(none.output, /no file, and no git ref/)
  await writeFile(file, await readFile(contractFile))
  t.match(await diff(t, file), { code: 0, output: /0 breaking, 0 compatible/ })
})
