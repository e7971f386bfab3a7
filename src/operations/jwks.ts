import fp from 'fastify-plugin'
import type { KeyRing } from '../sessions/keys.ts'

/** `GET /.well-known/jwks.json`: the keys that verify our tokens (RFC 7517); none where they are signed with a secret. */
export const jwks = fp<{ keyRing: KeyRing }>(
  async (app, { keyRing }) => {
    app.get('/.well-known/jwks.json', async (_request, reply) => {
      return reply
        .header('cache-control', 'public, max-age=300')
        .type('application/jwk-set+json')
        .send(JSON.stringify({ keys: keyRing.published() }))
    })
  },
  { name: 'jwks' }
)
