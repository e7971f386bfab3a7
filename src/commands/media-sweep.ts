import { parseArgs } from 'node:util'
import { readConfig } from '../config.ts'
import { openPictureStore } from '../pictures/open.ts'
import { findProfilesWithPicture } from '../pictures/queries.ts'
import { sweepPictures } from '../pictures/sweep.ts'
import { type Command, CommandError, everySecond, withDatabase } from './command.ts'

export default {
  summary: 'removes pictures that no profile names, finds missing ones',
  usage: 'media sweep [--dry-run]',
  details: `Looks through the picture store (MEDIA_STORE) and through the profiles. A file that no profile names is
removed once it is an hour old: an upload under way stores its picture before the profile names it.
Profiles whose file is missing are listed, and left as they are.

  --dry-run    tells what would be removed, removes nothing

Ends with 0; with 1 if a profile's file is missing, or if the store or the database can't be used.
It may run at any time, beside the service too; once a day is plenty.`,
  async run(args) {
    const { values } = parseArgs({ args, options: { 'dry-run': { type: 'boolean', default: false } } })
    const dryRun = values['dry-run']
    const store = await openPictureStore(readConfig(process.env))
    await withDatabase(async (database) => {
      // A mistaken DATABASE_URL would otherwise cost every picture.
      if (!dryRun && (await findProfilesWithPicture(database, 0, 1)).length === 0) {
        throw new CommandError('No profile names a picture. Is DATABASE_URL the right one? Nothing was removed.')
      }
      const { files, orphans, spared, removed, profiles, missing } = await sweepPictures(database, store, {
        dryRun,
        onOrphan: ({ path }) => console.log(`${dryRun ? 'would remove' : 'removed'} ${path}`),
        onProgress: everySecond((text) => console.error(text)),
        onMissing: ({ userId, path }) => console.log(`missing ${path}, of the user ${userId}`)
      })
      const done = dryRun ? `${orphans - spared} would be removed` : `${removed} removed`
      console.log(`Files: ${files}, that no profile names: ${orphans} (${done}, ${spared} younger than an hour).`)
      console.log(`Profiles with a picture: ${profiles}, whose file is missing: ${missing}.`)
      if (missing > 0) process.exitCode = 1
    }).finally(() => store.close())
  }
} satisfies Command
