import { holdsRole } from '../contract/access.ts'
import type { Principal } from '../contract/handlers.ts'
import { type FieldFaults, Problem } from '../contract/problems.ts'
import type { AccountRow } from './queries.ts'

/**
 * Keeps a caller from changing an account, whatever operation REQUIRED_ROLES has given to its role: a superuser is for
 * superusers, an administrator for administrators.
 * @throws Problem permission_denied
 */
export function requireAuthority(
  principal: Principal | undefined,
  { is_superuser, user_roles }: Pick<AccountRow, 'is_superuser' | 'user_roles'>
): void {
  if (is_superuser && !principal?.isSuperuser) {
    throw new Problem('permission_denied', 'Only a superuser may do this to a superuser.')
  }
  if (user_roles.some(({ name }) => name === 'admin') && !holdsRole(principal, 'admin')) {
    throw new Problem('permission_denied', 'Only an administrator may do this to an administrator.')
  }
}

/** Notes what of a body only an administrator may ask for: roles, and the entry to Django's administration. */
export function addPrivilegeFaults(
  faults: FieldFaults,
  body: { readonly roles?: unknown; readonly is_staff?: unknown },
  byAdministrator: boolean
): void {
  for (const field of ['roles', 'is_staff'] as const) {
    if (body[field] !== undefined && !byAdministrator) faults.add(field, `Only an administrator may set ${field}.`)
  }
}
