import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import type { operations } from '../../generated/sandbox.ts'
import { type Contract, type Json, readContract } from '../contract/document.ts'

export const sandboxContractFile = new URL('../../openapi.sandbox.yaml', import.meta.url)

type BodyOf<Op> = Op extends { requestBody: { content: { 'application/json': infer Body } } } ? Body : undefined
type AnswerOf<Responses> = Responses extends { 200: { content: { 'application/json': infer Body } } }
  ? { readonly status: 200; readonly body: Body }
  : { readonly status: 204 }

/** A handler for each operation of a sandbox; as `contract/handlers.ts` has them, with less to ask for. */
export type SandboxHandlers = {
  readonly [Op in keyof operations]: (call: {
    readonly body: BodyOf<operations[Op]>
    readonly query: NonNullable<operations[Op]['parameters']['query']>
  }) => Promise<AnswerOf<operations[Op]['responses']>>
}

/** The contract with the operations of a sandbox, which are routed, validated and guarded as all others are. */
export function withSandbox({ text, json, document }: Contract): Contract {
  const own = JSON.parse(JSON.stringify(parse(readFileSync(sandboxContractFile, 'utf8'))).replaceAll('"openapi.yaml#/', '"#/'))
  const merged: Json = structuredClone(document)
  Object.assign(merged.paths as Json, own.paths)
  for (const [section, named] of Object.entries(own.components as Record<string, Json>)) {
    const shared = (merged.components as Record<string, Json>)[section] as Json
    for (const [name, value] of Object.entries(named)) {
      if (name in shared) throw new Error(`openapi.sandbox.yaml: openapi.yaml has a ${section}/${name} too`)
      shared[name] = value
    }
  }
  return { text, json, document: merged, ...readContract(merged) }
}
