import closeWithGrace from 'close-with-grace'
import Fastify from 'fastify'
import { buildApp } from './app.ts'
import { type Config, readConfig } from './config.ts'
import { connect, leadsToPooler } from './database/connection.ts'
import { migrate } from './database/migrator.ts'
import { switchEvents } from './events/queries.ts'
import { ensureAdministrator, type FirstAdministrator } from './operations/first-start.ts'
import { type Log, loggerOptions } from './operations/log.ts'
import { checkMark } from './sandbox/mark.ts'
import { isWorker, onDrain, startWorkers } from './workers.ts'

/** Seconds, once requests have ended, for connections, threads, workers and the embedded Postgres to close. */
const closingTime = 15

/**
 * Runs the service until SIGTERM or SIGINT: config, database, migrations, app, listen; then drains and closes what it
 * opened, the last first. The same when a start fails, or a signal comes in the middle of it. With WORKERS above 1 this
 * process prepares the database, and so many others do the rest.
 * @throws Error that says why it can't start
 */
export async function serve(variables: NodeJS.ProcessEnv): Promise<void> {
  const config = readConfig(variables)
  let log: Log | undefined
  const closers: Closers = []
  let closing = false
  async function close(): Promise<void> {
    closing = true
    for (let closer = closers.pop(); closer; closer = closers.pop()) await closer()
  }
  // The process that waits for workers gives them the time they give themselves.
  const delay = (config.shutdownDelay + config.shutdownTimeout + closingTime + (isWorker ? 0 : 5)) * 1000
  const onTimeout = () => log?.fatal(`Ending at once: connections, workers or Postgres did not close within ${closingTime} s`)
  const grace = closeWithGrace({ delay, onTimeout, logger: false }, async ({ err, signal }) => {
    closing = true
    if (err) log?.fatal({ err }, 'Ending because of an error that nothing caught')
    else log?.info({ signal }, 'Draining')
    await close()
  })

  try {
    if (isWorker) {
      // A terminal's Ctrl-C comes to all processes; the first one's word on top of it would be a second signal.
      onDrain(() => closing || process.kill(process.pid, 'SIGTERM'))
      await listen(config, config.database.url as string, closers, (opened) => (log = opened))
      return
    }
    const prepared = await prepareDatabase(config, closers)
    if (config.workers > 1) {
      const { log: own } = Fastify({ logger: await loggerOptions(config) })
      log = own
      tellPrepared(config, prepared, own)
      const failed = (error: Error) => process.emit('uncaughtException', error)
      const replaced = (detail: object) => own.error(detail, 'A worker ended and is replaced')
      const workers = startWorkers(config.workers, { DATABASE_URL: prepared.url }, { replaced, failed })
      closers.push(() => workers.close())
      const { port } = await workers.listening
      if (!config.production) process.stdout.write(welcome(config, `http://${config.host}:${port}`, prepared.administrator))
      return
    }
    const address = await listen(config, prepared.url, closers, (opened) => {
      log = opened
      tellPrepared(config, prepared, opened)
    })
    if (!config.production) process.stdout.write(welcome(config, address, prepared.administrator))
  } catch (error) {
    grace.uninstall()
    await close()
    throw error
  }
}

/** What ends what was begun; the last first. */
type Closers = (() => Promise<unknown>)[]

interface PreparedDatabase {
  readonly url: string
  readonly migrations: readonly string[]
  readonly notices: readonly string[]
  readonly administrator: FirstAdministrator | undefined
}

/** Starts the embedded Postgres where it is needed, migrates, and makes the first administrator. */
async function prepareDatabase(config: Config, closers: Closers): Promise<PreparedDatabase> {
  let url = config.database.url
  if (url === undefined) {
    const { startEmbedded } = await import('./database/embedded.ts')
    const embedded = startEmbedded(config.dataDir)
    closers.push(async () => (await embedded.catch(() => undefined))?.stop())
    url = (await embedded).url
  }
  const notices: string[] = []
  await checkMark(url, config.sandbox)
  const { appLabel, searchPath } = config.database
  const migrations = await migrate(url, { appLabel, searchPath, duplicates: 'keep', onNotice: (notice) => notices.push(notice) })
  if (config.sandbox) {
    const { seedAdministrator } = await import('./sandbox/seed.ts')
    return { url, migrations, notices, administrator: seedAdministrator }
  }
  const database = connect({ ...config.database, url, poolSize: 1, onError: () => {} })
  try {
    await switchEvents(database, config.events.enabled)
    const administrator = await ensureAdministrator(database, config)
    return { url, migrations, notices, administrator }
  } finally {
    await database.destroy()
  }
}

function tellPrepared(config: Config, { migrations, notices }: PreparedDatabase, log: Log): void {
  log.info({ migrations, embedded: config.database.url === undefined }, 'Database ready')
  for (const notice of notices) log.warn(notice)
  if (config.sandbox) log.warn('SANDBOX=1: passwords are known, and anybody may set the time, read the mails and delete all')
  if (config.passwords.resetDelivery === 'response') {
    log.warn('PASSWORD_RESET_DELIVERY=response: whoever asks for a password reset is given its token')
  }
}

/** Builds the app on the database at `url` and opens its port. @returns the address */
async function listen(config: Config, url: string, closers: Closers, onLog: (log: Log) => void): Promise<string> {
  let log: Log | undefined
  const onError = (err: Error) => log?.warn({ err }, 'A database connection was lost')
  // Read only where traces are asked for.
  const { startTracing } = config.traces ? await import('./operations/tracing.ts') : {}
  const tracing = startTracing?.((detail, text) => log?.warn(detail, text))
  if (tracing) closers.push(() => tracing.close())
  const { statementTimeout: statement, lockTimeout: lock } = config.database
  const onServer = !(await leadsToPooler(url))
  const onStatement = tracing && { onStatement: tracing.recordStatement }
  const database = connect({ ...config.database, url, timeouts: { statement, lock, onServer }, onError, ...onStatement })
  closers.push(() => database.destroy())
  const app = await buildApp({ config, database, databaseUrl: url, logger: await loggerOptions(config), tracing })
  closers.push(() => app.drain().then(() => app.close()))
  log = app.log
  onLog(app.log)
  if (!onServer) log.info('DATABASE_URL leads to a pooler, which takes no timeouts: ALTER ROLE … SET statement_timeout does')
  return app.listen({ host: config.host, port: config.port })
}

function welcome({ publicUrl, admin, sandbox }: Config, address: string, made: FirstAdministrator | undefined): string {
  const username = made?.username ?? admin.username
  const password = made?.madePassword
  const lines = [
    '',
    `  Listening on   ${address}`,
    `  Documentation  ${publicUrl}/docs`,
    made
      ? `  Administrator  ${username}, password ${password ?? 'from ADMIN_PASSWORD'}${password && !sandbox ? ' (shown this once)' : ''}`
      : '  Administrator  as before (npm run create-admin makes another one)',
    '',
    '  Get a token:',
    `    curl -s ${publicUrl}/api/auth/token/ -H 'content-type: application/json' \\`,
    `      -d '{"username": "${username}", "password": "${password ?? '…'}"}'`,
    '',
    ''
  ]
  return lines.join('\n')
}
