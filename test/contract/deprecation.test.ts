import fastifyFormbody from '@fastify/formbody'
import fastifyMultipart from '@fastify/multipart'
import Fastify from 'fastify'
import t from 'tap'
import { type Json, type Operation, readContract } from '../../src/contract/document.ts'
import { problemSender } from '../../src/contract/problems.ts'
import { type ContractRoutesOptions, contractRoutes } from '../../src/contract/routes.ts'
import { createClientNames } from '../../src/operations/client-names.ts'
import { startMetrics } from '../../src/operations/metrics.ts'
import { contract } from '../support/contract.ts'
import { startService } from '../support/service.ts'

const since = { Deprecation: { required: true, schema: { type: 'string' } } }
const sunset = { ...since, Sunset: { required: true, schema: { type: 'string' } } }

/** A document with one operation, of which `fields` are given. */
function documentOf(fields: Json, headers: Json): Json {
  const responses = { '200': { description: 'Done.', headers }, '400': { description: 'Not done.' } }
  const get = { operationId: 'ask', security: [], responses, ...fields }
  return { openapi: '3.1.0', info: { title: 'Test', version: '1' }, paths: { '/ask/': { get } }, components: { responses: {} } }
}

t.test('a deprecated operation tells since when, and until when, whatever it answers; its callers are counted', async (t) => {
  const document = documentOf({ deprecated: true, 'x-deprecated-since': '2026-01-31', 'x-sunset': '2027-02-28' }, sunset)
  const app = Fastify()
  t.teardown(() => app.close())
  const metrics = startMetrics(app)
  await app.register(fastifyFormbody)
  await app.register(fastifyMultipart)
  let refuse = false
  await app.register(contractRoutes, {
    contract: { text: '', json: '', document, ...readContract(document) },
    handlers: { ask: async () => ({ status: 200 }) } as unknown as ContractRoutesOptions['handlers'],
    rules: new Map([['ask', { anonymous: true, roles: [], owner: undefined }]]),
    authenticate: async () => undefined,
    uploadDir: '',
    limitRate: async (_request, operation) => {
      if (refuse && operation) throw new Error('refused')
    },
    once: async (_key, carryOut) => carryOut(),
    caughtUp: async () => {},
    sendProblem: problemSender('problem'),
    metrics,
    clock: Date.now
  })
  const ask = (agent?: string) => app.inject({ url: '/ask/', headers: { 'user-agent': agent } as Record<string, string> })
  const told = { deprecation: '@1769817600', sunset: 'Sun, 28 Feb 2027 00:00:00 GMT' }
  for (const agent of ['okhttp/4.9', 'okhttp/5.0 (Android)', 'Mozilla/5.0 (X11; Linux)', '<script>', '']) {
    const answer = await ask(agent)
    t.equal(answer.statusCode, 200)
    t.match(answer.headers, told)
  }
  refuse = true
  const refused = await ask('attacker/1')
  t.equal(refused.statusCode, 500)
  t.match(refused.headers, told, 'refusals too')
  const { payload } = await app.inject('/metrics')
  for (const [client, count] of Object.entries({ okhttp: 2, Mozilla: 1, other: 2, none: 1 })) {
    t.match(payload, `deprecated_requests_total{operation="ask",client="${client}"} ${count}`)
  }
})

t.test('there are only so many clients in the metric, and whom the service refuses takes nobody’s place', async (t) => {
  const nameOf = createClientNames()
  for (let n = 0; n < 200; n += 1) t.equal(nameOf(`refused${n}/1.0`, false), 'other')
  const names = new Set(Array.from({ length: 200 }, (_, n) => nameOf(`client${n}/1.0`, true)))
  t.equal(names.size, 51)
  t.ok(names.has('other'))
  t.equal(nameOf('client7/2.0', false), 'client7')
  t.equal(nameOf('x'.repeat(41), true), 'other')
})

t.test('a contract that says half of it is refused at the start', async (t) => {
  const dates = { deprecated: true, 'x-deprecated-since': '2026-01-31' }
  for (const [fields, headers, message] of [
    [{ deprecated: true }, since, /without a date/],
    [{ ...dates, 'x-deprecated-since': '2026-02-30' }, since, /without a date/],
    [{ 'x-deprecated-since': '2026-01-31' }, {}, /without deprecated: true/],
    [{ 'x-sunset': '2026-01-31' }, sunset, /declares but never sends the header Deprecation/],
    [{ ...dates, 'x-sunset': 'soon' }, sunset, /no date/],
    [{ ...dates, 'x-sunset': '2026-01-30' }, sunset, /before x-deprecated-since/],
    [dates, {}, /does not declare the header Deprecation/],
    [dates, sunset, /declares but never sends the header Sunset/],
    [{ ...dates, 'x-sunset': '2027-01-31' }, since, /does not declare the header Sunset/],
    [{}, since, /declares but never sends the header Deprecation/]
  ] as [Json, Json, RegExp][]) {
    t.throws(() => readContract(documentOf(fields, headers)), { message })
  }
  t.match(readContract(documentOf(dates, since)).operations, [{ deprecation: { sunset: undefined } }])
})

t.test('each deprecated operation of the contract says so, and the others do not', async (t) => {
  const service = await startService(t)
  const admin = await service.admin()
  const path = `/api/auth/users/${admin.id}`
  const { headers } = await service.get(`${path}/detail/`, { as: admin })
  t.equal(headers.deprecation, '@1795478400')
  t.notOk('sunset' in headers, 'it has no end')
  const deprecated: Operation[] = contract.operations.filter(({ deprecation }) => deprecation !== undefined)
  t.same(
    deprecated.map(({ operationId }) => operationId),
    ['getUserDetail']
  )
  for (const { method, path: template } of deprecated) {
    const refused = await service.request(method as 'GET', template.replace('{id}', '1'))
    t.same([refused.status, refused.headers.deprecation], [401, '@1795478400'])
  }
  t.notOk('deprecation' in (await service.get(`${path}/`, { as: admin })).headers)
  const { payload } = await service.app.inject('/metrics')
  t.match(payload, 'deprecated_requests_total{operation="getUserDetail",client="lightMyRequest"} 2')
})
