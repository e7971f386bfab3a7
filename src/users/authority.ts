import { holdsRole } from '../contract/access.ts'
import type { Principal } from '../contract/handlers.ts'
import type { AccountRow } from './queries.ts'

/**
 * What keeps a caller from changing an account, whatever operation REQUIRED_ROLES has given to its role: a superuser is
 * for superusers, an administrator for administrators.
 * @returns what is to be told; undefined where nothing does
 */
export function authorityFault(
  principal: Principal | undefined,
  { is_superuser, user_roles }: Pick<AccountRow, 'is_superuser' | 'user_roles'>
): string | undefined {
  if (is_superuser && !principal?.isSuperuser) return 'Only a superuser may do this to a superuser.'
  const isAdministrator = user_roles.some(({ name }) => name === 'admin')
  return isAdministrator && !holdsRole(principal, 'admin') ? 'Only an administrator may do this to an administrator.' : undefined
}
