import { parseArgs } from 'node:util'
import { type Config, ConfigError, readConfig } from './config.ts'
import { AdoptionError } from './database/adoption.ts'
import { connect, type Database } from './database/connection.ts'
import { startEmbedded } from './database/embedded.ts'
import { migrate } from './database/migrator.ts'
import { serve } from './main.ts'
import { startHashing } from './passwords/hashing.ts'
import { openPictureStore } from './pictures/open.ts'
import { findProfilesWithPicture } from './pictures/queries.ts'
import { sweepPictures } from './pictures/sweep.ts'
import { rotateKeys } from './sessions/keys.ts'
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
        const id = await insertUser(database, { ...user, password: await hashing.hash(password) })
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
    const told = [ConfigError, CommandError, AdoptionError].some((kind) => error instanceof kind)
    console.error(told ? error.message : error)
    process.exitCode = 1
  })
}
