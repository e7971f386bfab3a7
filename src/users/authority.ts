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

/** What of a body only an administrator may ask for: roles, and the entry to Django's administration. */
export function privilegeFaults(
  { roles, is_staff }: { readonly roles?: unknown; readonly is_staff?: unknown },
  byAdministrator: boolean
): Record<string, string[]> {
  const asked = { roles: roles !== undefined, is_staff: is_staff !== undefined }
  const faults: Record<string, string[]> = {}
  for (const field of ['roles', 'is_staff'] as const) {
    if (asked[field] && !byAdministrator) faults[field] = [`Only an administrator may set ${field}.`]
  }
  return faults
}
