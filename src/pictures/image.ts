import { randomBytes } from 'node:crypto'
import { open } from 'node:fs/promises'
import sharp from 'sharp'

/** A picture ready to be stored. */
export interface Picture {
  /** Path in the store: a random name, so that it tells nothing and never changes its content. */
  readonly path: string
  readonly data: Buffer
}

/** Reads a file that a client sent as a picture. */
export type PictureIntake = (file: string) => Promise<Picture>

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
 * An intake that decodes a picture and encodes it anew: upright, first frame, without metadata or anything that hid
 * behind the pixels.
 * @param maxPixels width times height; what declares more is refused before it is decoded
 */
export function pictureIntake(maxPixels: number): PictureIntake {
  // Every picture is another one; a cache of decoded ones would only hold memory.
  sharp.cache(false)
  return async (file) => {
    const head = await firstBytes(file)
    const kind = signatures.find(({ matches }) => matches(head))
    if (!kind) throw new PictureError('Must be a PNG, JPEG, GIF or WebP picture.')
    const { format, extension } = kind
    try {
      const data = await sharp(file, { limitInputPixels: maxPixels, failOn: 'error' }).autoOrient().toFormat(format).toBuffer()
      return { path: `profile_pics/${randomBytes(16).toString('hex')}.${extension}`, data }
    } catch (error) {
      const tooLarge = /pixel limit/i.test((error as Error).message)
      throw new PictureError(tooLarge ? `Must not have more than ${maxPixels} pixels.` : 'The picture can not be decoded.', {
        cause: error
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
