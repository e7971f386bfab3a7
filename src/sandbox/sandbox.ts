import type { FastifyInstance } from 'fastify'
import type { Clock } from '../clock.ts'
import type { Contract } from '../contract/document.ts'
import { invalidInput } from '../contract/problems.ts'
import type { Services } from '../services.ts'
import { createSettableClock } from './clock.ts'
import { type SandboxHandlers, withSandbox } from './contract.ts'
import { createOutbox, type Outbox } from './outbox.ts'
import { resetToSeed } from './reset.ts'
import { providerStates } from './states.ts'

/** What makes a service a sandbox for consumers' tests (SANDBOX=1): a seed, a time that can be set, mails to be read. */
export interface Sandbox {
  readonly clock: Clock
  readonly outbox: Outbox
  /** The contract with the operations of a sandbox. */
  extend(contract: Contract): Contract
  handlers(app: FastifyInstance, services: Services): SandboxHandlers
  /** Deletes all there is and begins with the seed, at the machine's time. */
  reset(services: Services): Promise<void>
}

/** What the clock can be set to; tokens and Postgres know of more, but not all clients do. */
const [earliest, latest] = [Date.UTC(2000, 0, 1), Date.UTC(2200, 0, 1)]

export function createSandbox(): Sandbox {
  const time = createSettableClock()
  const { clock } = time
  const outbox = createOutbox(clock)
  const reading = () => ({
    status: 200 as const,
    body: { now: new Date(clock()).toISOString(), ahead_seconds: time.ahead / 1000 }
  })

  async function reset(services: Services): Promise<void> {
    await time.set(services.database, 0)
    await resetToSeed(services)
    outbox.clear()
  }

  return {
    clock,
    outbox,
    extend: withSandbox,
    reset,
    handlers(app, services) {
      const states = providerStates(app, services, outbox, () => reset(services))
      return {
        async resetSandbox() {
          await reset(services)
          return { status: 204 }
        },

        getClock: async () => reading(),

        async setClock({ body: { now, advance_seconds: seconds } }) {
          const target = now ? Date.parse(now) : now === null ? Date.now() : clock() + (seconds ?? 0) * 1000
          if (!(target >= earliest && target < latest)) {
            throw invalidInput({ [now === undefined ? 'advance_seconds' : 'now']: ['Must lead to a time from 2000 to 2199.'] })
          }
          await time.set(services.database, now === null ? 0 : target - Date.now())
          return reading()
        },

        listMails: async ({ query: { to } }) => ({ status: 200, body: outbox.list(to) }),

        async clearMails() {
          outbox.clear()
          return { status: 204 }
        },

        async setState({ body: { state, action, params = {} } }) {
          if (action === 'teardown') return { status: 200, body: {} }
          const bringAbout = Object.hasOwn(states, state) ? states[state] : undefined
          if (!bringAbout) {
            throw invalidInput({ state: [`There is no such state. There are: ${Object.keys(states).join(', ')}.`] })
          }
          return { status: 200, body: await bringAbout(params) }
        }
      }
    }
  }
}
