import { setTimeout as sleep } from 'node:timers/promises'

/** Waits until `condition` holds, two minutes at the most. @throws Error that says what did not come */
export async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let wait = 0; wait < 6000; wait += 1) {
    if (await condition()) return
    await sleep(20)
  }
  throw new Error(`Waited in vain: ${what}`)
}
