/**
 * Makes generated/api.ts and the TypeScript client's types and routes from openapi.yaml, generated/sandbox.ts from
 * openapi.sandbox.yaml, and generated/database.ts from the migrated tables.
 *
 *   npm run generate              writes them
 *   npm run generate -- --check   writes nothing; fails where they are not what would be written
 */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import openapiTypes, { astToString } from 'openapi-typescript'
import ts from 'typescript'
import { contractFile, type Json, loadContract, rawOperation, resolveReference } from '../src/contract/document.ts'
import { startEmbedded } from '../src/database/embedded.ts'
import { migrate } from '../src/database/migrator.ts'
import { sandboxContractFile } from '../src/sandbox/contract.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('..', import.meta.url))
const notice = '// Made by `npm run generate`; do not edit.\n\n'

/** The contract's types, and what its extensions say about operations, which openapi-typescript leaves out. */
async function apiTypes(): Promise<string> {
  const { operations, probes } = loadContract()
  const aliases = operations.filter(({ operationId, handledBy }) => operationId !== handledBy)
  const callers = operations.filter(({ needsCaller }) => needsCaller)
  const types = astToString(await openapiTypes(contractFile))
  return `${notice}${types}
/** Operations that do the work of another one (x-alias-of). */
export interface aliases {
${aliases.map(({ operationId, handledBy }) => `    ${operationId}: "${handledBy}";`).join('\n')}
}

/** Operations about the caller's own data, which have a caller under any access rule (x-needs-caller). */
export type callerOperations =
${callers.map(({ operationId }) => `    | "${operationId}"`).join('\n')};

/** Operations that gateways ask (x-probe). */
export type probes =
${probes.map(({ operationId }) => `    | "${operationId}"`).join('\n')};
`
}

/**
 * The contract's types as a client needs them, with an Upload where a form takes a file, and what each operation's method has
 * to know beside them: method and path, whether it takes an Idempotency-Key, whether it answers with a page of a list.
 */
async function clientTypes(): Promise<string> {
  const { document, operations, probes } = loadContract()
  const upload = ts.factory.createTypeReferenceNode('Upload')
  const types = await openapiTypes(contractFile, { transform: ({ format }) => (format === 'binary' ? upload : undefined) })
  const described = [...probes, ...operations].map(({ operationId, method, path }) => {
    const operation = rawOperation(document, { method, path })
    const parameters = ((operation.parameters ?? []) as Json[]).map((parameter) => resolveReference(document, parameter).name)
    const { summary, description } = operation as { summary: string; description?: string }
    const lines = [`${summary}.`, ...(description ? ['', ...description.trimEnd().split('\n')] : [])]
    const comment = ['/**', ...lines.map((line) => ` * ${line.replaceAll('*/', '* /')}`.trimEnd()), ' */']
    const keyed = parameters.includes('Idempotency-Key')
    return { operationId, method, path, comment, keyed, paged: parameters.includes('cursor') }
  })
  return `${notice}import type { Method, OperationId, Upload } from './types.ts'

${astToString(types)}
/** Operations that answer with a page of a list. */
export type pagedOperations =
${described.flatMap(({ operationId, paged }) => (paged ? [`    | '${operationId}'`] : [])).join('\n')}

/** How each operation is called; \`keyed\` where it takes an Idempotency-Key. */
export const routes = {
${described.map(({ operationId, method, path, keyed }) => `    ${operationId}: { method: '${method}', path: '${path}'${keyed ? ', keyed: true' : ''} }`).join(',\n')}
} as const satisfies Record<OperationId, { method: string; path: string; keyed?: true }>

/** A method for each operation. */
export interface Methods {
${described.map(({ operationId, comment }) => [...comment, `${operationId}: Method<'${operationId}'>`].map((line) => `    ${line}`).join('\n')).join('\n')}
}
`
}

/** The tables' types, as `database/connection.ts` reads values: int8 as number, date as string. */
async function databaseTypes(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'user-management-generate-'))
  const postgres = await startEmbedded(join(folder, 'data'))
  try {
    await migrate(postgres.url)
    const args = ['--dialect=postgres', `--url=${postgres.url}`, '--date-parser=string', '--exclude-pattern=user_management_*']
    const types = ['--type-mapping={"int8":"number"}']
    const { stdout } = await run(join(root, 'node_modules/.bin/kysely-codegen'), [...args, ...types, '--print'], { cwd: root })
    return notice + stdout.slice(stdout.indexOf('import type'))
  } finally {
    await postgres.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

const check = process.argv.includes('--check')
const files: [string, string][] = [
  ['generated/api.ts', await apiTypes()],
  ['clients/typescript/src/generated.ts', await clientTypes()],
  ['generated/sandbox.ts', notice + astToString(await openapiTypes(sandboxContractFile))],
  ['generated/database.ts', await databaseTypes()]
]
for (const [file, text] of files) {
  if (!check) await writeFile(join(root, file), text)
  else if ((await readFile(join(root, file), 'utf8').catch(() => '')) !== text) {
    console.error(`${file} is stale: run npm run generate and commit it.`)
    process.exitCode = 1
  }
}
