import closeWithGrace from 'close-with-grace'
import type { FastifyServerOptions } from 'fastify'
import { buildApp } from './app.ts'
import { type Config, readConfig } from './config.ts'
import { connect } from './database/connection.ts'
import { startEmbedded } from './database/embedded.ts'
import { migrate } from './database/migrator.ts'
import { ensureAdministrator, type FirstAdministrator } from './operations/first-start.ts'

/**
 * Runs the service until SIGTERM or SIGINT: config, database, migrations, app, listen; then drains and closes what it
 * opened.
 * @throws Error that says why it can't start
 */
export async function serve(variables: NodeJS.ProcessEnv): Promise<void> {
  const config = readConfig(variables)
  const embedded = config.database.url === undefined ? await startEmbedded(config.dataDir) : undefined
  const url = embedded?.url ?? (config.database.url as string)
  try {
    const migrations = await migrate(url)
    let log: { warn(fields: object, message: string): void } = { warn: () => {} }
    const database = connect({
      ...config.database,
      url,
      onError: (err) => log.warn({ err }, 'A database connection was lost')
    })
    const administrator = await ensureAdministrator(database, config)
    const app = await buildApp({ config, database, logger: await loggerOptions(config) })
    log = app.log
    app.log.info({ migrations, embedded: embedded !== undefined }, 'Database ready')
    if (config.passwords.resetDelivery === 'response') {
      app.log.warn('PASSWORD_RESET_DELIVERY=response: whoever asks for a password reset is given its token')
    }
    closeWithGrace({ delay: config.shutdownTimeout * 1000, logger: app.log }, async ({ err, signal }) => {
      if (err) app.log.fatal({ err }, 'Ending because of an error that nothing caught')
      else app.log.info({ signal }, 'Draining')
      await app.close()
      await database.destroy()
      await embedded?.stop()
    })
    const address = await app.listen({ host: config.host, port: config.port })
    if (!config.production) process.stdout.write(welcome(config, address, administrator))
  } catch (error) {
    await embedded?.stop()
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
