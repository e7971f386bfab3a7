import fastifyStatic from '@fastify/static'
import fp from 'fastify-plugin'

/** `GET /media/…`: pictures, under names that never change their content. */
export const media = fp<{ mediaDir: string }>(
  async (app, { mediaDir }) => {
    await app.register(fastifyStatic, {
      root: mediaDir,
      prefix: '/media/',
      decorateReply: false,
      index: false,
      dotfiles: 'ignore',
      immutable: true,
      maxAge: '365d',
      setHeaders(reply) {
        // Whatever a file holds, a browser opens it as nothing but a picture.
        reply.header('content-security-policy', "default-src 'none'; sandbox")
        reply.header('x-content-type-options', 'nosniff')
        reply.header('cross-origin-resource-policy', 'cross-origin')
      }
    })
  },
  { name: 'media' }
)
