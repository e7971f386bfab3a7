import type { Readable } from 'node:stream'
import { OperatorError } from '../operations/operator-error.ts'

/** What the store knows of a file without reading it. */
export interface StoredFile {
  readonly path: string
  readonly modified: Date
}

export interface StoredPicture {
  /** To be read to its end or destroyed. */
  readonly body: Readable
  readonly bytes: number
}

/**
 * Where pictures are kept. A path is what the profile's column holds, such as `profile_pics/0b1f….png`.
 * Every method throws StoreUnavailable where the store can't do it now.
 */
export interface PictureStore {
  /** Keeps `data` under a path of its own; whole or not at all. */
  write(path: string, data: Buffer): Promise<void>
  /** Opens what is kept under `path`; undefined when there is nothing. */
  read(path: string): Promise<StoredPicture | undefined>
  /** Whether there is something under `path`, without reading it. */
  has(path: string): Promise<boolean>
  /** Removes what is kept under `path`; no error when there is nothing. */
  remove(path: string): Promise<void>
  /** All that is kept in a folder and those in it, in pages of at most 1000, in no particular order. */
  list(folder: string): AsyncIterable<StoredFile[]>
  /** Asks whether pictures could be kept, without keeping one. */
  check(): Promise<void>
  /** Lets go of connections; what is under way breaks off. */
  close(): void
}

/**
 * The store can't do its work now: full, read-only, out of reach, slow, or its settings are wrong. The message is for
 * an operator, `cause` is what happened.
 */
export class StoreUnavailable extends OperatorError {
  override readonly name = 'StoreUnavailable'
  /** Whether there is no space left, so that trying again soon is of no use. */
  readonly full: boolean

  constructor(message: string, { full = false, ...options }: ErrorOptions & { readonly full?: boolean } = {}) {
    super(message, options)
    this.full = full
  }
}
