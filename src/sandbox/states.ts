import type { FastifyInstance } from 'fastify'
import { sql } from 'kysely'
import type { components } from '../../generated/sandbox.ts'
import { invalidInput } from '../contract/problems.ts'
import { resetSubject } from '../mail/texts.ts'
import type { Services } from '../services.ts'
import type { Outbox } from './outbox.ts'
import { sandboxPassword } from './seed.ts'

type Parameters = components['schemas']['StateParameters']
type Values = components['schemas']['StateValues']

/** By the name that pacts call a state by. @throws Problem invalid_input for parameters that do not fit */
export type States = Readonly<Record<string, (parameters: Parameters) => Promise<Values>>>

/** @param reset to the seed */
export function providerStates(
  app: FastifyInstance,
  { database, tokens }: Services,
  outbox: Outbox,
  reset: () => Promise<void>
): States {
  /** Through the API itself, so that a session of a state is one as any other. */
  async function logIn(username: string): Promise<Values> {
    const login = await app.inject({
      method: 'POST',
      url: '/api/auth/login/',
      payload: { username, password: sandboxPassword }
    })
    if (login.statusCode !== 200)
      throw invalidInput({ 'params.username': [`${username} can't log in with the sandbox's password.`] })
    const { access, refresh } = login.json()
    const claims = await tokens.readAccess(access)
    return { user_id: claims?.user_id, username, access_token: access, refresh_token: refresh }
  }

  return {
    async 'the sandbox is as seeded'() {
      await reset()
      return {}
    },

    'a user is logged in': ({ username = 'maria' }) => logIn(username),

    'an administrator is logged in': ({ username = 'admin' }) => logIn(username),

    /** `user0001` and so on, in this order by id and by name. */
    async 'there are many users'({ count = 60 }) {
      await sql`
        insert into auth_user (username, email, password, first_name, last_name, is_active, is_staff, is_superuser, date_joined)
        select 'user' || lpad(n::text, 4, '0'), 'user' || lpad(n::text, 4, '0') || '@example.org', '!', 'User', n::text,
          true, false, false, now()
        from generate_series(1, ${count}::integer) as n on conflict do nothing`.execute(database)
      return { count }
    },

    async 'a password reset was asked for'({ username = 'maria' }) {
      const email = `${username}@example.org`
      const asked = await app.inject({ method: 'POST', url: '/api/auth/forgot-password/', payload: { email } })
      // One that was sent within the last minute is still good, and no other is sent.
      const mail = outbox.list(email).findLast(({ subject }) => subject === resetSubject)
      const { uid, token }: { uid: string | null; token: string | null } = mail ?? asked.json()
      if (uid === null || token === null) throw invalidInput({ 'params.username': [`No reset could be sent to ${email}.`] })
      return { uid, token }
    }
  }
}
