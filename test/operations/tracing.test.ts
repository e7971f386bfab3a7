import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { freePort } from '../../src/database/embedded.ts'
import { serve } from '../support/process.ts'
import { startService } from '../support/service.ts'
import { until } from '../support/wait.ts'

const [traceId, callerSpan] = ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7']
const traceparent = `00-${traceId}-${callerSpan}-01`
const password = 'a long and private phrase'

interface SentSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly kind: number
  readonly attributes: Record<string, unknown>
  readonly status: { readonly code?: number }
}

/** A real receiver of OTLP/HTTP in JSON (https://opentelemetry.io/docs/specs/otlp/#otlphttp-request). */
async function startReceiver(t: Test) {
  const [spans, bodies, headers]: [SentSpan[], string[], IncomingHttpHeaders[]] = [[], [], []]
  const services = new Set<unknown>()
  const server = createServer(async (request, response) => {
    const body = await text(request)
    bodies.push(body)
    headers.push(request.headers)
    const plain = (attributes: { key: string; value: Record<string, unknown> }[]) =>
      Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]))
    for (const { resource, scopeSpans } of JSON.parse(body).resourceSpans) {
      services.add(plain(resource.attributes)['service.name'])
      for (const { spans: sent } of scopeSpans)
        for (const span of sent) spans.push({ ...span, attributes: plain(span.attributes) })
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, spans, bodies, headers, services }
}

t.test('with an OTLP endpoint a request is a span of the trace of its caller, and its statements are spans in it', async (t) => {
  const receiver = await startReceiver(t)
  const service = await serve(t, {
    ADMIN_PASSWORD: password,
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=users',
    OTEL_BSP_SCHEDULE_DELAY: '100'
  })
  const answered = await fetch(`${service.origin}/api/auth/token/?state=a-secret-in-the-query`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', traceparent },
    body: JSON.stringify({ username: 'admin', password })
  })
  const { access } = (await answered.json()) as { access: string }
  const list = await fetch(`${service.origin}/api/auth/users/?search=private-name`, {
    headers: { authorization: `Bearer ${access}` }
  })
  t.equal(list.status, 200)
  await fetch(`${service.origin}/healthz`)
  await fetch(`${service.origin}/nothing/of/the/kind?token=a-secret-in-the-query`)
  await until('a span of each request', () => receiver.spans.filter(({ kind }) => kind === 2).length >= 3)
  service.child.kill('SIGTERM')
  t.equal(await service.ended(), 0)

  const requests = receiver.spans.filter(({ kind }) => kind === 2)
  t.equal(requests.length, 3, 'probes are none')
  const token = requests.find(({ name }) => name === 'obtainToken')
  t.match(token, {
    traceId,
    parentSpanId: callerSpan,
    attributes: {
      'http.request.method': 'POST',
      'http.route': '/api/auth/token/',
      'http.response.status_code': 200,
      'openapi.operation_id': 'obtainToken'
    }
  })
  const statementsOf = (request: SentSpan | undefined) =>
    receiver.spans.filter(({ kind, parentSpanId }) => kind === 3 && parentSpanId === request?.spanId)
  const statements = statementsOf(token)
  t.ok(statements.length > 0, 'what the login asked of Postgres')
  t.ok(statements.every((span) => span.traceId === traceId))
  t.match(statements.find(({ name }) => name === 'UPDATE' || name === 'WITH' || name === 'INSERT')?.attributes, {
    'db.system.name': 'postgresql',
    'db.query.text': /\$1/
  })
  const users = requests.find(({ name }) => name === 'listUsers')
  t.match(users?.traceId, /^[0-9a-f]{32}$/)
  t.not(users?.traceId, traceId, 'who sends no trace gets one')
  t.ok(statementsOf(users).length > 0)
  t.ok(requests.some(({ name, attributes }) => name === 'GET' && attributes['http.response.status_code'] === 404))

  const sent = receiver.bodies.join()
  for (const secret of [password, access, 'a-secret-in-the-query', 'private-name', 'of/the/kind'])
    t.notMatch(sent, secret, secret)
  t.equal(receiver.headers[0]?.['x-tenant'], 'users')
  t.same([...receiver.services], ['user-management'])
  t.match(service.output(), new RegExp(`trace_id.*${traceId}`), 'the log has it')
})

