import type { Corpus } from './corpus.ts'
import { differences } from './match.ts'
import { play, resetSandbox } from './play.ts'

export interface Outcome {
  readonly story: string
  readonly operation: string
  readonly request: string
  readonly faults: readonly string[]
}

/**
 * Sends what was recorded, and compares what comes back. All of it to a sandbox, from the seed each time; to any other
 * service only what changes nothing.
 * @throws Unreachable
 */
export async function conform(base: string, corpus: Corpus): Promise<{ seeded: boolean; outcomes: Outcome[] }> {
  const seeded = await resetSandbox(base)
  const outcomes: Outcome[] = []
  for (const story of corpus.filter(({ anywhere }) => seeded || anywhere)) {
    if (seeded) await resetSandbox(base)
    await play(base, story, ({ operation, method, path, expect }, answer) => {
      const faults = differences(method, path, expect, answer, seeded)
      outcomes.push({ story: story.name, operation, request: `${method} ${path}`, faults })
    })
  }
  return { seeded, outcomes }
}
