import { stat } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { readConfig } from '../config.ts'
import { missingMigrations } from '../database/migrator.ts'
import { importDjango } from '../import/import.ts'
import { describeReport } from '../import/report.ts'
import { openSource } from '../import/sources.ts'
import { openPictureStore } from '../pictures/open.ts'
import { type Command, CommandError, everySecond, withDatabase } from './command.ts'

export default {
  summary: 'brings the users of a Django service from another database',
  usage: 'import --from SOURCE [options]',
  details: `Brings users, groups, permissions, provinces and profiles into the database of DATABASE_URL, all or nothing.
Ids of users, groups, provinces and profiles stay, passwords too. Times in the source are taken for UTC.

  --from SOURCE              postgres://…, mysql://… or mariadb://…, an SQLite file, or a JSON file written by
                             manage.py dumpdata contenttypes auth api
                             (without --natural-primary and --natural-foreign: natural keys are not supported);
                             or the variable IMPORT_FROM, which keeps a password out of the list of processes
  --app-label LABEL          the app of the profiles in the source (api); here it is that of DJANGO_APP_LABEL
  --media FOLDER             the source's MEDIA_ROOT: copies the pictures that profiles name into the picture store
  --dry-run                  tells what would be done, and what stands in the way; writes nothing
  --skip-duplicate-emails    of users that share an email, all but the one with the smallest id come without it
  --skip-dangling            rows that refer to missing ones are left out

Import into a database that was migrated and not used yet: the first start makes a superuser where there is none,
which would take an id. Groups and provinces that the migrations made give way to the source's. What an import has
brought is left as it is by the next one, with its groups and permissions: it may be run again, for new users or
after it broke off. Values that are too long, names that are taken and the like are listed by id, and nothing is
written. Not for custom user models.

Ends with 0; with 1 if nothing was written, other than for --dry-run; a dry run ends with 1 if it found something
in the way. Missing pictures are listed, and are no failure.`,
  async run(args) {
    const { values } = parseArgs({
      args,
      options: {
        from: { type: 'string', default: process.env.IMPORT_FROM ?? '' },
        'app-label': { type: 'string', default: 'api' },
        media: { type: 'string' },
        'dry-run': { type: 'boolean', default: false },
        'skip-duplicate-emails': { type: 'boolean', default: false },
        'skip-dangling': { type: 'boolean', default: false }
      }
    })
    const { from, 'app-label': appLabel, media, 'dry-run': dryRun } = values
    if (from === '') throw new CommandError('Give --from, or the variable IMPORT_FROM; --help tells more.')
    if (!/^[A-Za-z_]\w*$/.test(appLabel)) throw new CommandError(`--app-label: "${appLabel}" is no label of an app.`)
    if (media !== undefined && !(await isFolder(media))) throw new CommandError(`--media: ${media} is no folder.`)
    const store = media === undefined ? undefined : await openPictureStore(readConfig(process.env))
    const source = await openSource(from, appLabel)
    await withDatabase(async (database) => {
      const lacking = await missingMigrations(database)
      if (lacking.length > 0) throw new CommandError(`The database lacks ${lacking.join(', ')}: run \`migrate\` first.`)
      const report = await importDjango(database, source, {
        appLabel,
        dryRun,
        skipDuplicateEmails: values['skip-duplicate-emails'],
        skipDangling: values['skip-dangling'],
        media: media !== undefined && store ? { folder: media, store } : undefined,
        onProgress: everySecond((text) => console.error(text))
      })
      console.log(describeReport(report, dryRun))
      if (report.problems.length > 0) process.exitCode = 1
    }).finally(async () => {
      store?.close()
      await source.close()
    })
  }
} satisfies Command

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false
}
