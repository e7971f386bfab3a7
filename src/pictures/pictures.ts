import type { FastifyBaseLogger } from 'fastify'
import type { Picture, PictureIntake } from './image.ts'
import type { PictureStore } from './store.ts'

/** What features do with pictures. */
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
  /** Removes a picture whose row is gone; a failure is logged, since the row's change holds all the same. */
  discard(path: string): Promise<void>
}

/** @param publicUrl of this service, without a slash at the end */
export function createPictures(store: PictureStore, intake: PictureIntake, publicUrl: string, log: FastifyBaseLogger): Pictures {
  async function discard(path: string): Promise<void> {
    await store
      .remove(path)
      .catch((err: unknown) => log.error({ err, path }, 'A picture that no row names any more could not be removed'))
  }

  return {
    intake,
    discard,
    url: (path) => `${publicUrl}/media/${path.split('/').map(encodeURIComponent).join('/')}`,
    async replace(picture, save) {
      if (picture === undefined) return save(undefined)
      if (picture) await store.write(picture.path, picture.data)
      const saved = await save(picture?.path ?? null).catch(async (error: unknown) => {
        if (picture) await discard(picture.path)
        throw error
      })
      const obsolete = saved ? saved.previousPicture : picture?.path
      if (obsolete) await discard(obsolete)
      return saved
    }
  }
}
