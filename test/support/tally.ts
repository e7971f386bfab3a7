/** How often each status came; `broken` for an answer that did not come. */
export class Tally {
  readonly #counts = new Map<string, number>()

  add(status: number | 'broken'): void {
    this.#counts.set(String(status), this.of(status) + 1)
  }

  of(status: number | 'broken'): number {
    return this.#counts.get(String(status)) ?? 0
  }

  get statuses(): string[] {
    return [...this.#counts.keys()].sort()
  }

  /** Such as `200 × 412, 503 × 37`. */
  toString(): string {
    return this.statuses.map((status) => `${status} × ${this.#counts.get(status)}`).join(', ')
  }
}
