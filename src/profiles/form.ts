import { createHash, randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { FastifyBaseLogger, FastifyRequest } from 'fastify'
import { FieldFaults, Problem } from '../contract/problems.ts'
import { startHourly } from '../operations/hourly.ts'
import { asDiskFault } from '../pictures/disk.ts'

/** A file from a form, on disk until its request is answered. */
export interface UploadedFile {
  readonly path: string
  readonly bytes: number
}

export interface Form {
  /** The fields as the JSON body they stand for. */
  readonly fields: Record<string, unknown>
  readonly upload: UploadedFile | undefined
}

/** Where a picture may stand in a form. */
const pictureFields = new Set(['profile_picture', 'profile.profile_picture'])
/** Fields of a form that stand for null when they are empty; a text stays an empty text. */
const nullable = new Set(['birth_date', 'province', 'profile_picture'])
/** Fields that may occur several times. */
const repeated = new Set(['roles'])

/**
 * Reads a multipart body as the JSON body it stands for: `profile.phone` is `phone` in `profile`. A picture is streamed
 * to a file in `folder`; the caller removes it once the request is answered (`removeUpload`).
 * @throws Problem for a body that breaks off or is too large, a file where no file belongs
 * @throws StoreUnavailable where `folder` can't take the file
 */
export async function readForm(request: FastifyRequest, folder: string): Promise<Form> {
  const fields: Record<string, unknown> = {}
  const faults = new FieldFaults()
  const { bodyLimit } = request.routeOptions
  let upload: UploadedFile | undefined
  let length = 0
  try {
    for await (const part of request.parts()) {
      if (part.fieldname === undefined) {
        if (part.type === 'file') part.file.resume()
        faults.add('body', 'A part of the form has no name.')
      } else if (part.type === 'field') {
        length += typeof part.value === 'string' ? part.value.length : JSON.stringify(part.value).length
        // All of them together are held in memory, as a JSON body would be.
        if (part.valueTruncated || length > bodyLimit)
          throw new Problem('payload_too_large', 'The fields of the form are too large.')
        setField(fields, part.fieldname, part.value)
      } else if (!pictureFields.has(part.fieldname)) {
        part.file.resume()
        faults.add(part.fieldname, 'There is no such file field.')
      } else {
        const path = join(folder, randomUUID())
        // Known before the first byte is written, so that it is removed however the reading ends.
        upload = { path, bytes: 0 }
        await pipeline(part.file, createWriteStream(path, { mode: 0o600, flags: 'wx' }))
        upload = { path, bytes: part.file.bytesRead }
        // What a browser sends when no file was chosen.
        if (upload.bytes === 0 && !part.filename) upload = await removeUpload(upload)
      }
    }
    faults.throwIfAny()
  } catch (error) {
    // The rest is read and let go: left unread, it would hold up the next request on the connection.
    request.raw.unpipe()
    request.raw.resume()
    await removeUpload(upload)
    if (isOfBody(error)) throw new Problem('malformed_body', 'The form can not be read to its end.')
    throw asDiskFault(error, 'Writing an upload')
  }
  return { fields, upload }
}

/** Whether `error` came of what the client sent, or stopped sending: neither a problem already, nor of our disk. */
function isOfBody(error: unknown): boolean {
  return error instanceof Error && !(error instanceof Problem) && !('syscall' in error) && !('statusCode' in error)
}

/** SHA-256 of an upload, in hex. */
export async function digestUpload({ path }: UploadedFile): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}

/** Age in milliseconds after which an upload's file has been left behind by a process that was killed. */
const staleUpload = 60 * 60 * 1000

/** Removes stale uploads from `folder`, now and every hour; replicas may share it. @returns what stops it */
export function startUploadSweep(folder: string, log: FastifyBaseLogger): () => Promise<void> {
  async function sweep(): Promise<void> {
    for (const name of await readdir(folder)) {
      const file = join(folder, name)
      // Gone meanwhile, where its request has ended or another replica was faster.
      const found = await stat(file).catch(() => undefined)
      if (found && Date.now() - found.mtimeMs > staleUpload) await rm(file, { force: true })
    }
  }
  return startHourly(sweep, 'Stale uploads could not be removed', log)
}

/** Removes an upload's file, if there still is one. */
export async function removeUpload(upload: UploadedFile | undefined): Promise<undefined> {
  if (upload) await rm(upload.path, { force: true })
}

/** @param given text; or whatever a part of the type application/json holds */
function setField(fields: Record<string, unknown>, name: string, given: unknown): void {
  const [outer, ...rest] = name.split('.')
  if (rest.length === 1 && outer === 'profile') {
    if (typeof fields.profile !== 'object' || fields.profile === null) fields.profile = {}
    setField(fields.profile as Record<string, unknown>, rest[0] as string, given)
    return
  }
  const value = given === '' && nullable.has(name) ? null : given
  if (repeated.has(name)) fields[name] = [...((fields[name] as unknown[] | undefined) ?? []), value]
  // defineProperty: a field named __proto__ is an unknown field, not a prototype.
  else Object.defineProperty(fields, name, { value, enumerable: true, configurable: true, writable: true })
}
