/**
 * What time it is for sessions, tokens and links, in milliseconds since 1970. The machine's time, but in a sandbox, where tests
 * may set it (`sandbox/clock.ts`); Postgres' `now()` then says the same.
 */
export type Clock = () => number

export const systemClock: Clock = () => Date.now()

/** What a token is verified with: nothing, where the library's own clock is the right one and the verifier is kept. */
export function verifiedAt(clock: Clock): { readonly clockTimestamp: number } | undefined {
  return clock === systemClock ? undefined : { clockTimestamp: clock() }
}
