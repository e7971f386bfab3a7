import { type EncodedBody, encodeBody } from './body.ts'
import { type Methods, routes } from './generated.ts'
import { readProblem, retryAfter } from './problem.ts'
import { createRenewal } from './session.ts'
import { memoryStore, type TokenStore, type Tokens } from './stores.ts'
import type { Answer, ArgumentList, Arguments, Data, Item, OperationId, Page, PagedOperation } from './types.ts'

export interface ClientOptions {
  /** Where the service is, such as `https://accounts.example.org`; empty for a page that comes from there itself. */
  readonly baseUrl: string
  /** Where the tokens are kept; in memory where it is absent. */
  readonly tokens?: TokenStore
  /** Told once when the session has ended, other than by `logout`: its refresh token has expired or was revoked. */
  readonly onSessionEnded?: () => void
  /**
   * How often a request is sent again that did not arrive or was answered with 503 and `Retry-After`, if that is safe: a
   * GET, or a creation, which has an `Idempotency-Key`. 2 where it is absent.
   */
  readonly retries?: number
  /** In the place of the global one. */
  readonly fetch?: typeof fetch
}

/** A method for each operation of the contract, and: */
export interface Client extends Methods {
  /** Calls an operation for the whole answer, with its headers (`ETag`), in any of its content types. */
  send<Op extends OperationId>(operation: Op, ...args: ArgumentList<Op>): Promise<Answer<Op>>
  /** The pages of a list, each fetched when it is asked for. */
  pages<Op extends PagedOperation>(operation: Op, ...args: ArgumentList<Op>): AsyncGenerator<Page<Item<Op>>, void>
  /** The items of a list, over all pages. Not counted, unless `count` asks for it. */
  items<Op extends PagedOperation>(operation: Op, ...args: ArgumentList<Op>): AsyncGenerator<Item<Op>, void>
}

interface AnyArguments {
  readonly path?: Readonly<Record<string, unknown>>
  readonly query?: Readonly<Record<string, unknown>>
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: object
  readonly accept?: string
  readonly signal?: AbortSignal
}

interface Message {
  readonly url: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: EncodedBody | undefined
  readonly signal: AbortSignal | undefined
  /** Whether sending it twice does no more than sending it once. */
  readonly repeatable: boolean
}

/** Operations that take credentials or tokens in the body, and none in the header. */
const withoutToken = new Set<OperationId>(['login', 'obtainToken', 'refreshToken', 'verifyToken'])
/** Operations whose answer opens a session. */
const opening = new Set<OperationId>(['login', 'obtainToken'])
/** A service that asks for more patience is left to the caller; in seconds. */
const longestWait = 30

/**
 * Makes a client. `login` and `obtainToken` keep the tokens that they get; an access token that has expired is renewed, once
 * for all requests that met it; `logout` forgets them.
 */
