import { parseArgs } from 'node:util'
import { ConfigError, readConfig } from './config.ts'
import { connect, type Database } from './database/connection.ts'
import { startEmbedded } from './database/embedded.ts'
import { migrate } from './database/migrator.ts'
import { serve } from './main.ts'
import { startHashing } from './passwords/hashing.ts'
import { passwordFaults } from './passwords/policy.ts'
import { insertUser } from './users/queries.ts'

interface Command {
  readonly summary: string
  readonly usage: string
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
    usage: 'migrate',
    async run(args) {
      parseArgs({ args, options: {} })
      await withDatabaseUrl(async (url) => {
        const done = await migrate(url)
        console.log(done.length > 0 ? `Migrated: ${done.join(', ')}` : 'Nothing to migrate.')
      })
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
        throw new Error('Give --username, and the password in the environment variable ADMIN_PASSWORD.')
      }
      const names = { username: username.normalize('NFKC'), email, first_name: '', last_name: '' }
      const faults = passwordFaults(password, names)
      if (faults.length > 0) throw new Error(faults.join('\n'))
      await withDatabase(async (database) => {
        const hashing = await startHashing(readConfig(process.env).passwords.hashCost, 1)
        const flags = { is_active: true, is_staff: true, is_superuser: true }
        const id = await insertUser(database, { ...names, ...flags, password: await hashing.hash(password) })
        await hashing.close()
        if (id === undefined) throw new Error('The username or the email is taken.')
        console.log(`Superuser ${names.username} made, with the id ${id}.`)
      })
    }
  }
}

async function withDatabaseUrl(work: (url: string) => Promise<void>): Promise<void> {
  const config = readConfig(process.env)
  if (config.database.url !== undefined) return work(config.database.url)
  const embedded = await startEmbedded(config.dataDir)
  try {
    await work(embedded.url)
  } finally {
    await embedded.stop()
  }
}

async function withDatabase(work: (database: Database) => Promise<void>): Promise<void> {
  await withDatabaseUrl(async (url) => {
    const database = connect({ url, poolSize: 1, preparedStatements: false, onError: console.error })
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

const [name = 'serve', ...args] = process.argv.slice(2)
const command = commands[name]
if (args.includes('--help') || name === '--help' || name === 'help') console.log(help())
else if (!command) {
  console.error(`There is no command ${name}.\n\n${help()}`)
  process.exitCode = 2
} else {
  await command.run(args).catch((error: Error) => {
    // A fault of the configuration is for the operator; anything else needs its stack.
    console.error(error instanceof ConfigError ? error.message : error)
    process.exitCode = 1
  })
}
