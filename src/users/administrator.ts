import { FieldFaults } from '../contract/problems.ts'
import { passwordFaults } from '../passwords/policy.ts'
import { isEmail, normalizeEmail, normalizeUsername } from './input.ts'
import type { NewUser } from './queries.ts'

export interface Administrator {
  /** Of a superuser, to be made with its password's hash. */
  readonly user: Omit<NewUser, 'password'>
  /** What is wrong with it: the field, and what. */
  readonly faults: readonly (readonly [field: string, message: string])[]
}

/**
 * A superuser as an operator asks for it, judged by the rules of registration.
 * @param password undefined where one is made up
 */
export function readAdministrator(username: string, email: string, password: string | undefined): Administrator {
  const fields = new FieldFaults()
  const names = { username: normalizeUsername(username, fields), email: normalizeEmail(email), first_name: '', last_name: '' }
  if (email !== '' && !isEmail(email)) fields.add('email', 'Must be a valid email address.')
  const weaknesses = password === undefined ? [] : passwordFaults(password, names)
  if (weaknesses.length > 0) fields.add('password', ...weaknesses)
  return {
    user: { ...names, is_active: true, is_staff: true, is_superuser: true },
    faults: Object.entries(fields.errors).flatMap(([field, messages]) => messages.map((message) => [field, message] as const))
  }
}
