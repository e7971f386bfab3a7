import t from 'tap'
import { type Json, rawOperation, resolveReference } from '../../src/contract/document.ts'
import { contractAjv } from '../../src/contract/validation.ts'
import { contract } from '../support/contract.ts'
import { makeMaria } from '../support/samples.ts'
import { startService } from '../support/service.ts'

// That the JSON example of every request succeeds is in statuses.test.ts.

interface Example {
  readonly place: string
  /** JSON pointer of the schema it is an example of. */
  readonly schema: string
  readonly value: unknown
}

/** Every example of the contract, with the schema that stands beside it or that it stands in. */
function examples(node: unknown, place = ''): Example[] {
  if (typeof node !== 'object' || node === null) return []
  const { schema, example, examples: named } = node as Json
  const values = [example, ...Object.values((named ?? {}) as Record<string, Json>).map(({ value }) => value)]
  const own = values
    .filter((value) => value !== undefined)
    .map((value) => ({ place, schema: schema === undefined ? place : `${place}/schema`, value }))
  const below = Object.entries(node)
    .filter(([name]) => name !== 'example' && name !== 'examples')
    .flatMap(([name, child]) => examples(child, `${place}/${name.replaceAll('/', '~1')}`))
  return [...own, ...below]
}

t.test('every example is as its schema has it', async (t) => {
  const ajv = contractAjv(false)
  ajv.addSchema({ $id: 'contract', ...contract.document })
  const found = examples(contract.document)
  for (const { place, schema, value } of found) {
    const validate = ajv.compile({ $ref: `contract#${encodeURI(schema)}` })
    t.ok(validate(value), place, { errors: validate.errors })
  }
  t.ok(found.length > 80, `${found.length} examples`)
  t.equal(JSON.stringify(contract.document).match(/"examples?":/g)?.length, found.length, 'none stands elsewhere')
})

t.test('a problem of an example is one of its code, with its status', async (t) => {
  const used = contract.operations.flatMap(({ path, method }) => {
    const operation = rawOperation(contract.document, { method, path })
    return Object.entries(operation.responses as Record<string, Json>)
  })
  const problems = new Map(used.filter(([status]) => Number(status) >= 400).map((each) => [JSON.stringify(each), each]))
  for (const [status, reference] of problems.values()) {
    const { content } = resolveReference(contract.document, reference) as { content: Record<string, Json> }
    const problem = content['application/problem+json']?.example as Json | undefined
    t.same([problem?.type, problem?.status], [`urn:problem:${problem?.code}`, Number(status)])
  }
  t.ok(problems.size > 20)
})

t.test('the example of a form is taken as that of JSON is', async (t) => {
  const service = await startService(t)
  const admin = await service.admin()
  await makeMaria(service, admin)
  const form = 'application/x-www-form-urlencoded'
  const forms = contract.operations.filter(({ body }) => body?.contentTypes.includes(form))
  for (const { path, method } of forms) {
    const operation = rawOperation(contract.document, { method, path })
    const { content } = resolveReference(contract.document, operation.requestBody as Json) as { content: Record<string, Json> }
    const payload = new URLSearchParams(content[form]?.example as Record<string, string>).toString()
    const answer = await service.request(method as 'POST', path, { payload, headers: { 'content-type': form } })
    t.equal(answer.status, 200, path)
  }
  t.equal(forms.length, 1)
})
