import { randomUUID } from 'node:crypto'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, resolve, sep } from 'node:path'
import type { PictureStore } from './store.ts'

/** Keeps pictures as files below `root`, as Django's FileSystemStorage does below MEDIA_ROOT. */
export function diskStore(root: string): PictureStore {
  function locate(path: string): string {
    const file = resolve(root, path)
    if (!file.startsWith(root + sep)) throw new Error(`The picture path ${path} leads out of the media folder`)
    return file
  }

  return {
    async write(path, data) {
      const file = locate(path)
      const part = `${file}.${randomUUID()}.part`
      await mkdir(dirname(file), { recursive: true })
      try {
        const handle = await open(part, 'wx', 0o644)
        try {
          await handle.writeFile(data)
          // The row that will name the file must not be safer on disk than the file.
          await handle.sync()
        } finally {
          await handle.close()
        }
        await rename(part, file)
      } catch (error) {
        await rm(part, { force: true })
        throw error
      }
    },
    async remove(path) {
      await rm(locate(path), { force: true })
    }
  }
}
