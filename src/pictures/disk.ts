import { randomUUID } from 'node:crypto'
import { access, constants, type FileHandle, mkdir, open, opendir, rename, rm, stat } from 'node:fs/promises'
import { dirname, resolve, sep } from 'node:path'
import { type PictureStore, type StoredFile, StoreUnavailable } from './store.ts'

/** Files that a page of a listing has. */
const pageSize = 1000

// errno(3): no space, over quota, larger than files may be here.
const fullDisk = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])
// Read-only, not ours to write, the disk or the file server fails, no more files at once.
const diskFaults = new Set('EROFS EACCES EPERM EIO ENODEV ENXIO ESTALE EMFILE ENFILE ENOMEM'.split(' '))
// Nothing there: not even the folder, a file where a folder would be, or a name longer than names can be.
const absences = new Set(['ENOENT', 'ENOTDIR', 'EISDIR', 'ENAMETOOLONG'])

/** `error` as StoreUnavailable where it is a fault of the disk that `doing` met; any other error as it is. */
export function asDiskFault(error: unknown, doing: string): unknown {
  const code = codeOf(error)
  const full = fullDisk.has(code)
  return full || diskFaults.has(code) ? new StoreUnavailable(`${doing} failed: ${code}`, { cause: error, full }) : error
}

/** Keeps pictures as files below `root`, as Django's FileSystemStorage does below MEDIA_ROOT. */
export function diskStore(root: string): PictureStore {
  function locate(path: string): string {
    const file = resolve(root, path)
    if (!file.startsWith(root + sep)) throw new Error(`The picture path ${path} leads out of the media folder`)
    return file
  }

  /** The files in `folder` that are still there. */
  async function describe(folder: string, names: readonly string[]): Promise<StoredFile[]> {
    const files = names.map(async (name) => {
      const path = `${folder}/${name}`
      const found = await stat(locate(path)).catch(orAbsent)
      return found && { path, modified: found.mtime }
    })
    return (await Promise.all(files)).filter((file) => file !== undefined)
  }

  async function* list(folder: string): AsyncGenerator<StoredFile[]> {
    const entries = await opendir(locate(folder)).catch(orAbsent)
    if (!entries) return
    let names: string[] = []
    for await (const entry of entries) {
      if (entry.isDirectory()) yield* list(`${folder}/${entry.name}`)
      else if (entry.isFile() && names.push(entry.name) === pageSize) {
        yield await describe(folder, names)
        names = []
      }
    }
    if (names.length > 0) yield await describe(folder, names)
  }

  return {
    async write(path, data) {
      const file = locate(path)
      const part = `${file}.${randomUUID()}.part`
      try {
        await mkdir(dirname(file), { recursive: true })
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
        await rm(part, { force: true }).catch(() => {})
        throw asDiskFault(error, 'Writing a picture')
      }
    },
    async read(path) {
      const handle = await open(locate(path)).catch(orAbsent)
      if (!handle) return undefined
      const bytes = await sizeOfFile(handle)
      if (bytes !== undefined) return { body: handle.createReadStream(), bytes }
      await handle.close()
      return undefined
    },
    async has(path) {
      return (await stat(locate(path)).catch(orAbsent))?.isFile() ?? false
    },
    async remove(path) {
      await rm(locate(path), { force: true }).catch((error: unknown) => {
        throw asDiskFault(error, 'Removing a picture')
      })
    },
    list,
    async check() {
      try {
        await mkdir(root, { recursive: true })
        await access(root, constants.R_OK | constants.W_OK | constants.X_OK)
      } catch (error) {
        throw new StoreUnavailable(`The media folder can't be written to: ${codeOf(error)}`, { cause: error })
      }
    },
    close() {}
  }
}

async function sizeOfFile(handle: FileHandle): Promise<number | undefined> {
  const found = await handle.stat()
  return found.isFile() ? found.size : undefined
}

function orAbsent(error: unknown): undefined {
  if (!absences.has(codeOf(error))) throw asDiskFault(error, 'Reading the media folder')
}

function codeOf(error: unknown): string {
  return String((error as { code?: unknown }).code)
}
