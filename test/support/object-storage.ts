import { mkdtemp, rm } from 'node:fs/promises'
import type { Server } from 'node:http'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'

interface S3rver {
  run(): Promise<{ port: number }>
  close(): Promise<void>
  readonly httpServer: Server
}

// It comes without types.
const S3rver = createRequire(import.meta.url)('@20minutes/s3rver') as new (options: object) => S3rver

/** Starts a real S3-compatible server with an empty bucket. @returns the settings that lead to it */
export async function startObjectStorage(t: Test): Promise<Record<string, string>> {
  const directory = await mkdtemp(join(tmpdir(), 'user-management-s3-'))
  const server = new S3rver({
    address: '127.0.0.1',
    port: 0,
    silent: true,
    directory,
    configureBuckets: [{ name: 'pictures' }],
    // It reckons the signature of a listing in another way than the SDK (and AWS).
    allowMismatchedSignatures: true
  })
  const { port } = await server.run()
  t.teardown(async () => {
    server.httpServer.closeAllConnections()
    await server.close()
    await rm(directory, { recursive: true, force: true })
  })
  return {
    MEDIA_STORE: 's3',
    S3_ENDPOINT: `http://127.0.0.1:${port}`,
    S3_BUCKET: 'pictures',
    S3_PREFIX: 'accounts/',
    S3_ACCESS_KEY_ID: 'S3RVER',
    S3_SECRET_ACCESS_KEY: 'S3RVER',
    S3_FORCE_PATH_STYLE: 'true'
  }
}
