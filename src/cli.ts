import { stat } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { type Config, ConfigError, readConfig } from './config.ts'
import { AdoptionError } from './database/adoption.ts'
import { connect, type Database } from './database/connection.ts'
import { startEmbedded } from './database/embedded.ts'
import { migrate, missingMigrations } from './database/migrator.ts'
import { importDjango } from './import/import.ts'
import { describeReport } from './import/report.ts'
import { openSource, SourceError } from './import/sources.ts'
import { serve } from './main.ts'
import { startHashing } from './passwords/hashing.ts'
import { openPictureStore } from './pictures/open.ts'
import { findProfilesWithPicture } from './pictures/queries.ts'
import { StoreUnavailable } from './pictures/store.ts'
import { sweepPictures } from './pictures/sweep.ts'
import { rotateKeys } from './sessions/keys.ts'
import { ShadowError } from './shadow/error.ts'
import { readHar } from './shadow/har.ts'
import { builtIn, readIntended } from './shadow/intended.ts'
import { writeReport } from './shadow/report.ts'
import { shadow } from './shadow/shadow.ts'
import type { Side } from './shadow/side.ts'
import { readAdministrator } from './users/administrator.ts'
import { insertUser } from './users/queries.ts'

/** What whoever typed the command did wrong, or can do about it. */
class CommandError extends Error {}

interface Command {
  readonly summary: string
  readonly usage: string
  /** What `--help` behind the command says beyond its summary. */
  readonly details?: string
  run(args: string[]): Promise<void>
}

