import type { components } from '../../generated/api.ts'
import type { FieldFaults } from '../contract/problems.ts'
import type { Database } from '../database/connection.ts'
import { type Picture, PictureError } from '../pictures/image.ts'
import { findProvince, findProvinceByName } from '../provinces/queries.ts'
import type { Services } from '../services.ts'
import type { UploadedFile } from './form.ts'
import type { ProfileChanges } from './queries.ts'

type ProfileFields = Omit<components['schemas']['ProfileUpdate'], 'first_name' | 'last_name'>

/** What a request wants of a profile, checked as far as it can be before anything is written. */
export interface ProfileInput {
  readonly changes: Omit<ProfileChanges, 'profile_picture'>
  /** A new picture, not stored yet; null removes the present one; undefined leaves it alone. */
  readonly picture: Picture | null | undefined
}

/**
 * Checks the fields of a profile that only the database or the picture itself can tell about.
 * @param prefix what the names of the fields begin with in `faults`
 * @param present URL of the present picture, null without one
 */
export async function readProfileInput(
  { database, pictures }: Services,
  { profile_picture, province, ...columns }: ProfileFields,
  upload: UploadedFile | undefined,
  present: string | null,
  faults: FieldFaults,
  prefix = ''
): Promise<ProfileInput> {
  const provinceId = province === undefined ? undefined : await resolveProvince(database, province)
  if (provinceId === 'unknown') faults.add(`${prefix}province`, 'There is no such province.')

  let picture: Picture | null | undefined
  if (upload) {
    picture = await pictures.intake(upload.path).catch((error: unknown) => {
      if (!(error instanceof PictureError)) throw error
      faults.add(`${prefix}profile_picture`, error.message)
      return undefined
    })
  } else if (profile_picture === null) picture = null
  else if (profile_picture !== undefined && profile_picture !== present) {
    faults.add(`${prefix}profile_picture`, 'Must be null, or the present URL. A new picture comes as multipart/form-data.')
  }
  return {
    changes: { ...columns, ...(typeof provinceId !== 'string' && provinceId !== undefined && { province_id: provinceId }) },
    picture
  }
}

/** The id that a ProvinceReference of the contract stands for; null for none. */
async function resolveProvince(database: Database, reference: number | string | null): Promise<number | null | 'unknown'> {
  if (reference === null || reference === '') return null
  const byId = typeof reference === 'number' || /^[0-9]{1,15}$/.test(reference)
  const province = byId ? await findProvince(database, Number(reference)) : await findProvinceByName(database, String(reference))
  return province?.id ?? 'unknown'
}
