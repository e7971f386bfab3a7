/**
 * `npm run conformance:record -- URL`: has the stories played by a sandbox twice, a day apart, and keeps the answers in
 * corpus.json. Look at its diff: what is another answer now is one for every client.
 */
import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { type Corpus, corpusFile, type Step, type Story, writeCorpus } from './corpus.ts'
import { expectationOf } from './match.ts'
import { advance, type Given, play, resetSandbox } from './play.ts'
import { stories } from './stories.ts'

/** @param base a sandbox with its default settings */
export async function record(base: string): Promise<Corpus> {
  const corpus = []
  for (const story of stories) {
    const first = await answersTo(base, story, 0)
    // Not a whole day, lest times of the day be the same.
    const second = await answersTo(base, story, 90_061)
    const steps = story.steps.map((step, index) => ({
      ...step,
      expect: expectationOf(step.method, step.path, first[index] as Given, second[index] as Given)
    }))
    corpus.push({ ...story, steps })
  }
  return corpus
}

async function answersTo(base: string, story: Story<Step>, later: number): Promise<Given[]> {
  if (!(await resetSandbox(base))) throw new Error(`${base} is no sandbox: start it with SANDBOX=1`)
  await advance(base, later)
  const answers: Given[] = []
  await play(base, story, (_, answer) => answers.push(answer))
  return answers
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const corpus = await record(process.argv[2]?.replace(/\/+$/, '') ?? 'http://127.0.0.1:8000')
  await writeFile(corpusFile, writeCorpus(corpus))
  console.log(`Recorded: ${corpus.length} stories, ${corpus.flatMap(({ steps }) => steps).length} requests.`)
}
