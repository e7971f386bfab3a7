import { parseArgs } from 'node:util'
import { migrate } from '../database/migrator.ts'
import { type Command, withDatabaseUrl } from './command.ts'

export default {
  summary: 'brings the database to this version',
  usage: 'migrate [--allow-duplicates]',
  details: `An empty database gets all tables. One in which Django made its tables is taken over: they are checked, and
used as they are, and only tables and indexes of this service are added. The app whose tables hold profiles
is named by DJANGO_APP_LABEL.

  --allow-duplicates    where several users share a username or an email, but for its case: goes on without
                        the unique indexes; without this they are listed, and nothing is changed

Ends with 0; with 1 if the database can't be taken over as it is. It may run any number of times.`,
  async run(args) {
    const { values } = parseArgs({ args, options: { 'allow-duplicates': { type: 'boolean', default: false } } })
    await withDatabaseUrl(async (url, { database: { appLabel, searchPath } }) => {
      const duplicates = values['allow-duplicates'] ? 'defer' : 'refuse'
      const done = await migrate(url, {
        appLabel,
        searchPath,
        duplicates,
        onNotice: console.log,
        onStep: (name) => console.error(`Running ${name}`)
      })
      console.log(done.length > 0 ? `Migrated: ${done.join(', ')}` : 'Nothing to migrate.')
    })
  }
} satisfies Command
