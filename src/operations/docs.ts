import fastifySwagger, { type StaticDocumentSpec } from '@fastify/swagger'
import fastifySwaggerUi from '@fastify/swagger-ui'
import fp from 'fastify-plugin'
import type { Contract } from '../contract/document.ts'

/** `GET /openapi.yaml`, `GET /openapi.json` and the documentation page `GET /docs`, all of the hand-written document. */
export const docs = fp<{ contract: Contract; basePath: string }>(
  async (app, { contract, basePath }) => {
    app.get('/openapi.yaml', (_request, reply) => reply.type('application/yaml; charset=utf-8').send(contract.text))
    app.get('/openapi.json', (_request, reply) => reply.type('application/json; charset=utf-8').send(contract.json))

    await app.register(fastifySwagger, {
      mode: 'static',
      // Its types know OpenAPI up to 3.0.
      specification: { document: contract.document as unknown as StaticDocumentSpec['document'] }
    })
    await app.register(fastifySwaggerUi, {
      routePrefix: '/docs',
      // The page names its scripts from the root, where it was asked for without a slash at its end.
      indexPrefix: basePath,
      staticCSP: true,
      uiConfig: { persistAuthorization: true, tryItOutEnabled: true, docExpansion: 'none', displayOperationId: true }
    })
  },
  { name: 'docs' }
)
