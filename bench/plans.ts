/**
 * `npm run bench:plans`: what each operation of the contract has Postgres read at 1,000,000 users, as auto_explain saw it
 * done. Writes a table to `bench/results`; `docs/performance.md` tells how to read it.
 *
 *   npm run bench:plans -- --users 1000
 */
import { open, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import t from 'tap'
import { run, startPostgres } from './database.ts'

/** A node of a plan, as EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) tells it. */
interface PlanNode {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  readonly 'Index Name'?: string
  readonly 'Actual Rows': number
  readonly 'Actual Loops': number
  readonly 'Rows Removed by Filter'?: number
  readonly 'Rows Removed by Index Recheck'?: number
  readonly 'Shared Hit Blocks': number
  readonly 'Shared Read Blocks': number
  readonly Plans?: readonly PlanNode[]
}

interface LoggedPlan {
  readonly 'Query Text': string
  readonly Plan: PlanNode
}

const { values } = parseArgs({ options: { users: { type: 'string', default: '1000000' } } })
const users = Number(values.users)
const folder = fileURLToPath(new URL('./.data/', import.meta.url))
t.setTimeout(3_600_000)
const postgres = await startPostgres(folder, [users])
t.after(() => postgres.stop())

t.test(`plans at ${users} users`, async (t) => {
  // Named before they are read: test databases are made on this server, as copies of the seeded one.
  process.env.TEST_POSTGRES_URL = new URL('/postgres', postgres.url(users)).href
  const { createTestDatabase } = await import('../test/support/postgres.ts')
  const { startService } = await import('../test/support/service.ts')
  const { makeMaria, sample } = await import('../test/support/samples.ts')
  const { contract } = await import('../test/support/contract.ts')
  const db = await createTestDatabase(`bench_${users}`)
  t.teardown(() => db.drop())
  for (const statement of growth(users)) await run(db.url, statement)
  await run(db.url, 'vacuum analyze')
  for (const [name, value] of Object.entries({
    session_preload_libraries: 'auto_explain',
    'auto_explain.log_min_duration': '0',
    'auto_explain.log_analyze': 'on',
    'auto_explain.log_buffers': 'on',
    'auto_explain.log_nested_statements': 'on',
    'auto_explain.log_format': 'json'
  })) {
    await run(db.url, `alter database ${db.name} set ${name} = '${value}'`)
  }
  const log = await followLog(`${folder}postgres/postgres.log`)
  t.teardown(() => log.close())
  const service = await startService(t, {}, { db })
  const admin = await service.admin()
  // Until it listens for changes, it asks for the principal at each request.
  for (let before = -1; before !== service.statements(); ) {
    before = service.statements()
    await service.get('/api/auth/verify/', { as: admin })
  }
  await log.read()
  await new Promise((done) => setTimeout(done, 5000))
  const ownWork = new Set((await log.read()).map((plan) => plan['Query Text']))

  const lines: string[] = []
  for (const operation of contract.operations) {
    const { operationId, handledBy, method } = operation
    if (operationId !== handledBy) continue
    if (!(await service.db.query(`select from auth_user where username = 'maria'`)).length) {
      await makeMaria(service, admin)
    }
    const { path, options: given } = await sample(service, operation, admin)
    // The user of its example is there by now.
    const named = { ...(given.body as object), username: 'another', email: 'another@example.org' }
    const options = operationId === 'createUser' ? { ...given, body: named } : given
    if (options.as) await service.get('/api/auth/verify/', { as: options.as })
    await log.read()
    const before = service.statements()
    const answer = await service.request(method as 'GET', path, options)
    const sent = service.statements() - before
    const plans = (await log.read()).filter((plan) => !ownWork.has(plan['Query Text']))
    const nodes = plans.flatMap(({ Plan }) => walk(Plan))
    const cells = [
      `\`${operationId}\``,
      sent,
      sum(nodes, readBy),
      pages(plans),
      accesses(nodes).join(', ') || '–',
      answer.text.length
    ]
    lines.push(`| ${cells.join(' | ')} |`)
    t.ok(answer.status < 300, `${operationId} ${answer.status}`)
  }
  const head = ['operation', 'statements', 'rows read', 'pages', 'by', 'bytes of the answer']
  const table = [`| ${head.join(' | ')} |`, `|${' --- |'.repeat(head.length)}`, ...lines].join('\n')
  const file = new URL(`./results/plans-${users}.md`, import.meta.url)
  await writeFile(file, `# Plans at ${users} users\n\nWritten by \`npm run bench:plans\`.\n\n${table}\n`)
  t.comment(`Written to ${fileURLToPath(file)}`)
})

/** What grows with the users and is not seeded for the other measurements: a session and two events each, some guesses and links. */
function growth(users: number): string[] {
  const each = `from generate_series(1, ${users}) as n`
  return [
    `insert into user_session (id, user_id, refresh_jti, expires_at, user_agent, address)
     select gen_random_uuid(), n, gen_random_uuid(), now() + interval '1 day', 'Mozilla/5.0', '198.51.100.7' ${each}`,
    `insert into audit_event (occurred_at, action, actor_id, target_type, target_id, address)
     select now() - n * interval '1 second', 'session.opened', n, 'user', n, '198.51.100.7' ${each}`,
    `insert into outbox_event (type, subject, occurred_at, position, data)
     select 'role.created', 'role/' || n, now() - interval '1 hour', n, '{"role": {"id": 1, "name": "any"}}' ${each}`,
    `update outbox set last_position = ${users}`,
    `insert into login_guess (key, failures, blocked_until)
     select sha256(n::text::bytea), 1, now() ${each} where n % 20 = 0`,
    `insert into password_reset (token_hash, user_id, expires_at)
     select sha256(n::text::bytea), n, now() + interval '1 hour' ${each} where n % 20 = 0`,
    `insert into email_confirmation (user_id, token_hash, email, purpose, expires_at)
     select n, sha256(n::text::bytea), 'new' || n || '@example.org', 'change', now() + interval '1 hour' ${each} where n % 20 = 1`
  ]
}

/** Reads the plans that Postgres has logged since it was asked last. */
async function followLog(path: string): Promise<{ read(): Promise<LoggedPlan[]>; close(): Promise<void> }> {
  const file = await open(path)
  let position = (await file.stat()).size
  return {
    async read() {
      const { size } = await file.stat()
      const { buffer } = await file.read(Buffer.alloc(size - position), 0, size - position, position)
      position = size
      // What goes on in a line of its own begins with a tab.
      const found = buffer.toString().matchAll(/ms {2}plan:\n((?:\t.*\n?)+)/g)
      return [...found].map(([, text = '']) => JSON.parse(text.replaceAll(/^\t/gm, '')) as LoggedPlan)
    },
    close: () => file.close()
  }
}

function walk(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(walk)]
}

function sum<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((total, item) => total + of(item), 0)
}

/** Rows that a scan of a table or index came by, those it then left out too. */
function readBy(node: PlanNode): number {
  if (node['Relation Name'] === undefined || !/Scan$/.test(node['Node Type'])) return 0
  const left = (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0)
  return Math.round((node['Actual Rows'] + left) * node['Actual Loops'])
}

/** Pages of 8 kB that were looked at; a node's count has those of the nodes below it. */
function pages(plans: readonly LoggedPlan[]): number {
  return sum(plans, ({ Plan }) => Plan['Shared Hit Blocks'] + Plan['Shared Read Blocks'])
}

/** The indexes that were gone by, and the tables that were read from end to end. */
function accesses(nodes: readonly PlanNode[]): string[] {
  const indexes = nodes.map((node) => node['Index Name'])
  const whole = nodes.filter((node) => node['Node Type'] === 'Seq Scan').map((node) => `all of \`${node['Relation Name']}\``)
  return [...new Set([...indexes.flatMap((index) => (index ? [`\`${index}\``] : [])), ...whole])]
}
