/** Seconds of the first pause, of the longest one. */
const [first, longest] = [1, 3600]

/**
 * Seconds to wait after so many attempts that failed: twice as long each time, up to an hour, and of that between half and
 * all at random, so that what failed together does not come again together.
 */
export function pauseAfter(attempts: number): number {
  return Math.min(longest, first * 2 ** (attempts - 1)) * (0.5 + Math.random() / 2)
}
