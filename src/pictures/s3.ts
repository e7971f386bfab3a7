import type { Readable } from 'node:stream'
import { mediaTypeOf } from './names.ts'
import { type PictureStore, type StoredFile, StoreUnavailable } from './store.ts'

/** Where an S3-compatible server keeps the pictures, and how it is spoken to. */
export interface S3Settings {
  /** Undefined: AWS. */
  readonly endpoint: string | undefined
  readonly region: string
  readonly bucket: string
  /** Undefined: where the SDK looks by itself (the role of the machine or container, shared credentials file). */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string } | undefined
  /** Whether the bucket stands in the path, not in the host name. */
  readonly forcePathStyle: boolean
  /** What all keys begin with: empty, or ending in a slash. */
  readonly prefix: string
  /** Seconds to wait for an answer to begin; one that does not is asked once more. */
  readonly timeout: number
}

/** Seconds that a transfer may stand still, on either side, before it is given up. */
const idleTimeout = 30
/** Answers that are being passed on to slow clients hold a connection each; new requests must still find one. */
const maxConnections = 256

/**
 * Keeps pictures as objects of a bucket. Needs the permissions to get, put, delete and list (without the last AWS
 * answers 403 for what is not there).
 */
export async function s3Store(settings: S3Settings): Promise<PictureStore> {
  // Read only where it is used: it takes longer to load than the rest of the service to start.
  const {
    S3Client,
    GetObjectCommand,
    PutObjectCommand,
    HeadObjectCommand,
    HeadBucketCommand,
    DeleteObjectCommand,
    ListObjectsV2Command
  } = await import('@aws-sdk/client-s3')
  const { endpoint, region, bucket: Bucket, credentials, forcePathStyle, prefix, timeout } = settings
  const client = new S3Client({
    ...(endpoint !== undefined && { endpoint }),
    ...(credentials && { credentials }),
    region,
    forcePathStyle,
    maxAttempts: 2,
    // Other servers than AWS's often don't know the checksums that the SDK sends by default since 3.729:
    // https://docs.aws.amazon.com/sdkref/latest/guide/feature-dataintegrity.html
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: timeout * 1000,
      requestTimeout: timeout * 1000,
      throwOnRequestTimeout: true,
      socketTimeout: idleTimeout * 1000,
      httpAgent: { maxSockets: maxConnections },
      httpsAgent: { maxSockets: maxConnections }
    }
  })
  const key = (path: string) => ({ Bucket, Key: prefix + path })

  return {
    async write(path, data) {
      await client
        .send(new PutObjectCommand({ ...key(path), Body: data, ContentType: mediaTypeOf(path) }))
        .catch(unavailable('Writing a picture'))
    },
    async read(path) {
      const answer = await client.send(new GetObjectCommand(key(path))).catch(orAbsent('Reading a picture', 'NoSuchKey'))
      return answer && { body: answer.Body as Readable, bytes: answer.ContentLength as number }
    },
    async has(path) {
      // An answer to HEAD has no body, so no code that would tell a missing object from a missing bucket.
      return (
        (await client.send(new HeadObjectCommand(key(path))).catch(orAbsent('Looking for a picture', 'NotFound'))) !== undefined
      )
    },
    async remove(path) {
      await client.send(new DeleteObjectCommand(key(path))).catch(orAbsent('Removing a picture', 'NoSuchKey'))
    },
    async *list(folder): AsyncGenerator<StoredFile[]> {
      let from: string | undefined
      do {
        const page = await client
          .send(
            new ListObjectsV2Command({
              Bucket,
              Prefix: `${prefix}${folder}/`,
              ...(from !== undefined && { ContinuationToken: from })
            })
          )
          .catch(unavailable('Listing pictures'))
        yield (page.Contents ?? []).map(({ Key, LastModified }) => ({
          path: (Key as string).slice(prefix.length),
          modified: LastModified as Date
        }))
        from = page.NextContinuationToken
      } while (from !== undefined)
    },
    async check() {
      await client.send(new HeadBucketCommand({ Bucket })).catch(unavailable('Looking for the bucket'))
    },
    close: () => client.destroy()
  }
}

/** Whatever the server or the way to it has: for a client it is the same, for an operator the cause tells. */
function unavailable(doing: string) {
  return (error: unknown): never => {
    const { name, message } = error as Error
    throw new StoreUnavailable(`${doing} failed: ${name}: ${message}`, { cause: error })
  }
}

function orAbsent(doing: string, absence: string) {
  return (error: unknown): undefined => {
    if ((error as Error).name !== absence) unavailable(doing)(error)
  }
}
