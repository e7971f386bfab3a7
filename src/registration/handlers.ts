import { changedFields, recordEvent } from '../audit/queries.ts'
import { holdsRole } from '../contract/access.ts'
import type { HandlersOf } from '../contract/handlers.ts'
import { tooManyRequests } from '../contract/problems.ts'
import { confirmationMail, emailChangedMail } from '../mail/texts.ts'
import { hashToken, newLinkToken } from '../passwords/link-token.ts'
import { knowsPassword } from '../passwords/proof.ts'
import { findPasswordAccount } from '../passwords/queries.ts'
import { decodeUid } from '../passwords/uid.ts'
import type { Services } from '../services.ts'
import { createAccount } from '../users/creation.ts'
import { normalizeEmail, takenErrors } from '../users/input.ts'
import { auditTarget, changeUser, findTakenFields, lockAccount, NamesTaken } from '../users/queries.ts'
import { issueConfirmation, reissueConfirmation, takeConfirmation, wasSentLink } from './queries.ts'

type RegistrationOperation = 'register' | 'changeEmail' | 'confirmEmail' | 'resendConfirmation'

/** Seconds between two links to one address. */
const linkPause = 60

export function registrationHandlers(services: Services): HandlersOf<RegistrationOperation> {
  const { database, config, mailer, metrics } = services
  const emailTaken = takenErrors(['email'])

  return {
    async register({ body, upload, principal, origin, refuse }) {
      const byAdministrator = holdsRole(principal, 'admin')
      const creation = await createAccount(services, body, upload, origin, {
        mayChooseRoles: byAdministrator,
        verifyEmail: config.emails.verified && !byAdministrator
      })
      if ('taken' in creation) throw refuse('already_exists', 'The account exists already.', takenErrors(creation.taken))
      return { status: 201, body: creation.user }
    },

    async changeEmail({ body, principal, origin, refuse }) {
      const account = await findPasswordAccount(database, principal.userId)
      const gone = () => refuse('invalid_token', 'The user is not there any more.')
      if (!account) throw gone()
      if (!(await knowsPassword(services, account, body.password, origin.address))) {
        throw refuse('invalid_input', 'The password is wrong.', { password: ['The password is wrong.'] })
      }

      const email = normalizeEmail(body.email)
      const target = auditTarget(account)
      if (!mailer.configured) {
        const changed = await database
          .transaction()
          .execute(async (transaction) => {
            // The user first, as all that changes one.
            if (!(await lockAccount(transaction, account.id))) throw gone()
            await changeUser(transaction, account.id, { email })
            const change = { before: { email: account.email }, after: { email } }
            await recordEvent(transaction, origin, { action: 'email.changed', target, ...change })
            return true
          })
          .catch(unlessTaken)
        if (!changed) throw refuse('already_exists', 'The email is taken.', emailTaken)
        return { status: 200, body: { message: 'The email was changed.', email, pending_email: null } }
      }

      const confirmation = newLinkToken()
      await database.transaction().execute(async (transaction) => {
        if (!(await lockAccount(transaction, account.id))) throw gone()
        if (await wasSentLink(transaction, email, linkPause)) {
          metrics.countLimit('mail')
          throw tooManyRequests('A link was sent to this address a moment ago.', linkPause)
        }
        await issueConfirmation(transaction, { userId: account.id, email, purpose: 'change', tokenHash: confirmation.hash })
        await recordEvent(transaction, origin, { action: 'email.change_requested', target, after: { email } })
        // Whether another user has the email is told to nobody but the owner of the address, by silence.
        const taken = await findTakenFields(transaction, { email }, account.id)
        const mail = confirmationMail(email, confirmation.link(config.emails.confirmationUrl, account.id))
        await mailer.queue(transaction, taken.length === 0 ? mail : undefined)
      })
      mailer.wake()
      const message = 'Use the link that was sent to the new address.'
      return { status: 200, body: { message, email: account.email, pending_email: email } }
    },

    async confirmEmail({ body, origin, refuse }) {
      const userId = decodeUid(body.uid)
      const confirmed = await database
        .transaction()
        .execute(async (transaction) => {
          const account = userId === undefined ? undefined : await lockAccount(transaction, userId)
          const confirmation = account && (await takeConfirmation(transaction, account.id, hashToken(body.token)))
          // Who was let in before and is not now was banned; no link is the way back.
          const stale = account?.is_active === false && (confirmation?.purpose === 'change' || account.last_login !== null)
          if (!account || !confirmation || stale) {
            throw refuse('invalid_confirmation_token', 'The link is not valid, was used before, or has expired.')
          }
          const { email, purpose } = confirmation
          const before = { email: account.email, is_active: account.is_active }
          // An administrator may have changed the email that a registration is to be confirmed by.
          const after = { email, is_active: purpose === 'registration' || account.is_active }
          await changeUser(transaction, account.id, after)
          await recordEvent(transaction, origin, {
            action: purpose === 'change' ? 'email.changed' : 'email.confirmed',
            target: auditTarget(account),
            ...changedFields(before, after)
          })
          const told = purpose === 'change' && account.email !== email && account.email !== '' && mailer.configured
          if (told) await mailer.queue(transaction, emailChangedMail(account.email))
          return true
        })
        .catch(unlessTaken)
      if (!confirmed) throw refuse('already_exists', 'Another user has this email by now.', emailTaken)
      mailer.wake()
      return { status: 200, body: { message: 'The email is confirmed.' } }
    },

    async resendConfirmation({ body, origin }) {
      const { hash: tokenHash, link } = newLinkToken()
      await database.transaction().execute(async (transaction) => {
        const found = await reissueConfirmation(transaction, { email: body.email, tokenHash, pause: linkPause })
        // Without a target for an unknown email, as for a reset.
        await recordEvent(transaction, origin, { action: 'email.confirmation_resent', target: found && auditTarget(found) })
        const mail = found && confirmationMail(found.email, link(config.emails.confirmationUrl, found.id))
        if (mailer.configured) await mailer.queue(transaction, mail)
      })
      mailer.wake()
      return { status: 200, body: { message: 'If a registration waits for that email, a new link is on its way.' } }
    }
  }
}

function unlessTaken(error: unknown): false {
  if (error instanceof NamesTaken) return false
  throw error
}