t.test('a collector that is gone delays neither requests nor the end, and is told once', async (t) => {
  const service = await serve(t, {
    ADMIN_PASSWORD: password,
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await freePort()}`,
    OTEL_EXPORTER_OTLP_TIMEOUT: '500',
    OTEL_BSP_SCHEDULE_DELAY: '100'
  })
  for (let round = 0; round < 3; round += 1) t.equal((await fetch(`${service.origin}/api/auth/provinces/`)).status, 200)
  await service.until(/Traces could not be sent/)
  t.equal((await fetch(`${service.origin}/api/auth/provinces/`)).status, 200)
  service.child.kill('SIGTERM')
  t.equal(await service.ended(), 0)
  t.equal(service.output().match(/Traces could not be sent/g)?.length, 1)
})

t.test('without an endpoint nothing of OpenTelemetry is loaded; with one it is', async (t) => {
  const receiver = await startReceiver(t)
  const loaded = async (env: Record<string, string>) => {
    const coverage = await mkdtemp(join(tmpdir(), 'user-management-loaded-'))
    t.teardown(() => rm(coverage, { recursive: true, force: true }))
    // Node writes down all that it has loaded.
    const service = await serve(t, { ADMIN_PASSWORD: password, ...env, NODE_V8_COVERAGE: coverage })
    t.equal((await fetch(`${service.origin}/api/auth/provinces/`)).status, 200)
    service.child.kill('SIGTERM')
    t.equal(await service.ended(), 0)
    const reports = await Promise.all((await readdir(coverage)).map((file) => readFile(join(coverage, file), 'utf8')))
    const urls = reports.flatMap((report) => JSON.parse(report).result.map(({ url }: { url: string }) => url)) as string[]
    t.ok(urls.some((url) => url.endsWith('src/app.ts')))
    // The API alone, of a few empty functions, comes with prom-client.
    return urls.filter((url) => /node_modules\/@opentelemetry\/(?!api\/)|operations\/tracing/.test(url))
  }
  const [off, on] = await Promise.all([
    loaded({ OTEL_SERVICE_NAME: 'alone-it-asks-for-nothing' }),
    loaded({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${receiver.url}/v1/traces` })
  ])
  t.same(off, [])
  t.ok(on.length > 0)
})

t.test('the trace of the caller is in every line of a request without OpenTelemetry too; one that is none is not', async (t) => {
  const service = await startService(t)
  const ask = async (id: string, header: string | undefined) => {
    const headers = { 'x-request-id': id, ...(header !== undefined && { traceparent: header }) }
    await service.get('/api/auth/users/', { headers })
    const lines = service.log().split('\n')
    return lines.filter((line) => line.includes(`"request_id":"${id}"`)).map((line) => JSON.parse(line).trace_id)
  }
  const told = await ask('traced', traceparent)
  t.ok(told.length >= 3, 'arrival, refusal, answer')
  t.ok(told.every((id) => id === traceId))
  t.ok((await ask('later', `cc-${traceId}-${callerSpan}-00-what-a-later-version-adds`)).every((id) => id === traceId))
  const none: Record<string, string | undefined> = {
    absent: undefined,
    empty: '',
    zero: `00-${'0'.repeat(32)}-${callerSpan}-01`,
    'zero-parent': `00-${traceId}-${'0'.repeat(16)}-01`,
    upper: traceparent.toUpperCase(),
    version: `ff-${traceId}-${callerSpan}-01`,
    longer: `${traceparent}-more`,
    nonsense: 'x"\\'
  }
  for (const [what, header] of Object.entries(none)) {
    const ids = await ask(what, header)
    t.ok(ids.length >= 3, what)
    t.ok(
      ids.every((id) => id === undefined),
      what
    )
  }
})
