import { readFile } from 'node:fs/promises'

/** A request, and what came back when it was recorded. In texts, `{{name}}` stands for what an earlier step took. */
export interface Step {
  /** operationId, or what it is about where the contract has none. */
  readonly operation: string
  readonly method: string
  readonly path: string
  /** Who sends it: one of the seed, who is logged in for it; or `{{name}}`, a token. */
  readonly as?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  /** Sent as multipart/form-data: fields, and a file in base64. */
  readonly form?: {
    readonly fields: Readonly<Record<string, string>>
    readonly file?: { readonly name: string; readonly base64: string }
  }
  /** Seconds that the clock is moved on before. */
  readonly advance?: number
  /** Whose last mail is read before, into `{{uid}}` and `{{token}}`. */
  readonly mail?: string
  /** What later steps use: name -> where it stands in the answer, `access` or `0.id`, or `header etag`. */
  readonly take?: Readonly<Record<string, string>>
}

export interface Recorded extends Step {
  readonly expect: Expectation
}

/** Values that differ from run to run are marks, `{ "~": kind }`. */
export interface Expectation {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: unknown
}

/** Steps that build on one another, beginning with the seed. */
export interface Story<S extends Step = Step> {
  readonly name: string
  /** Whether it changes nothing and asks nothing of the seed, so that any service has to answer so. */
  readonly anywhere: boolean
  readonly steps: readonly S[]
}

export type Corpus = readonly Story<Recorded>[]

export const corpusFile = new URL('corpus.json', import.meta.url)

export async function readCorpus(): Promise<Corpus> {
  return JSON.parse(await readFile(corpusFile, 'utf8'))
}

/** A step a line, so that a diff shows which ones are others now. */
export function writeCorpus(corpus: Corpus): string {
  const stories = corpus.map(({ name, anywhere, steps }) => {
    const lines = steps.map((step) => `    ${JSON.stringify(step)}`).join(',\n')
    return `  { "name": ${JSON.stringify(name)}, "anywhere": ${anywhere}, "steps": [\n${lines}\n  ] }`
  })
  return `[\n${stories.join(',\n')}\n]\n`
}
