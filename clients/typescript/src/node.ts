import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'

/**
 * The file at `path` as an upload. Stands apart, so that nothing of Node's gets into a browser's bundle.
 *
 *   await client.updateProfile({ body: { profile_picture: await fileUpload('me.png') } })
 */
export async function fileUpload(path: string): Promise<Blob> {
  return new File([await readFile(path)], basename(path))
}
