import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { FastifyBaseLogger } from 'fastify'
import pg from 'pg'
import { Problem } from '../contract/problems.ts'
import { type Imaging, type Picture, PictureError, type PictureIntake } from './image.ts'
import { mediaTypeOf, type PictureSize, pictureSizes, sizedPath } from './names.ts'
import type { PictureStore } from './store.ts'

/** A picture to send to a client. */
export interface ServedPicture {
  readonly body: Readable | Buffer
  readonly bytes: number
  readonly mediaType: string
}

/** What features do with pictures. All of it throws StoreUnavailable where the store can't be used. */
export interface Pictures {
  readonly intake: PictureIntake
  /** The URL that clients see of a path in the store. */
  url(path: string): string
  /**
   * Stores a picture around `save`, the transaction that writes its path: the file is there before a row names it, and
   * the one before goes after that is committed. A crash in between leaves a file too many, never a row without one.
   * @param picture undefined leaves the present picture alone, null removes it
   * @param save gets the path to write (null for none, undefined to leave it); returns undefined if there was no row
   */
  replace<Saved extends { readonly previousPicture: string | null }>(
    picture: Picture | null | undefined,
    save: (path: string | null | undefined) => Promise<Saved | undefined>
  ): Promise<Saved | undefined>
  /** Removes a picture whose row is gone, in all sizes; a failure is logged, since the row's change holds all the same. */
  discard(path: string): Promise<void>
  has(path: string): Promise<boolean>
  /**
   * Opens a picture, as it is or in a smaller size, which is made at the first request and kept in the store; what
   * can't be made smaller (Django kept more formats than we decode) comes as it is. Undefined when there is none.
   */
  read(path: string, size?: PictureSize): Promise<ServedPicture | undefined>
}

/** @param publicUrl of this service, without a slash at the end */
export function createPictures(store: PictureStore, imaging: Imaging, publicUrl: string, log: FastifyBaseLogger): Pictures {
  /** Sizes that are being made, by their path: however many ask for one at the same time, it is made once. */
  const underWay = new Map<string, Promise<Buffer | undefined>>()

  async function remove(path: string): Promise<void> {
    await store
      .remove(path)
      .catch((err: unknown) => log.error({ err, path }, 'A picture that no row names any more could not be removed'))
  }

  async function discard(path: string): Promise<void> {
    // The picture first: `makeSized` looks whether it is still there once it has kept a size of it.
    await remove(path)
    await Promise.all(pictureSizes.map((size) => remove(sizedPath(path, size))))
  }

  async function readWhole(path: string): Promise<Buffer | undefined> {
    const stored = await store.read(path)
    return stored && buffer(stored.body)
  }

  /** Undefined where there is no such picture, or none that can be decoded. */
  async function makeSized(path: string, size: PictureSize): Promise<Buffer | undefined> {
    const kept = sizedPath(path, size)
    // Another request may have made it since this one found nothing.
    const present = await readWhole(kept)
    if (present) return present
    let data: Buffer | undefined
    try {
      data = await imaging.shrink(() => readWhole(path), size)
    } catch (error) {
      if (!(error instanceof PictureError)) throw error
      log.warn({ err: error, path }, 'A picture could not be made smaller')
    }
    if (data) await keepSized(path, kept, data)
    return data
  }

  /** Keeps a size; it can be made again, so that a store that is full or read-only stops nobody from seeing it. */
  async function keepSized(path: string, kept: string, data: Buffer): Promise<void> {
    try {
      await store.write(kept, data)
      if (!(await store.has(path))) await store.remove(kept)
    } catch (err) {
      log.warn({ err, path: kept }, 'A smaller size of a picture could not be kept')
    }
  }

  async function readSized(path: string, size: PictureSize): Promise<ServedPicture | undefined> {
    const kept = sizedPath(path, size)
    const mediaType = mediaTypeOf(kept)
    const stored = await store.read(kept)
    if (stored) return { ...stored, mediaType }
    let making = underWay.get(kept)
    if (!making) {
      making = makeSized(path, size).finally(() => underWay.delete(kept))
      underWay.set(kept, making)
    }
    const data = await making
    return data && { body: data, bytes: data.length, mediaType }
  }

  return {
    intake: imaging.intake,
    discard,
    has: (path) => store.has(path),
    url: (path) => `${publicUrl}/media/${path.split('/').map(encodeURIComponent).join('/')}`,
    async replace(picture, save) {
      if (picture === undefined) return save(undefined)
      if (picture) await store.write(picture.path, picture.data)
      const saved = await save(picture?.path ?? null).catch(async (error: unknown) => {
        // Where only the answer to the commit was lost, a row may name it; if none does, the sweep finds it.
        if (picture && (error instanceof Problem || error instanceof pg.DatabaseError)) await discard(picture.path)
        throw error
      })
      const obsolete = saved ? saved.previousPicture : picture?.path
      if (obsolete) await discard(obsolete)
      return saved
    },
    async read(path, size) {
      const sized = size && (await readSized(path, size))
      if (sized) return sized
      const stored = await store.read(path)
      return stored && { ...stored, mediaType: mediaTypeOf(path) }
    }
  }
}
