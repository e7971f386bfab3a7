import { open } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import sharp, { type Sharp, type SharpOptions } from 'sharp'
import { Limit } from '../operations/limit.ts'
import { namePicture } from './names.ts'

/** A picture ready to be stored. */
export interface Picture {
  /** Path in the store, of this picture alone. */
  readonly path: string
  readonly data: Buffer
}

/** Reads a file that a client sent as a picture. @throws PictureError */
export type PictureIntake = (file: string) => Promise<Picture>

/** What decodes and encodes pictures. */
export interface Imaging {
  readonly intake: PictureIntake
  /**
   * Makes a WebP of a stored picture, with `side` pixels at its longest side, or less where it has less.
   * @param read gives the picture's bytes, when its turn has come; undefined where there is none
   * @throws PictureError where they are no picture that can be decoded
   */
  shrink(read: () => Promise<Buffer | undefined>, side: number): Promise<Buffer | undefined>
}

/** What a client sent is not a picture we take; the message is for the client. */
export class PictureError extends Error {
  override readonly name = 'PictureError'
}

type Format = 'png' | 'jpeg' | 'gif' | 'webp'

// By the first bytes (in Latin-1), never by name or declared type: sharp itself would also open SVG, PDF, TIFF and more.
const signatures: readonly { readonly format: Format; readonly extension: string; matches(head: string): boolean }[] = [
  { format: 'png', extension: 'png', matches: (head) => head.startsWith('\x89PNG\r\n\x1a\n') },
  { format: 'jpeg', extension: 'jpg', matches: (head) => head.startsWith('\xff\xd8\xff') },
  { format: 'gif', extension: 'gif', matches: (head) => /^GIF8[79]a/.test(head) },
  { format: 'webp', extension: 'webp', matches: (head) => head.startsWith('RIFF') && head.slice(8, 12) === 'WEBP' }
]

/**
 * Decodes pictures and encodes them anew: upright, first frame, scaled down to `maxSide`, without metadata or anything
 * that hid behind the pixels.
 *
 * However many ask, what is decoded at the same time has at most `maxPixels` pixels in all (one picture of the largest
 * allowed, or many small ones), and a core works on one picture only. Memory is bounded by that, not by the load.
 * @param maxPixels width times height; what declares more is refused before it is decoded
 * @param maxSide pixels of the longest side that is kept; smaller pictures are never enlarged
 */
export function createImaging({ maxPixels, maxSide }: { readonly maxPixels: number; readonly maxSide: number }): Imaging {
  // Every picture is another one; a cache of decoded ones would only hold memory.
  sharp.cache(false)
  sharp.concurrency(1)
  const cores = new Limit(availableParallelism())
  const pixels = new Limit(maxPixels)

  /** Decodes, turns upright and scales down; `encode` says to what. */
  async function convert(source: string | Buffer, side: number, encode: (image: Sharp) => Sharp): Promise<Buffer> {
    const options: SharpOptions = { limitInputPixels: maxPixels, failOn: 'error' }
    try {
      const { width, height } = await sharp(source, options).metadata()
      return await pixels.run(width * height, () => {
        // autoOrient comes before the scaling, whatever the order of the calls; metadata is left out by default.
        const upright = sharp(source, options).autoOrient()
        return encode(upright.resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true })).toBuffer()
      })
    } catch (error) {
      const tooLarge = /pixel limit/i.test((error as Error).message)
      throw new PictureError(tooLarge ? `Must not have more than ${maxPixels} pixels.` : 'The picture can not be decoded.', {
        cause: error
      })
    }
  }

  return {
    async intake(file) {
      const head = await firstBytes(file)
      const kind = signatures.find(({ matches }) => matches(head))
      if (!kind) throw new PictureError('Must be a PNG, JPEG, GIF or WebP picture.')
      const data = await cores.run(1, () => convert(file, maxSide, (image) => image.toFormat(kind.format)))
      return { path: namePicture(data, kind.extension), data }
    },
    shrink(read, side) {
      return cores.run(1, async () => {
        const data = await read()
        if (!data) return undefined
        const head = data.toString('latin1', 0, 16)
        if (!signatures.some(({ matches }) => matches(head))) throw new PictureError('The picture can not be decoded.')
        return convert(data, side, (image) => image.webp())
      })
    }
  }
}

async function firstBytes(file: string): Promise<string> {
  const handle = await open(file)
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(16), 0, 16, 0)
    return buffer.toString('latin1', 0, bytesRead)
  } finally {
    await handle.close()
  }
}
