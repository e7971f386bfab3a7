import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** Waits until `condition` holds, two minutes at the most. @throws Error that says what did not come */
export async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let wait = 0; wait < 6000; wait += 1) {
    if (await condition()) return
    await sleep(20)
  }
  throw new Error(`Waited in vain: ${what}`)
}

/** Waits until no upload is left behind in a service's DATA_DIR: one is removed once its request is answered. */
export function untilNoUpload(dataDir: string): Promise<void> {
  return until('no upload', async () => (await readdir(join(dataDir, 'uploads'))).length === 0)
}
