import { type FieldFaults, invalidInput, type Problem } from '../contract/problems.ts'
import { contractAjv } from '../contract/validation.ts'

/** 400 that names the role ids there are no roles for. */
export function unknownRoles(roleIds: readonly number[]): Problem {
  return invalidInput({ roles: [`There is no role with the id ${roleIds.join(', ')}.`] })
}

const usernamePattern = /^[\p{L}\p{N}_.@+-]+$/u
const maxUsernameLength = 150

/**
 * A username as it is kept: NFKC-normalised (AbstractBaseUser.normalize_username). What the normal form of a letter
 * consists of may be too long or not be allowed itself, which is told in `faults`.
 */
export function normalizeUsername(username: string, faults: FieldFaults): string {
  const normal = username.normalize('NFKC')
  if (!usernamePattern.test(normal)) faults.add('username', 'May have letters, digits and @ . + - _ only.')
  if ([...normal].length > maxUsernameLength) {
    faults.add('username', `Must not be longer than ${maxUsernameLength} characters.`)
  }
  return normal
}

/** Whether a text is an email as the contract has it (`format: email`). */
export function isEmail(text: string): boolean {
  return contractAjv(false).validate({ type: 'string', format: 'email', maxLength: 254 }, text) as boolean
}

/** An email as it is kept: the part after the last @ in lower case (BaseUserManager.normalize_email). */
export function normalizeEmail(email: string): string {
  const at = email.lastIndexOf('@')
  return at < 0 ? email : email.slice(0, at) + email.slice(at).toLowerCase()
}

const taken = {
  username: 'A user with that username already exists.',
  email: 'A user with that email already exists.'
}

/** The messages for names that other users have, by field. */
export function takenErrors(fields: readonly ('username' | 'email')[]): Record<string, string[]> {
  return Object.fromEntries(fields.map((field) => [field, [taken[field]]]))
}
