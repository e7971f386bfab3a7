export interface Tokens {
  readonly access: string
  readonly refresh: string
}

/** Where a client keeps its tokens. */
export interface TokenStore {
  get(): Tokens | undefined | Promise<Tokens | undefined>
  /** @param tokens undefined after a logout */
  set(tokens: Tokens | undefined): void | Promise<void>
  /** Runs `work` while no other client with the same store does, where several share one. */
  lock?<Result>(work: () => Promise<Result>): Promise<Result>
}

/** Tokens that are gone with the page or process. */
export function memoryStore(initial?: Tokens): TokenStore {
  let tokens = initial
  return {
    get: () => tokens,
    set(given) {
      tokens = given
    }
  }
}

/** What of the Web Storage and Web Locks APIs is used; not all who compile this have the browser's types. */
type KeyValues = { getItem(key: string): string | null; setItem(key: string, value: string): void; removeItem(key: string): void }
type Locks = { request<Result>(name: string, work: () => Promise<Result>): Promise<Result> }

/**
 * Tokens in localStorage or sessionStorage. Every script of the page's origin can read them. All tabs of the origin share
 * those in localStorage, and only one at a time refreshes them, where the browser has Web Locks (secure contexts).
 */
export function webStorageStore(storage: KeyValues, key = 'user-management-tokens'): TokenStore {
  const { locks } = ((globalThis as { navigator?: unknown }).navigator ?? {}) as { locks?: Locks }
  return {
    get() {
      const text = storage.getItem(key)
      return text === null ? undefined : (JSON.parse(text) as Tokens)
    },
    set(tokens) {
      if (tokens) storage.setItem(key, JSON.stringify(tokens))
      else storage.removeItem(key)
    },
    lock: (work) => (locks ? locks.request(key, work) : work())
  }
}
