import t, { type Test } from 'tap'
import { conform } from '../conformance/conform.ts'
import { readCorpus } from '../conformance/corpus.ts'
import { stories } from '../conformance/stories.ts'
import { contract } from '../support/contract.ts'
import { createTestDatabase } from '../support/postgres.ts'
import { startService } from '../support/service.ts'

/** For both sandboxes, since each begins with the seed. */
const shared = createTestDatabase('template0')
t.teardown(async () => (await shared).drop())

async function listen(t: Test, settings: Record<string, string>): Promise<string> {
  const service = await startService(t, settings, settings.SANDBOX ? { db: await shared } : {})
  return service.app.listen({ host: '127.0.0.1', port: 0 })
}

t.test('the corpus is what the stories tell, of every operation a success and, where it can fail, a failure', async (t) => {
  const corpus = await readCorpus()
  const requests = corpus.map(({ name, anywhere, steps }) => ({
    name,
    anywhere,
    steps: steps.map(({ expect: _, ...step }) => step)
  }))
  t.same(requests, JSON.parse(JSON.stringify(stories)), 'npm run conformance:record')
  const recorded = corpus.flatMap(({ steps }) => steps)
  for (const { operationId, statuses } of contract.operations) {
    const found = recorded.filter(({ operation }) => operation === operationId).map(({ expect }) => expect.status)
    t.ok(
      found.some((status) => status < 300),
      `${operationId} succeeds`
    )
    if (statuses.some((status) => status >= 400 && status < 413))
      t.ok(
        found.some((status) => status >= 400),
        `${operationId} fails`
      )
  }
})

t.test('a sandbox answers all of it as it was recorded', async (t) => {
  const { seeded, outcomes } = await conform(await listen(t, { SANDBOX: '1' }), await readCorpus())
  t.ok(seeded)
  t.same(
    outcomes.filter(({ faults }) => faults.length > 0),
    []
  )
})

t.test('what is no sandbox is sent only what reads, and needs no seed', async (t) => {
  const { seeded, outcomes } = await conform(await listen(t, {}), await readCorpus())
  t.notOk(seeded)
  t.ok(outcomes.length > 0)
  t.same(
    outcomes.filter(({ request, operation }) => !request.startsWith('GET ') && operation !== 'verifyToken'),
    []
  )
  t.same(
    outcomes.filter(({ faults }) => faults.length > 0),
    []
  )
})

t.test('an answer that is another one is told', async (t) => {
  const corpus = (await readCorpus()).filter(({ name }) => name === 'provinces')
  const base = await listen(t, { SANDBOX: '1', REQUIRED_ROLES: 'listProvinces=admin' })
  const { outcomes } = await conform(base, corpus)
  const [first, ...others] = outcomes.filter(({ faults }) => faults.length > 0)
  t.match(first?.faults[0], /^status 401, not 200/)
  t.same(others, [])
})