export function createClient(options: ClientOptions): Client {
  const { tokens: store = memoryStore(), onSessionEnded = () => {}, retries = 2 } = options
  const baseUrl = options.baseUrl.replace(/\/+$/, '')
  const renew = createRenewal(store, (refresh) => call('refreshToken', { body: { refresh } }) as Promise<Tokens>, onSessionEnded)

  async function send(operation: OperationId, args: AnyArguments = {}): Promise<Answer<OperationId>> {
    if (operation === 'logout') return logOut(args)
    const answer = await exchange(operation, args)
    if (opening.has(operation)) {
      const { access, refresh } = answer.data as Tokens
      await store.set({ access, refresh })
    }
    return answer
  }

  async function call(operation: OperationId, args?: AnyArguments): Promise<Data<OperationId>> {
    return (await send(operation, args)).data as Data<OperationId>
  }

  /** Ends the session whose tokens are kept, unless `args` names another one. */
  async function logOut(args: AnyArguments): Promise<Answer<OperationId>> {
    const tokens = await store.get()
    try {
      return await exchange('logout', { ...(tokens && { body: { refresh: tokens.refresh } }), ...args })
    } finally {
      if (args.query?.scope !== 'others') await store.set(undefined)
    }
  }

  async function exchange(operation: OperationId, args: AnyArguments): Promise<Answer<OperationId>> {
    const message = await compose(operation, args)
    const access = withoutToken.has(operation) ? undefined : (await store.get())?.access
    let response = await transmit(message, access)
    if (response.status === 401 && access !== undefined) {
      const problem = await readProblem(operation, response)
      // A wrong password in the body, which no other token makes right.
      if (problem.code === 'invalid_credentials') throw problem
      const renewed = await renew(access)
      if (renewed === undefined || renewed === access) throw problem
      response = await transmit(message, renewed)
    }
    if (!response.ok && response.status !== 304) throw await readProblem(operation, response)
    const isJson = response.headers.get('content-type')?.startsWith('application/json') === true
    return { data: isJson ? await response.json() : undefined, response }
  }

  async function compose(operation: OperationId, { path, query, headers, body, accept, signal }: AnyArguments): Promise<Message> {
    const route: { method: string; path: string; keyed?: boolean } = routes[operation]
    const encoded = body && (await encodeBody(body))
    const parameters = new URLSearchParams()
    for (const [name, value] of Object.entries(query ?? {})) if (value !== undefined) parameters.set(name, String(value))
    const search = parameters.toString()
    const filled = route.path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(String(path?.[name])))
    return {
      url: `${baseUrl}${filled}${search && `?${search}`}`,
      method: route.method,
      headers: {
        // Without the first, a deployment may answer with errors in the shapes of Django REST Framework.
        accept: accept ?? 'application/problem+json, application/json',
        ...(encoded?.contentType && { 'content-type': encoded.contentType }),
        ...(route.keyed && { 'idempotency-key': randomKey() }),
        ...lowerCaseNames(headers)
      },
      body: encoded,
      signal,
      repeatable: route.method === 'GET' || route.keyed === true
    }
  }

  /** Sends a message, again where that is safe and may help. */
  async function transmit({ url, headers, body, signal, ...message }: Message, access: string | undefined): Promise<Response> {
    const init: RequestInit = {
      method: message.method,
      headers: { ...headers, ...(access !== undefined && { authorization: `Bearer ${access}` }) },
      ...(body && { body: body.content }),
      ...(signal && { signal })
    }
    for (let left = message.repeatable ? retries : 0; ; left -= 1) {
      let wait = 1
      try {
        // Looked up at each call, and called without a receiver, which browsers ask for.
        const fetchNow = options.fetch ?? fetch
        const response = await fetchNow(url, init)
        const asked = response.status === 503 ? retryAfter(response.headers) : undefined
        if (left <= 0 || asked === undefined || asked > longestWait) return response
        await response.body?.cancel()
        wait = asked
      } catch (error) {
        if (left <= 0 || signal?.aborted) throw error
      }
      await pause(wait, signal)
    }
  }

  async function* pages(operation: PagedOperation, args: AnyArguments = {}): AsyncGenerator<Page<unknown>, void> {
    let query: AnyArguments['query'] | undefined = args.query ?? {}
    while (query) {
      const { data, response } = await send(operation, { ...args, query })
      const total = response.headers.get('x-total-count')
      yield {
        items: data as unknown[],
        total: total === null ? undefined : Number(total),
        totalEstimated: response.headers.get('x-total-count-estimated') === 'true'
      }
      query = nextQuery(response.headers.get('link'))
    }
  }

  async function* items(operation: PagedOperation, args: AnyArguments = {}): AsyncGenerator<unknown, void> {
    for await (const page of pages(operation, { ...args, query: { count: 'none', ...args.query } })) yield* page.items
  }

  const methods = (Object.keys(routes) as OperationId[]).map((operation) => [
    operation,
    (args?: Arguments<typeof operation>) => call(operation, args as AnyArguments)
  ])
  return { ...Object.fromEntries(methods), send, pages, items } as Client
}

/**
 * The query of the link `next` (RFC 8288); undefined on the last page. Only its query: the service may be reached by another
 * address than its own, and the token goes to no other.
 */
function nextQuery(link: string | null): Record<string, string> | undefined {
  const target = /<([^>]*)>;\s*rel="next"/.exec(link ?? '')?.[1]
  return target === undefined ? undefined : Object.fromEntries(new URLSearchParams(target.replace(/^[^?]*\??/, '')))
}

function lowerCaseNames(headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}

/** 128 random bits in hex; `crypto.randomUUID` is missing from pages that were loaded without TLS. */
function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** @throws the signal's reason as soon as it is aborted */
function pause(seconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((done, fail) => {
    const abort = () => {
      clearTimeout(timer)
      fail(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort)
      done()
    }, seconds * 1000)
    if (signal?.aborted) abort()
    else signal?.addEventListener('abort', abort, { once: true })
  })
}
