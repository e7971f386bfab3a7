import type { components } from '../../generated/api.ts'
import type { AccountRow } from '../users/queries.ts'

export type Profile = components['schemas']['Profile']

/** Makes the URL that clients see of a path in the picture store. */
export type PictureUrl = (path: string) => string

/** The profile of an account that has one, as the contract shows it; null where it has none. */
export function toProfile(account: AccountRow, pictureUrl: PictureUrl): Profile | null {
  if (account.profile_id === null) return null
  return {
    id: account.id,
    username: account.username,
    email: account.email,
    first_name: account.first_name,
    last_name: account.last_name,
    phone: account.phone,
    address: account.address,
    birth_date: account.birth_date,
    profile_picture: presentPicture(account, pictureUrl),
    bio: account.bio,
    roles: account.profile_roles,
    user_roles: account.user_roles,
    province: account.province_id,
    created_at: (account.created_at as Date).toISOString(),
    updated_at: (account.updated_at as Date).toISOString()
  }
}

/** URL of an account's picture; null without one (Django writes an empty string for a cleared one). */
export function presentPicture({ profile_picture }: AccountRow, pictureUrl: PictureUrl): string | null {
  return profile_picture === null || profile_picture === '' ? null : pictureUrl(profile_picture)
}
