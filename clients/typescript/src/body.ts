import type { Upload } from './types.ts'

/** A body as fetch takes it, any number of times. */
export interface EncodedBody {
  readonly content: string | FormData
  /** Undefined for a form: fetch writes its boundary. */
  readonly contentType: string | undefined
}

/**
 * Encodes a body: as a form where a field is an Upload, else as JSON. A stream is read to its end first: browsers send none
 * over HTTP/1.1, and a request that is repeated with a renewed token needs it again.
 */
export async function encodeBody(body: object): Promise<EncodedBody> {
  const fields = Object.entries(body)
  if (!fields.some(([, value]) => isUpload(value))) {
    return { content: JSON.stringify(body), contentType: 'application/json' }
  }
  const form = new FormData()
  for (const [name, value] of fields) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (isUpload(each)) form.append(name, await toBlob(each))
      else if (each !== undefined) form.append(name, String(each))
    }
  }
  return { content: form, contentType: undefined }
}

function isUpload(value: unknown): value is Upload {
  if (typeof value !== 'object' || value === null) return false
  return value instanceof Blob || 'getReader' in value || Symbol.asyncIterator in value
}

async function toBlob(upload: Upload): Promise<Blob> {
  if (upload instanceof Blob) return upload
  // Not every browser's streams can be iterated.
  if ('getReader' in upload) return new Response(upload as ReadableStream<Uint8Array<ArrayBuffer>>).blob()
  const chunks: Uint8Array<ArrayBuffer>[] = []
  for await (const chunk of upload) chunks.push(chunk as Uint8Array<ArrayBuffer>)
  return new Blob(chunks)
}
