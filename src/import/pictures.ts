import { readFile, stat } from 'node:fs/promises'
import { resolve, sep } from 'node:path'
import type { Connection } from '../database/connection.ts'
import type { NamedPicture } from '../pictures/queries.ts'
import type { PictureStore } from '../pictures/store.ts'
import { findSourcePictures } from './queries.ts'

/** Pictures that are copied at the same time: that many are in memory. */
const batch = 8

export interface PictureCounts {
  /** Profiles that name a picture. */
  profiles: number
  copied: number
  /** In the store already. */
  present: number
  /** Neither there nor in the folder. */
  missing: number
}

export interface PictureOptions {
  /** The source's MEDIA_ROOT. */
  readonly folder: string
  readonly store: PictureStore
  /** Counts what would be copied. */
  readonly dryRun: boolean
  readonly onMissing: (picture: NamedPicture) => void
  readonly onProgress: (counts: Readonly<PictureCounts>) => void
}

/**
 * Copies the files that the profiles of the source name from `folder` to the store, under the same paths. What is
 * there already is left alone, so that a copying that broke off goes on where it was.
 * @throws StoreUnavailable, or what reading a file met
 */
export async function copyPictures(transaction: Connection, options: PictureOptions): Promise<PictureCounts> {
  const { folder, store, dryRun, onMissing, onProgress } = options
  const root = resolve(folder)
  const counts: PictureCounts = { profiles: 0, copied: 0, present: 0, missing: 0 }

  async function copy(path: string): Promise<'copied' | 'present' | 'missing'> {
    const file = resolve(root, path)
    // Whoever may write the source must not have us read other files.
    if (!file.startsWith(root + sep)) return 'missing'
    if (await store.has(path)) return 'present'
    if (dryRun) return (await stat(file).catch(orAbsent))?.isFile() ? 'copied' : 'missing'
    const data = await readFile(file).catch(orAbsent)
    if (!data) return 'missing'
    await store.write(path, data)
    return 'copied'
  }

  for (let after = 0; ; ) {
    const pictures = await findSourcePictures(transaction, after, batch)
    const outcomes = await Promise.all(pictures.map(({ path }) => copy(path)))
    for (const [index, picture] of pictures.entries()) {
      const outcome = outcomes[index] as 'copied' | 'present' | 'missing'
      counts.profiles += 1
      counts[outcome] += 1
      if (outcome === 'missing') onMissing(picture)
    }
    onProgress(counts)
    const last = pictures.at(-1)
    if (!last) return counts
    after = last.profileId
  }
}

function orAbsent(error: NodeJS.ErrnoException): undefined {
  if (!['ENOENT', 'ENOTDIR', 'EISDIR', 'ENAMETOOLONG'].includes(error.code ?? '')) throw error
}
