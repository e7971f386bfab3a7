import type { Database } from '../database/connection.ts'
import { originalOf, pictureFolder, sizedFolder } from './names.ts'
import { findNamedPictures, findProfilesWithPicture, type NamedPicture } from './queries.ts'
import type { PictureStore, StoredFile } from './store.ts'

/**
 * Milliseconds that a file without a row is left alone: a picture is stored before the row that names it, so a young
 * one may belong to an upload under way.
 */
export const safeAge = 60 * 60 * 1000

/** Profiles whose files are looked for at the same time. */
const batch = 32

export interface SweepCounts {
  /** All files of the store, sizes of pictures too. */
  files: number
  /** Files that no profile names, nor the picture that they are a size of. */
  orphans: number
  /** Orphans that are too young to be removed. */
  spared: number
  removed: number
  /** Profiles that name a picture. */
  profiles: number
  /** Profiles whose picture is not in the store. */
  missing: number
}

export interface SweepOptions {
  /** Counts and tells, but removes nothing. */
  readonly dryRun: boolean
  /** Told of each file that is removed, or would be. */
  readonly onOrphan: (file: StoredFile) => void
  /** Told of each profile whose file is missing. */
  readonly onMissing: (profile: NamedPicture) => void
  /** Told how far it is, often. */
  readonly onProgress?: (text: string) => void
  readonly now?: number
}

/**
 * Removes the files that no profile names, which a crash or a failed removal leaves behind, and finds the profiles
 * whose file is missing. Reads both sides in pages, so that memory does not grow with their number; may run while the
 * service does.
 * @throws StoreUnavailable
 */
export async function sweepPictures(database: Database, store: PictureStore, options: SweepOptions): Promise<SweepCounts> {
  const counts: SweepCounts = { files: 0, orphans: 0, spared: 0, removed: 0, profiles: 0, missing: 0 }
  for (const folder of [pictureFolder, sizedFolder]) await removeOrphans(database, store, folder, options, counts)
  await findMissing(database, store, options, counts)
  return counts
}

async function removeOrphans(
  database: Database,
  store: PictureStore,
  folder: string,
  { dryRun, onOrphan, onProgress, now = Date.now() }: SweepOptions,
  counts: SweepCounts
): Promise<void> {
  for await (const page of store.list(folder)) {
    const named = await findNamedPictures(database, [...new Set(page.map(({ path }) => originalOf(path)))])
    const orphans = page.filter(({ path }) => !named.has(originalOf(path)))
    const old = orphans.filter(({ modified }) => now - modified.getTime() > safeAge)
    counts.files += page.length
    counts.orphans += orphans.length
    counts.spared += orphans.length - old.length
    onProgress?.(`${counts.files} files looked at`)
    for (const file of old) {
      if (!dryRun) {
        await store.remove(file.path)
        counts.removed += 1
      }
      onOrphan(file)
    }
  }
}

async function findMissing(
  database: Database,
  store: PictureStore,
  { onMissing, onProgress }: SweepOptions,
  counts: SweepCounts
): Promise<void> {
  for (let after = 0; ; ) {
    const profiles = await findProfilesWithPicture(database, after, batch)
    const present = await Promise.all(profiles.map(({ path }) => store.has(path)))
    const absent = profiles.filter((_, index) => !present[index])
    if (absent.length > 0) {
      const paths = absent.map(({ path }) => path)
      // One that was replaced since its profile was read is not missing.
      const named = await findNamedPictures(database, paths)
      for (const profile of absent.filter(({ path }) => named.has(path))) {
        counts.missing += 1
        onMissing(profile)
      }
    }
    counts.profiles += profiles.length
    onProgress?.(`${counts.profiles} profiles looked at`)
    const last = profiles.at(-1)
    if (!last) return
    after = last.profileId
  }
}
