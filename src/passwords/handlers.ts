import { createHash, randomBytes } from 'node:crypto'
import type { HandlersOf } from '../contract/handlers.ts'
import type { Services } from '../services.ts'
import { revokeSessionsOf } from '../sessions/queries.ts'
import { passwordFaults } from './policy.ts'
import {
  findPasswordAccount,
  findPasswordReset,
  issuePasswordReset,
  type ResetKey,
  replacePassword,
  usePasswordReset
} from './queries.ts'
import { decodeUid, decoyUserId, encodeUid } from './uid.ts'

type PasswordOperation = 'forgotPassword' | 'confirmPasswordReset' | 'changePassword'

export function passwordHandlers({ database, config, hashing, mailer, signingKey }: Services): HandlersOf<PasswordOperation> {
  const { resetDelivery, resetTtl, resetUrl } = config.passwords
  const decoyKey = signingKey.derive('password reset: ids of unknown emails')

  return {
    async forgotPassword({ body }) {
      const token = randomBytes(32).toString('base64url')
      const reset = { email: body.email, tokenHash: hashToken(token), ttl: resetTtl }
      const { userId, greatestUserId } = await issuePasswordReset(database, reset)
      const uid = encodeUid(userId ?? decoyUserId(body.email, greatestUserId, decoyKey))
      const link = `${resetUrl}?${new URLSearchParams({ uid, token })}`
      const message = 'If that email belongs to an account, a reset is on its way.'
      if (resetDelivery === 'response') return { status: 200, body: { message, uid, token, reset_link: link } }

      // To the address on record, which may differ in case from the one that was asked for.
      if (userId !== undefined) {
        const account = await findPasswordAccount(database, userId)
        if (account) mailer.send(resetMail(account.email, link, resetTtl))
      }
      return { status: 200, body: { message, uid: null, token: null, reset_link: null } }
    },

    async confirmPasswordReset({ body, refuse }) {
      const userId = decodeUid(body.uid)
      const invalid = () => refuse('invalid_reset_token', 'The reset link is not valid, was used before, or has expired.')
      if (userId === undefined) throw invalid()
      const key: ResetKey = { userId, tokenHash: hashToken(body.token) }
      const account = await findPasswordReset(database, key)
      if (!account) throw invalid()
      const faults = passwordFaults(body.new_password, account)
      if (faults.length > 0) throw refuse('invalid_input', 'The new password can not be used.', { new_password: faults })

      const password = await hashing.hash(body.new_password)
      await database.transaction().execute(async (transaction) => {
        if (!(await usePasswordReset(transaction, key, password))) throw invalid()
        await revokeSessionsOf(transaction, userId, 'password_reset')
      })
      return { status: 200, body: { message: 'The password was reset.' } }
    },

    async changePassword({ body, principal, refuse }) {
      const account = await findPasswordAccount(database, principal.userId)
      if (!account) throw refuse('invalid_token', 'The user is not there any more.')
      const wrong = () => refuse('invalid_input', 'The old password is wrong.', { old_password: ['The password is wrong.'] })
      if (!(await hashing.verify(body.old_password, account.password))) throw wrong()
      const faults = passwordFaults(body.new_password, account)
      if (faults.length > 0) throw refuse('invalid_input', 'The new password can not be used.', { new_password: faults })

      const next = await hashing.hash(body.new_password)
      await database.transaction().execute(async (transaction) => {
        if (!(await replacePassword(transaction, account.id, { current: account.password, next }))) throw wrong()
        await revokeSessionsOf(transaction, account.id, 'password_changed', principal.sessionId)
      })
      return { status: 200, body: { message: 'The password was changed.' } }
    }
  }
}

function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

function resetMail(to: string, link: string, ttl: number) {
  const minutes = Math.max(1, Math.round(ttl / 60))
  const text = [
    'Someone, hopefully you, asked to reset the password of your account.',
    '',
    `Set a new password within ${minutes} minutes:`,
    link,
    '',
    'If it was not you, nothing has to be done: your password stays as it is.'
  ]
  return { to, subject: 'Reset your password', text: text.join('\n') }
}
