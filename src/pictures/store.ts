/** Where pictures are kept. A path is what the profile's column holds, such as `profile_pics/0b1f….png`. */
export interface PictureStore {
  /** Keeps `data` under a path of its own; whole or not at all. */
  write(path: string, data: Buffer): Promise<void>
  /** Removes what is kept under `path`; no error when there is nothing. */
  remove(path: string): Promise<void>
}
