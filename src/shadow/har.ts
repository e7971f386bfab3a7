import { readFile } from 'node:fs/promises'
import { ShadowError } from './error.ts'

/** A read to be sent to both services. */
export interface Read {
  /** With the query. */
  readonly path: string
  readonly anonymous?: boolean
  readonly headers?: Readonly<Record<string, string>>
}

/** What of a recorded request's headers an answer can depend on; not what says who asked. */
const replayed = new Set(['accept', 'accept-language', 'origin'])
const ours = /^\/(api\/auth|auth|media)\//

interface Har {
  readonly log: { readonly entries: readonly { readonly request: HarRequest }[] }
}

interface HarRequest {
  readonly method: string
  readonly url: string
  readonly headers?: readonly { readonly name: string; readonly value: string }[]
}

/**
 * The GETs of a HAR file, as browsers export it, each once; of their addresses only path and query, and only those that
 * a user-management service has.
 * @returns also how many GETs were of other paths
 * @throws ShadowError if it is no HAR file
 */
export async function readHar(file: string): Promise<{ reads: Read[]; others: number }> {
  try {
    const { log } = JSON.parse(await readFile(file, 'utf8')) as Har
    const reads = log.entries
      .filter(({ request }) => request.method === 'GET')
      .map(({ request: { url, headers = [] } }) => {
        const { pathname, search } = new URL(url)
        const kept = headers.filter(({ name }) => replayed.has(name.toLowerCase()))
        return {
          path: pathname + search,
          headers: Object.fromEntries(kept.map(({ name, value }) => [name.toLowerCase(), value]))
        }
      })
    const wanted = reads.filter(({ path }) => ours.test(path))
    return { reads: [...new Map(wanted.map((read) => [read.path, read])).values()], others: reads.length - wanted.length }
  } catch (error) {
    throw new ShadowError(`${file} can't be read as a HAR file: ${(error as Error).message}`)
  }
}
