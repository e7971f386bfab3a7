interface Waiting {
  readonly weight: number
  start(): void
}

/** Lets work begin while the weights of all that is under way come to at most `total`; the rest waits, first come first. */
export class Limit {
  readonly #total: number
  readonly #waiting: Waiting[] = []
  #underWay = 0

  constructor(total: number) {
    this.#total = total
  }

  /** Runs `work` when its turn has come. What weighs more than the total is run alone. */
  async run<Result>(weight: number, work: () => Promise<Result>): Promise<Result> {
    const share = Math.min(weight, this.#total)
    await new Promise<void>((start) => {
      this.#waiting.push({ weight: share, start })
      this.#startNext()
    })
    try {
      return await work()
    } finally {
      this.#underWay -= share
      this.#startNext()
    }
  }

  #startNext(): void {
    for (let next = this.#waiting[0]; next && this.#underWay + next.weight <= this.#total; next = this.#waiting[0]) {
      this.#waiting.shift()
      this.#underWay += next.weight
      next.start()
    }
  }
}
