import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from '../config.ts'
import { diskStore } from './disk.ts'
import { s3Store } from './s3.ts'
import type { PictureStore } from './store.ts'

/** Opens the store that MEDIA_STORE names. The caller closes it. */
export async function openPictureStore({ dataDir, pictures: { s3 } }: Config): Promise<PictureStore> {
  if (s3) return s3Store(s3)
  const folder = join(dataDir, 'media')
  await mkdir(folder, { recursive: true })
  return diskStore(folder)
}
