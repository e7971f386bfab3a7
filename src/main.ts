import closeWithGrace from 'close-with-grace'
import type { FastifyBaseLogger, FastifyServerOptions } from 'fastify'
import { buildApp } from './app.ts'
import { type Config, readConfig } from './config.ts'
import { connect } from './database/connection.ts'
import { startEmbedded } from './database/embedded.ts'
import { migrate } from './database/migrator.ts'
import { ensureAdministrator, type FirstAdministrator } from './operations/first-start.ts'

/**
 * Runs the service until SIGTERM or SIGINT: config, database, migrations, app, listen; then drains and closes what it
 * opened, the last first. The same when a start fails, or a signal comes in the middle of it.
 * @throws Error that says why it can't start
 */
export async function serve(variables: NodeJS.ProcessEnv): Promise<void> {
  const config = readConfig(variables)
  let log: Pick<FastifyBaseLogger, 'info' | 'warn' | 'fatal'> | undefined
  const closers: (() => Promise<unknown>)[] = []
  async function close(): Promise<void> {
    for (let closer = closers.pop(); closer; closer = closers.pop()) await closer()
  }
  const grace = closeWithGrace({ delay: config.shutdownTimeout * 1000, logger: false }, async ({ err, signal }) => {
    if (err) log?.fatal({ err }, 'Ending because of an error that nothing caught')
    else log?.info({ signal }, 'Draining')
    await close()
  })

  try {
    let url = config.database.url
    if (url === undefined) {
      const embedded = startEmbedded(config.dataDir)
      closers.push(async () => (await embedded.catch(() => undefined))?.stop())
      url = (await embedded).url
    }
    const notices: string[] = []
    const { appLabel } = config.database
    const migrations = await migrate(url, { appLabel, duplicates: 'keep', onNotice: (notice) => notices.push(notice) })
    const onError = (err: Error) => log?.warn({ err }, 'A database connection was lost')
    const database = connect({ ...config.database, url, onError })
    closers.push(() => database.destroy())
    const administrator = await ensureAdministrator(database, config)
    const app = await buildApp({ config, database, databaseUrl: url, logger: await loggerOptions(config) })
    closers.push(() => app.close())
    log = app.log
    log.info({ migrations, embedded: config.database.url === undefined }, 'Database ready')
    for (const notice of notices) log.warn(notice)
    if (config.passwords.resetDelivery === 'response') {
      log.warn('PASSWORD_RESET_DELIVERY=response: whoever asks for a password reset is given its token')
    }
    const address = await app.listen({ host: config.host, port: config.port })
    if (!config.production) process.stdout.write(welcome(config, address, administrator))
  } catch (error) {
    grace.uninstall()
    await close()
    throw error
  }
}

/** JSON lines in production, readable ones in development; nothing of a request's headers or body. */
async function loggerOptions({ production, logLevel: level }: Config): Promise<FastifyServerOptions['logger']> {
  // A development dependency, which a production install does not have.
  const pretty = production ? undefined : await import('pino-pretty').catch(() => undefined)
  return pretty
    ? { level, stream: pretty.default({ ignore: 'pid,hostname', translateTime: 'HH:MM:ss', singleLine: true }) }
    : { level }
}

function welcome({ publicUrl, admin }: Config, address: string, made: FirstAdministrator | undefined): string {
  const username = made?.username ?? admin.username
  const password = made?.madePassword
  const lines = [
    '',
    `  Listening on   ${address}`,
    `  Documentation  ${publicUrl}/docs`,
    made
      ? `  Administrator  ${username}, password ${password ?? 'from ADMIN_PASSWORD'}${password ? ' (shown this once)' : ''}`
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
