import { createHash, randomBytes } from 'node:crypto'

/** Folder of the pictures in the store, where Django's `upload_to` has them too. */
export const pictureFolder = 'profile_pics'
/**
 * Folder of the smaller ones made from them. Not among the pictures: there Django keeps names that users chose, and a
 * user may well have chosen `me.png.256.webp`.
 */
export const sizedFolder = 'sized'
/** Longest sides in pixels of the smaller ones. */
export const pictureSizes = [64, 256] as const
export type PictureSize = (typeof pictureSizes)[number]

/** What browsers are told that a file is; for all else the service says that it does not know. */
const mediaTypes: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  // Django's ImageField takes what Pillow opens; these are what browsers show of that.
  jpeg: 'image/jpeg',
  jpe: 'image/jpeg',
  jfif: 'image/jpeg',
  apng: 'image/apng',
  avif: 'image/avif',
  bmp: 'image/bmp',
  ico: 'image/x-icon'
}

/** The media type of what is stored under `path`, by the end of its name. */
export function mediaTypeOf(path: string): string {
  const extension = path.slice(path.lastIndexOf('.') + 1).toLowerCase()
  return (Object.hasOwn(mediaTypes, extension) && mediaTypes[extension]) || 'application/octet-stream'
}

/**
 * Path for a new picture: the SHA-256 of its bytes, and 64 random bits. The hash lets anyone check a file
 * (`sha256sum`); the random part gives every profile a file of its own, so that two with the same picture don't lose
 * it when one deletes it, and nobody finds out who has a picture by asking for its hash. Counting the rows that name
 * a shared file would save some space, and put a lock around every upload and deletion.
 * 99 characters at most: Django's column holds 100.
 */
export function namePicture(data: Buffer, extension: string): string {
  const hash = createHash('sha256').update(data).digest('hex')
  return `${pictureFolder}/${hash}-${randomBytes(8).toString('hex')}.${extension}`
}

/** Whether `path` is one of ours, whose content never changes; Django uses a name again once it is free. */
export function neverChanges(path: string): boolean {
  return /^profile_pics\/[0-9a-f]{64}-[0-9a-f]{16}\.[a-z]{3,4}$/.test(path)
}

/** Where the store keeps the picture `path` in a smaller size. */
export function sizedPath(path: string, size: PictureSize): string {
  return `${sizedFolder}/${size}/${path}.webp`
}

/** The picture that a stored file belongs to: itself, or the one it is a smaller size of. */
export function originalOf(path: string): string {
  return /^sized\/\d+\/(.+)\.webp$/s.exec(path)?.[1] ?? path
}
