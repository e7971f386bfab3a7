/** Makes things when they are first needed, or when there is time. */
export interface Lazily {
  <Made>(make: () => Made): () => Made
  /** Makes all that was not needed yet, one at a time between other work, until `signal` ends it. */
  makeAll(signal: AbortSignal): Promise<void>
}

/**
 * For validators and serializers of the contract's schemas: to compile them all takes a third of a start, and each only
 * milliseconds.
 */
export function createLazily(): Lazily {
  const waiting = new Set<() => unknown>()
  function lazily<Made>(make: () => Made): () => Made {
    let made: { readonly value: Made } | undefined
    const get = () => {
      made ??= { value: make() }
      waiting.delete(get)
      return made.value
    }
    waiting.add(get)
    return get
  }
  async function makeAll(signal: AbortSignal): Promise<void> {
    for (const get of waiting) {
      await new Promise((done) => setImmediate(done))
      if (signal.aborted) return
      get()
    }
  }
  return Object.assign(lazily, { makeAll })
}
