import { type Origin, recordEvent } from '../audit/queries.ts'
import type { HandlersOf } from '../contract/handlers.ts'
import { resetMail } from '../mail/texts.ts'
import { dropConfirmation } from '../registration/queries.ts'
import type { Services } from '../services.ts'
import { revokeSessions } from '../sessions/queries.ts'
import { requireAuthority } from '../users/authority.ts'
import { auditTarget, findAccount } from '../users/queries.ts'
import { isLegacyReset } from './legacy-reset.ts'
import { hashToken, newLinkToken } from './link-token.ts'
import { passwordFaults } from './policy.ts'
import { knowsPassword } from './proof.ts'
import {
  findPasswordAccount,
  findPasswordReset,
  findResetState,
  issuePasswordReset,
  mayResetPassword,
  type PasswordAccount,
  type ResetKey,
  replacePassword,
  setPassword,
  usePasswordReset
} from './queries.ts'
import { decodeUid, decoyUserId, encodeUid } from './uid.ts'

type PasswordOperation =
  | 'forgotPassword'
  | 'confirmPasswordReset'
  | 'changePassword'
  | 'setUserPassword'
  | 'sendUserPasswordReset'

export function passwordHandlers(services: Services): HandlersOf<PasswordOperation> {
  const { database, config, hashing, mailer, keyRing, clock } = services
  const { resetDelivery, resetTtl, resetUrl } = config.passwords
  const decoyKey = keyRing.derive('password reset: ids of unknown emails')
  // Nobody's mailbox can be flooded. Where the answer carries the token there is no mail, and a client waits for none.
  const mailPause = resetDelivery === 'email' ? 60 : 0
  const message = 'If that email belongs to an account, a reset is on its way.'

  /**
   * Opens a reset for an email and delivers it as the deployment says; does the same work for an unknown one.
   * @param pause seconds since the last one within which no other is opened
   */
  async function sendReset(email: string, origin: Origin, pause: number) {
    const { token, hash, link } = newLinkToken()
    const { account, greatestUserId } = await database.transaction().execute(async (transaction) => {
      const issued = await issuePasswordReset(transaction, { email, tokenHash: hash, ttl: resetTtl, pause })
      // Without a target for an unknown email: the same work, and no list of what people mistyped.
      const target = issued.account && auditTarget(issued.account)
      await recordEvent(transaction, origin, { action: 'password.reset_requested', target })
      // To the address on record, which may differ in case from the one that was asked for.
      const mail = issued.account && resetMail(issued.account.email, link(resetUrl, issued.account.id), resetTtl)
      if (resetDelivery === 'email') await mailer.queue(transaction, mail)
      return issued
    })
    const userId = account?.id ?? decoyUserId(email, greatestUserId, decoyKey)
    if (resetDelivery === 'response') {
      return { account, body: { message, uid: encodeUid(userId), token, reset_link: link(resetUrl, userId) } }
    }
    mailer.wake()
    return { account, body: { message, uid: null, token: null, reset_link: null } }
  }

  /** The user whom Django sent this reset token to, for as long as what it signed is taken. */
  async function findLegacyReset(userId: number, token: string): Promise<PasswordAccount | undefined> {
    const { legacy } = config.tokens
    if (!legacy || clock() >= legacy.until.getTime()) return undefined
    const account = await findResetState(database, userId)
    return account && isLegacyReset(token, account, legacy.secret, new Date(clock())) ? account : undefined
  }

  return {
    async forgotPassword({ body, origin }) {
      return { status: 200, body: (await sendReset(body.email, origin, mailPause)).body }
    },

    async confirmPasswordReset({ body, origin, refuse }) {
      const userId = decodeUid(body.uid)
      const invalid = () => refuse('invalid_reset_token', 'The reset link is not valid, was used before, or has expired.')
      if (userId === undefined) throw invalid()
      const key: ResetKey = { userId, tokenHash: hashToken(body.token) }
      const issued = await findPasswordReset(database, key)
      const account = issued ?? (await findLegacyReset(userId, body.token))
      if (!account) throw invalid()
      const faults = passwordFaults(body.new_password, account)
      if (faults.length > 0) throw refuse('invalid_input', 'The new password can not be used.', { new_password: faults })

      const password = await hashing.hash(body.new_password)
      await database.transaction().execute(async (transaction) => {
        const used = issued
          ? await usePasswordReset(transaction, key, password)
          : await replacePassword(transaction, userId, { current: account.password, next: password })
        if (!used) throw invalid()
        await revokeSessions(transaction, { userId }, 'password_reset')
        await dropConfirmation(transaction, userId, 'change')
        await recordEvent(transaction, origin, { action: 'password.reset', target: auditTarget(account) })
      })
      return { status: 200, body: { message: 'The password was reset.' } }
    },

    async changePassword({ body, principal, origin, refuse }) {
      const account = await findPasswordAccount(database, principal.userId)
      if (!account) throw refuse('invalid_token', 'The user is not there any more.')
      const wrong = () => refuse('invalid_input', 'The old password is wrong.', { old_password: ['The password is wrong.'] })
      if (!(await knowsPassword(services, account, body.old_password, origin.address))) throw wrong()
      const faults = passwordFaults(body.new_password, account)
      if (faults.length > 0) throw refuse('invalid_input', 'The new password can not be used.', { new_password: faults })

      const next = await hashing.hash(body.new_password)
      await database.transaction().execute(async (transaction) => {
        if (!(await replacePassword(transaction, account.id, { current: account.password, next }))) throw wrong()
        await revokeSessions(transaction, { userId: account.id, exceptSid: principal.sessionId }, 'password_changed')
        // Who knew the old password may have asked for another email.
        await dropConfirmation(transaction, account.id, 'change')
        await recordEvent(transaction, origin, { action: 'password.changed', target: auditTarget(account) })
      })
      return { status: 200, body: { message: 'The password was changed.' } }
    },

    async setUserPassword({ params: { id }, body, principal, origin, refuse }) {
      const account = await findAccount(database, id)
      if (!account) throw refuse('not_found', `There is no user with the id ${id}.`)
      requireAuthority(principal, account)
      const faults = passwordFaults(body.new_password, account)
      if (faults.length > 0) throw refuse('invalid_input', 'The new password can not be used.', { new_password: faults })
      const password = await hashing.hash(body.new_password)
      await database.transaction().execute(async (transaction) => {
        if (!(await setPassword(transaction, id, password))) throw refuse('not_found', `There is no user with the id ${id}.`)
        await revokeSessions(transaction, { userId: id }, 'password_reset')
        await dropConfirmation(transaction, id, 'change')
        await recordEvent(transaction, origin, { action: 'password.set', target: auditTarget(account) })
      })
      return { status: 200, body: { message: 'The password was set.' } }
    },

    async sendUserPasswordReset({ params: { id }, principal, origin, refuse }) {
      const account = await findAccount(database, id)
      if (!account) throw refuse('not_found', `There is no user with the id ${id}.`)
      // In the response it would hand the account to the caller.
      if (resetDelivery === 'response') requireAuthority(principal, account)
      const notPossible = () =>
        refuse('not_possible', "The user is inactive, or has no password to reset, or no email that is nobody else's.")
      if (account.email === '' || !(await mayResetPassword(database, id))) throw notPossible()
      const sent = await sendReset(account.email, origin, 0)
      // Another user by now, or none, with this email.
      if (sent.account?.id !== id) throw notPossible()
      return { status: 200, body: sent.body }
    }
  }
}