const commands: Record<string, Command> = {
  serve: {
    summary: 'runs the service',
    usage: 'serve',
    async run(args) {
      parseArgs({ args, options: {} })
      await serve(process.env)
    }
  },
  migrate: {
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
      await withDatabaseUrl(async (url, { database: { appLabel } }) => {
        const duplicates = values['allow-duplicates'] ? 'defer' : 'refuse'
        const done = await migrate(url, { appLabel, duplicates, onNotice: console.log })
        console.log(done.length > 0 ? `Migrated: ${done.join(', ')}` : 'Nothing to migrate.')
      })
    }
  },
  'keys-rotate': {
    summary: 'makes a new signing key in JWT_KEYS_DIR (or DATA_DIR/keys); it signs in five minutes',
    usage: 'keys-rotate [--now]',
    async run(args) {
      const { values } = parseArgs({ args, options: { now: { type: 'boolean', default: false } } })
      const { tokens } = readConfig(process.env)
      if (tokens.secret !== undefined || tokens.privateKeys !== undefined) {
        throw new CommandError('The keys come from JWT_SECRET or JWT_PRIVATE_KEY: put the new key before the old one there.')
      }
      const rotation = await rotateKeys(tokens.keysDir, { delay: values.now ? 0 : keyDelay, tokenTtl: tokens.refreshTtl })
      console.log(`The new key ${rotation.kid} signs from ${rotation.signsFrom.toISOString()}; the others go on verifying.`)
      for (const name of rotation.removed) console.log(`Removed ${name}: its last token has expired.`)
    }
  },
  'create-admin': {
    summary: 'makes a superuser; the password comes from ADMIN_PASSWORD',
    usage: 'create-admin --username NAME [--email ADDRESS]',
    async run(args) {
      const { values } = parseArgs({ args, options: { username: { type: 'string' }, email: { type: 'string', default: '' } } })
      const { username, email } = values
      const { ADMIN_PASSWORD: password } = process.env
      if (username === undefined || password === undefined) {
        throw new CommandError('Give --username, and the password in the environment variable ADMIN_PASSWORD.')
      }
      const { user, faults } = readAdministrator(username, email, password)
      if (faults.length > 0) throw new CommandError(faults.map((fault) => fault.join(': ')).join('\n'))
      await withDatabase(async (database) => {
        const hashing = await startHashing(readConfig(process.env).passwords.hashCost, 1)
        const made = { ...user, password: await hashing.hash(password) }
        const id = await database.transaction().execute((transaction) => insertUser(transaction, made))
        await hashing.close()
        if (id === undefined) throw new CommandError('The username or the email is taken.')
        console.log(`Superuser ${user.username} made, with the id ${id}.`)
      })
    }
  },
  'media-sweep': {
    summary: 'removes pictures that no profile names, finds missing ones',
    usage: 'media-sweep [--dry-run]',
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
          onMissing: ({ userId, path }) => console.log(`missing ${path}, of the user ${userId}`)
        })
        const done = dryRun ? `${orphans - spared} would be removed` : `${removed} removed`
        console.log(`Files: ${files}, that no profile names: ${orphans} (${done}, ${spared} younger than an hour).`)
        console.log(`Profiles with a picture: ${profiles}, whose file is missing: ${missing}.`)
        if (missing > 0) process.exitCode = 1
      }).finally(() => store.close())
    }
  },
  shadow: {
    summary: 'sends the same reads to the Django service and to this one, and compares the answers',
    usage: 'shadow --old URL --new URL [options]',
    details: `Sends GETs only, and what gets it a token. Nothing is changed but the time of a login, and that a profile which is read
is made by either service where a user has none.

  --old URL, --new URL    the addresses of the two services
  --username NAME         gets tokens from both, with the password in SHADOW_PASSWORD; best an administrator's
  --old-token TOKEN, --new-token TOKEN
                          access tokens instead; also as SHADOW_OLD_TOKEN and SHADOW_NEW_TOKEN, which no list of processes shows
  --har FILE              the reads: the GETs of a HAR file, as a browser's network page exports it.
                          Without it a walk: the profile, all lists, a sample of their objects
  --differences FILE      differences that are meant to be, beside those that the README tells of ("Where we differ");
                          see src/shadow/intended-differences.yaml

Lists are read to their end and compared without regard to order, times as instants, pictures by their path.
Ends with 0 if there are only intended differences, else with 1.`,
    async run(args) {
      const text = { type: 'string' } as const
      const { values } = parseArgs({
        args,
        options: {
          old: text,
          new: text,
          username: text,
          'old-token': { ...text, default: process.env.SHADOW_OLD_TOKEN ?? '' },
          'new-token': { ...text, default: process.env.SHADOW_NEW_TOKEN ?? '' },
          har: text,
          differences: text
        }
      })
      const { SHADOW_PASSWORD: password } = process.env
      const side = (name: Side['name']): Side => {
        const url = values[name]?.replace(/\/+$/, '') ?? ''
        if (!/^https?:\/\//.test(url) || !URL.canParse(url)) throw new CommandError(`Give --${name} http://… or https://…`)
        const token = values[`${name}-token`]
        if (token !== '') return { name, url, credentials: { token } }
        if (values.username === undefined) return { name, url, credentials: undefined }
        if (!password) throw new CommandError('Give the password in the environment variable SHADOW_PASSWORD.')
        return { name, url, credentials: { username: values.username, password } }
      }
      const sides = { old: side('old'), new: side('new') }
      if (values.har === undefined && (!sides.old.credentials || !sides.new.credentials)) {
        throw new CommandError('Give --username, or --old-token and --new-token: the walk starts at a profile.')
      }
      const har = values.har === undefined ? undefined : await readHar(values.har)
      if (har) console.log(`${values.har}: ${har.reads.length} reads, and ${har.others} of paths that are not ours.\n`)
      if (har?.reads.length === 0) throw new CommandError('There is nothing to compare.')
      const own = values.differences === undefined ? [] : await readIntended(values.differences)
      const comparisons = await shadow({ ...sides, reads: har?.reads, intended: [...own, ...(await readIntended(builtIn))] })
      console.log(writeReport(comparisons))
      if (comparisons.some(({ unintended }) => unintended.length > 0)) process.exitCode = 1
    }
  },
  'import-django': {
    summary: 'brings the users of a Django service from another database',
    usage: 'import-django --from SOURCE [options]',
    details: `Brings users, groups, permissions, provinces and profiles into the database of DATABASE_URL, all or nothing.
Ids of users, groups, provinces and profiles stay, passwords too. Times in the source are taken for UTC.

  --from SOURCE              postgres://…, mysql://… or mariadb://…, an SQLite file, or a JSON file written by
                             manage.py dumpdata contenttypes auth api
                             (without --natural-primary and --natural-foreign: natural keys are not supported);
                             or the variable IMPORT_FROM, which keeps a password out of the list of processes
  --app-label LABEL          the app of the profiles in the source (api); here it is always api
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
  }
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false
}

/** Passes on a text at most once a second; the others are dropped. */
function everySecond(tell: (text: string) => void): (text: string) => void {
  let last = Date.now()
  return (text) => {
    if (Date.now() - last < 1000) return
    last = Date.now()
    tell(text)
  }
}

/** Seconds until a new key signs: as long as verifiers may keep the JWKS (`operations/jwks.ts`). */
const keyDelay = 300

async function withDatabaseUrl(work: (url: string, config: Config) => Promise<void>): Promise<void> {
  const config = readConfig(process.env)
  if (config.database.url !== undefined) return work(config.database.url, config)
  const embedded = await startEmbedded(config.dataDir)
  try {
    await work(embedded.url, config)
  } finally {
    await embedded.stop()
  }
}

async function withDatabase(work: (database: Database) => Promise<void>): Promise<void> {
  await withDatabaseUrl(async (url, config) => {
    const options = { ...config.database, poolSize: 1, preparedStatements: false }
    const database = connect({ ...options, url, onError: console.error })
    try {
      await work(database)
    } finally {
      await database.destroy()
    }
  })
}

function help(): string {
  const lines = Object.values(commands).map(({ usage, summary }) => `  ${usage.padEnd(52)}${summary}`)
  return ['Usage:', ...lines, '', 'Settings come from the environment; the README lists them.'].join('\n')
}

function commandHelp({ usage, summary, details }: Command): string {
  return [`Usage: ${usage}`, '', `${summary}.`, ...(details === undefined ? [] : ['', details])].join('\n')
}

const [name = 'serve', ...args] = process.argv.slice(2)
const command = Object.hasOwn(commands, name) ? commands[name] : undefined
if (command && args.includes('--help')) console.log(commandHelp(command))
else if (name === '--help' || name === 'help') console.log(help())
else if (!command) {
  console.error(`There is no command ${name}.\n\n${help()}`)
  process.exitCode = 2
} else {
  await command.run(args).catch((error: Error) => {
    // A fault of the settings or the arguments is told as it is; anything else needs its stack.
    const kinds = [ConfigError, CommandError, AdoptionError, ShadowError, SourceError, StoreUnavailable]
    const told = kinds.some((kind) => error instanceof kind)
    console.error(told ? error.message : error)
    process.exitCode = 1
  })
}
