import type { components } from '../../generated/api.ts'
import { type PictureUrl, toProfile } from '../profiles/profile.ts'
import type { AccountRow } from './queries.ts'

export type User = components['schemas']['User']

/** An account as the contract shows a user. */
export function toUser(account: AccountRow, pictureUrl: PictureUrl): User {
  return {
    id: account.id,
    username: account.username,
    email: account.email,
    first_name: account.first_name,
    last_name: account.last_name,
    roles: account.user_roles.map(({ id }) => id),
    profile: toProfile(account, pictureUrl),
    is_active: account.is_active,
    is_staff: account.is_staff,
    date_joined: account.date_joined.toISOString(),
    last_login: account.last_login?.toISOString() ?? null,
    pending_email: account.pending_email
  }
}
