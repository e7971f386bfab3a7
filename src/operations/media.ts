import type { FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { invalidInput } from '../contract/problems.ts'
import { neverChanges, type PictureSize, pictureFolder, pictureSizes } from '../pictures/names.ts'
import type { Pictures } from '../pictures/pictures.ts'

/** Names of one folder and one file, none of them hidden or a way up. Nothing else of a bucket or a disk is public. */
const picturePath = new RegExp(`^${pictureFolder}/[^./\\\\\\p{Cc}][^/\\\\\\p{Cc}]{0,199}$`, 'u')

/**
 * `GET /media/profile_pics/…`: pictures, the same from every store. `?size=64` or `?size=256` is a WebP with so many
 * pixels at its longest side.
 */
export const media = fp<{ pictures: Pictures }>(
  async (app, { pictures }) => {
    app.get<{ Params: { '*': string }; Querystring: { size?: unknown } }>('/media/*', async (request, reply) => {
      const path = request.params['*']
      const size = readSize(request.query.size)
      if (!picturePath.test(path)) return reply.callNotFound()
      const name = neverChanges(path) ? (size === undefined ? `"${path}"` : `W/"${path}?${size}"`) : undefined
      if (name !== undefined && isKnown(request, name) && (await pictures.has(path))) {
        return describe(reply, name).code(304).send()
      }
      const picture = await pictures.read(path, size)
      if (!picture) return reply.callNotFound()
      return describe(reply, name).type(picture.mediaType).header('content-length', picture.bytes).send(picture.body)
    })
  },
  { name: 'media' }
)

/** @throws Problem invalid_input for a size that there is not */
function readSize(text: unknown): PictureSize | undefined {
  if (text === undefined) return undefined
  const size = pictureSizes.find((known) => String(known) === text)
  if (size === undefined) throw invalidInput({ size: [`Must be ${pictureSizes.join(' or ')}.`] })
  return size
}

/**
 * @param name the ETag (RFC 9110, 8.8.3); since a picture of ours never changes, its name says what its bytes would.
 *   A size is the same picture, if not the same bytes, whoever made it: a weak one. Undefined for a picture of Django's.
 */
function describe(reply: FastifyReply, name: string | undefined): FastifyReply {
  if (name !== undefined) reply.header('etag', name)
  reply.header('cache-control', name === undefined ? 'public, max-age=3600' : 'public, max-age=31536000, immutable')
  // Whatever a file holds, a browser opens it as nothing but a picture.
  reply.header('content-security-policy', "default-src 'none'; sandbox")
  reply.header('x-content-type-options', 'nosniff')
  return reply.header('cross-origin-resource-policy', 'cross-origin')
}

/** Whether the client says that it has this already; by weak comparison (RFC 9110, 13.1.2). */
function isKnown({ headers }: FastifyRequest, name: string): boolean {
  const known = headers['if-none-match']?.split(',').map((tag) => tag.trim().replace(/^W\//, '')) ?? []
  return known.includes('*') || known.includes(name.replace(/^W\//, ''))
}
