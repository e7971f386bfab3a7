import { setTimeout as sleep } from 'node:timers/promises'
import { ShadowError } from './error.ts'
import type { Read } from './har.ts'

/** One of the two services that are compared. */
export interface Side {
  readonly name: 'old' | 'new'
  /** Without a slash at the end. */
  readonly url: string
  /** A token, or what to get tokens with; undefined: all reads are anonymous. */
  readonly credentials: { readonly token: string } | { readonly username: string; readonly password: string } | undefined
}

export interface SideAnswer {
  /** Undefined where there came none. */
  readonly status: number | undefined
  readonly headers: Headers
  readonly bytes: Buffer
  /** Undefined where the body is no JSON. */
  readonly json: unknown
}

/** Milliseconds that an answer may take, and after which an access token (of five minutes, in Django) is made anew. */
const patience = 30_000
const tokenAge = 4 * 60_000
/** As many elements of a list as the contract lets a client ask for. */
const pageSize = 500

/** Sends reads to one service, and nothing else but what gets it a token. */
export class Reader {
  readonly #side: Side
  #token: { readonly value: string; readonly made: number } | undefined

  constructor(side: Side) {
    this.#side = side
  }

  async read({ path, anonymous, headers }: Read): Promise<SideAnswer> {
    const token = anonymous ? undefined : await this.#authorize()
    return this.#send(path, {
      headers: { accept: 'application/json, */*', ...headers, ...(token && { authorization: `Bearer ${token}` }) }
    })
  }

  /** The whole list, page after page, where `first` is a page of it. */
  async readPages(read: Read, first: SideAnswer): Promise<SideAnswer> {
    if (nextQuery(first) === undefined) return first
    const [path = '', query = ''] = read.path.split('?')
    const elements: unknown[] = []
    let next: string | undefined = `?${new URLSearchParams([...new URLSearchParams(query), ['page_size', String(pageSize)]])}`
    while (next !== undefined) {
      const page = await this.read({ ...read, path: path + next })
      if (page.status !== 200 || !Array.isArray(page.json)) return page
      elements.push(...page.json)
      next = nextQuery(page)
    }
    return { ...first, json: elements }
  }

  async #authorize(): Promise<string | undefined> {
    const { credentials, name } = this.#side
    if (credentials === undefined || 'token' in credentials) return credentials?.token
    if (this.#token && Date.now() - this.#token.made < tokenAge) return this.#token.value
    const answer = await this.#send('/api/auth/token/', {
      method: 'POST',
      headers: { accept: 'application/json', 'content-type': 'application/json' },
      body: JSON.stringify(credentials)
    })
    const access = (answer.json as { access?: unknown } | undefined)?.access
    if (answer.status !== 200 || typeof access !== 'string') {
      throw new ShadowError(
        `The ${name} service gives ${credentials.username} no token: it answers ${answer.status ?? 'nothing'}.`
      )
    }
    this.#token = { value: access, made: Date.now() }
    return access
  }

  /** Waits as long as a service asks for that is asked too often. */
  async #send(path: string, init: RequestInit): Promise<SideAnswer> {
    const answer = await this.#sendOnce(path, init)
    const wait = Number(answer.headers.get('retry-after') ?? Number.NaN)
    if (answer.status !== 429 || !(wait <= 60)) return answer
    await sleep(wait * 1000)
    return this.#sendOnce(path, init)
  }

  async #sendOnce(path: string, init: RequestInit): Promise<SideAnswer> {
    const { url, name } = this.#side
    try {
      const response = await fetch(url + path, { ...init, redirect: 'manual', signal: AbortSignal.timeout(patience) })
      const bytes = Buffer.from(await response.arrayBuffer())
      return { status: response.status, headers: response.headers, bytes, json: readJson(response.headers, bytes) }
    } catch (error) {
      if ((error as Error).name === 'TimeoutError') {
        return { status: undefined, headers: new Headers(), bytes: Buffer.alloc(0), json: undefined }
      }
      const { cause } = error as Error
      throw new ShadowError(`The ${name} service at ${url} can't be reached: ${cause instanceof Error ? cause.message : error}`)
    }
  }
}

function readJson(headers: Headers, bytes: Buffer): unknown {
  if (!/^application\/([\w.]+\+)?json\b/i.test(headers.get('content-type') ?? '')) return undefined
  try {
    return JSON.parse(bytes.toString())
  } catch {
    return undefined
  }
}

/** The query of the next page (RFC 8288); its address is the one that clients know, which may not be the one we asked. */
function nextQuery({ headers }: SideAnswer): string | undefined {
  const next = /<([^>]*)>;\s*rel="?next"?/.exec(headers.get('link') ?? '')?.[1]
  return next === undefined ? undefined : new URL(next, 'http://any').search
}
