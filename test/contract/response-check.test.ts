import t from 'tap'
import type { Operation } from '../../src/contract/document.ts'
import { type Answer, responseChecker } from '../../src/contract/response-check.ts'
import { violationMessage } from '../../src/operations/response-sample.ts'
import { contract } from '../support/contract.ts'
import { checkAnswer, startService } from '../support/service.ts'
import { until } from '../support/wait.ts'

const operation = (id: string) => contract.operations.find(({ operationId }) => operationId === id) as Operation
const headers = { 'x-request-id': 'r', 'content-type': 'application/json; charset=utf-8' }
const problem = (code: string, status: number) =>
  JSON.stringify({ type: `urn:problem:${code}`, title: 'T', status, code, detail: 'D', request_id: 'r' })
const problemHeaders = { ...headers, 'content-type': 'application/problem+json' }
const tag = { ...headers, etag: '"a"' }
const role = '{"id": 2, "name": "cliente", "permissions": [1]}'

t.test(
  'a status, header, content type, body or problem code that is not declared is found, and named without its value',
  async (t) => {
    const check = responseChecker(contract, new Map(), 'now')
    for (const [operationId, answer, kind, message] of [
      ['getRole', { status: 200, headers: tag, text: role }, undefined],
      ['getRole', { status: 304, headers: tag, text: '' }, undefined],
      ['getRole', { status: 418, headers, text: '' }, 'status', /418/],
      ['getRole', { status: 200, headers, text: role }, 'header', /ETag/],
      ['getRole', { status: 200, headers: { ...tag, 'content-type': 'text/html' }, text: role }, 'content_type', /text\/html/],
      ['getRole', { status: 200, headers: { etag: '"a"', 'x-request-id': 'r' }, text: role }, 'content_type', /undefined/],
      ['getRole', { status: 200, headers: tag, text: 'secret' }, 'body', /^is no JSON$/],
      [
        'getRole',
        { status: 200, headers: tag, text: '{"id": "secret", "name": "x", "permissions": []}' },
        'body',
        /^\/id must be/
      ],
      ['getRole', { status: 200, headers: tag, text: '{"id": 2, "name": "x"}' }, 'body', /permissions/],
      ['getRole', { status: 304, headers: tag, text: 'secret' }, 'body', /none is declared/],
      ['getRole', { status: 404, headers: problemHeaders, text: problem('not_found', 404) }, undefined],
      ['getRole', { status: 404, headers: problemHeaders, text: problem('role_protected', 404) }, 'body', /^\/code must be/],
      ['getRole', { status: 404, headers, text: problem('not_found', 404) }, 'content_type', /problem/],
      ['getRole', { status: 401, headers: problemHeaders, text: problem('invalid_token', 401) }, 'header', /WWW-Authenticate/],
      ['listUsers', { status: 200, headers: { ...headers, vary: 'Accept' }, text: '[]' }, undefined],
      [
        'listUsers',
        { status: 200, headers: { ...headers, vary: 'a', 'x-total-count': 'secret' }, text: '[]' },
        'header',
        /Total-Count/
      ],
      [
        'listUsers',
        { status: 200, headers: { ...headers, vary: 'a', 'x-total-count': '-1' }, text: '[]' },
        'header',
        /Total-Count/
      ],
      ['listUsers', { status: 200, headers: { ...headers, vary: 'a' }, text: undefined }, undefined]
    ] as [string, Answer, string | undefined, RegExp?][]) {
      const faults = check(operation(operationId), answer)
      const what = `${operationId} ${answer.status} ${answer.text}`
      t.same([...new Set(faults.map((fault) => fault.kind))], kind === undefined ? [] : [kind], what)
      if (message) t.match(faults[0]?.message, message, what)
      t.notMatch(JSON.stringify(faults), /secret/, what)
    }
  }
)

t.test('what an operation answers since REQUIRED_ROLES closes it is as the contract has it, and nothing else is', async (t) => {
  const answer = {
    status: 401,
    headers: { ...problemHeaders, 'www-authenticate': 'Bearer' },
    text: problem('invalid_token', 401)
  }
  const provinces = operation('listProvinces')
  const closed = { anonymous: false, roles: [], owner: undefined }
  t.same(responseChecker(contract, new Map([['listProvinces', closed]]))(provinces, answer), [])
  t.match(responseChecker(contract, new Map([['getProvince', closed]]))(provinces, answer), [{ kind: 'status' }])
})

t.test('such an answer fails the test that got it', async (t) => {
  const settings = { errors: 'problem', requiredRoles: new Map(), sandbox: false } as const
  const failed: string[] = []
  const watched = { fail: (message: string) => failed.push(message) > 0 } as unknown as Parameters<typeof checkAnswer>[0]
  const answer = { status: 200, headers: tag, text: role }
  checkAnswer(watched, 'GET', '/auth/roles/2/detail/?x=1', answer, settings)
  checkAnswer(watched, 'HEAD', '/api/auth/roles/2/', { ...answer, text: '' }, settings)
  t.same(failed, [])
  checkAnswer(watched, 'GET', '/api/auth/roles/2/detail/', { ...answer, status: 203 }, settings)
  checkAnswer(watched, 'HEAD', '/api/auth/roles/2/', { ...answer, headers }, settings)
  t.equal(failed.length, 2)
})

t.test(
  'in a deployment a sample is checked once it was sent; what is wrong is counted and logged, and was sent all the same',
  async (t) => {
    const service = await startService(t, { RESPONSE_CHECK_SAMPLE: '1' }, { violations: true })
    const admin = await service.admin()
    await service.db.query(`insert into audit_event (action, occurred_at, target_name) values ('very.secret', now(), 'hidden')`)
    const address = await service.app.listen({ host: '127.0.0.1', port: 0 })
    const send = { authorization: `Bearer ${admin.access}`, 'x-request-id': 'the-odd-one' }
    const answer = await fetch(`${address}/api/auth/audit_log/`, { headers: send })
    t.equal(answer.status, 200)
    t.match(await answer.json(), [{ action: 'very.secret' }])
    const metrics = async () => (await service.app.inject('/metrics')).payload
    const violation = 'contract_violations_total{operation="listAuditEvents",kind="body"} 1'
    await until('the violation', async () => (await metrics()).includes(violation))
    t.match(await metrics(), /contract_checks_total\{result="ok"\} [1-9]/)
    t.match(await metrics(), 'contract_checks_total{result="violation"} 1')
    const line =
      service
        .log()
        .split('\n')
        .find((each) => each.includes(violationMessage)) ?? '{}'
    t.match(JSON.parse(line), {
      request_id: 'the-odd-one',
      operation: 'listAuditEvents',
      status: 200,
      faults: [{ kind: 'body', message: /^\/0\/action must be/ }]
    })
    t.notMatch(line, /very\.secret|hidden|Bearer/)
  }
)

t.test('without RESPONSE_CHECK_SAMPLE nothing is checked', async (t) => {
  const service = await startService(t, { RESPONSE_CHECK_SAMPLE: '' })
  t.equal(service.config.responseCheckSample, 0)
  await service.get('/api/auth/provinces/')
  t.notMatch((await service.app.inject('/metrics')).payload, /contract_checks_total\{/)
})
