import { ShadowError } from './error.ts'
import type { Read } from './har.ts'

/** Sends a read to both services, compares, and gives what they answered. */
export type Ask = (read: Read) => Promise<{ old: unknown; new: unknown; statuses: readonly (number | undefined)[] }>

/** How many objects of each kind are read one by one, at the most: spread evenly over all there are, the last among them. */
const sampleSize = 20
const root = '/api/auth'
/** As good as surely nobody's. */
const unknownId = 2_147_483_600

/**
 * Reads what clients of the Django service read: the caller's profile, every list, and a sample of their objects one by
 * one; then what an unknown object and a missing token are answered with.
 * @throws ShadowError if the caller's profile can't be read, since all the rest would be refusals that prove nothing
 */
export async function walk(ask: Ask): Promise<void> {
  const profile = await ask({ path: `${root}/profile/` })
  if (profile.statuses.some((status) => status !== 200)) {
    throw new ShadowError(`profile/ is answered with ${profile.statuses.join(' (old) and ')} (new): is the token a good one?`)
  }
  const provinces = await ask({ path: `${root}/provinces/` })
  const roles = await ask({ path: `${root}/roles/` })
  await ask({ path: `${root}/permissions/` })
  const users = await ask({ path: `${root}/users/` })
  const profiles = await ask({ path: `${root}/user_profile/` })

  const userIds = sample([...idsOf([profile.new]), ...idsOf(users.new), ...idsOf(profiles.new)])
  for (const id of userIds) await ask({ path: `${root}/user_profile/${id}/` })
  for (const id of userIds.slice(0, 3)) await ask({ path: `${root}/users/${id}/detail/` })
  for (const id of sample(idsOf(provinces.old))) await ask({ path: `${root}/provinces/${id}/` })
  for (const id of sample(idsOf(roles.old)).slice(0, 3)) {
    await ask({ path: `${root}/roles/${id}/detail/` })
    await ask({ path: `${root}/permissions/${id}/detail/` })
  }
  await ask({ path: `${root}/user_profile/${unknownId}/` })
  await ask({ path: `${root}/provinces/${unknownId}/` })
  await ask({ path: `${root}/profile/`, anonymous: true })
}

function idsOf(list: unknown): number[] {
  if (!Array.isArray(list)) return []
  return list.map((each: { id?: unknown } | null) => each?.id).filter((id) => typeof id === 'number')
}

function sample(ids: readonly number[]): number[] {
  const all = [...new Set(ids)]
  const step = Math.max(1, all.length / sampleSize)
  return all.filter((_, index) => Math.floor(index / step) !== Math.floor((index + 1) / step))
}
