import { tooManyRequests } from '../contract/problems.ts'
import type { Services } from '../services.ts'
import { forgetGuesses, takeGuess } from '../sessions/guesses.ts'
import type { PasswordAccount } from './queries.ts'

/**
 * Whether somebody who is logged in knows the account's password. Guesses are counted as those at a login are, so that a
 * stolen session does not lead to the password.
 * @throws Problem too_many_requests after too many wrong ones
 */
export async function knowsPassword(
  { database, hashing }: Services,
  account: PasswordAccount,
  password: string,
  address: string
): Promise<boolean> {
  const guess = { name: `user ${account.id}`, address }
  const wait = await takeGuess(database, guess)
  if (wait.fromAddress > 0) throw tooManyRequests('Too many wrong passwords.', wait.fromAddress)
  const right = await hashing.verify(password, account.password)
  if (right) await forgetGuesses(database, guess)
  return right
}
