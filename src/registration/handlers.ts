import { holdsRole } from '../contract/access.ts'
import type { HandlersOf } from '../contract/handlers.ts'
import type { Services } from '../services.ts'
import { createAccount } from '../users/creation.ts'
import { takenErrors } from '../users/input.ts'

export function registrationHandlers(services: Services): HandlersOf<'register'> {
  return {
    async register({ body, upload, principal, refuse }) {
      const creation = await createAccount(services, body, upload, holdsRole(principal, 'admin'))
      if ('taken' in creation) throw refuse('already_exists', 'The account exists already.', takenErrors(creation.taken))
      return { status: 201, body: creation.user }
    }
  }
}
