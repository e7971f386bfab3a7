import { tooManyRequests } from '../contract/problems.ts'
import type { Services } from '../services.ts'
import type { PasswordAccount } from './queries.ts'

/**
 * Whether somebody who is logged in knows the account's password. Guesses are counted as those at a login are, so that a
 * stolen session does not lead to the password.
 * @throws Problem too_many_requests after too many wrong ones
 */
export async function knowsPassword(
  { guesses, hashing, metrics }: Services,
  account: PasswordAccount,
  password: string,
  address: string
): Promise<boolean> {
  const right = await guesses.attempt({ kind: 'proof', name: String(account.id), address }, async (wait) => {
    const seconds = Math.max(wait.fromAddress, wait.fromAnywhere)
    if (seconds > 0) {
      metrics.countLimit('guesses')
      throw tooManyRequests('Too many wrong passwords.', seconds)
    }
    return (await hashing.verify(password, account.password)) || undefined
  })
  return right === true
}
