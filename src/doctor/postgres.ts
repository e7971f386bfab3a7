import { randomBytes } from 'node:crypto'
import pg from 'pg'
import type { Config } from '../config.ts'
import { connect, isPooler } from '../database/connection.ts'
import { missingMigrations } from '../database/migrator.ts'
import { within } from '../operations/deadline.ts'
import { bareAddress, type Finding, findingsOf, reason } from './finding.ts'

/** Milliseconds that Postgres has to answer. */
const patience = 5000
/** The oldest Postgres that is still kept up (https://www.postgresql.org/support/versioning/). */
const oldestVersion = 14
/** Seconds that the clocks may differ by before tokens and delays are judged differently by the two. */
const closeEnough = 2

/** What to do about an error of connecting, by its code: SQLSTATE or errno. */
const advice: Record<string, string> = {
  ECONNREFUSED: 'Nothing listens there: start Postgres, or correct host and port in DATABASE_URL.',
  ENOTFOUND: 'There is no host of this name: correct it in DATABASE_URL.',
  EAI_AGAIN: 'The name of the host can not be looked up: see to DNS, or correct it in DATABASE_URL.',
  '28P01': 'Correct user and password in DATABASE_URL; characters such as @ and / have to be percent-encoded there.',
  '28000': 'Postgres lets this user not in from here: see its pg_hba.conf, or use TLS (?sslmode=require).',
  '3D000': 'Make the database (createdb), or correct its name in DATABASE_URL.',
  '53300': 'Postgres has no connection left: raise its max_connections, or lower DATABASE_POOL_SIZE of the replicas.'
}

async function open(url: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: patience,
    query_timeout: patience,
    application_name: 'user-management-doctor'
  })
  client.on('error', () => {})
  await client.connect()
  return client
}

/** Whether Postgres can be reached and has what the service needs; and whether its clock is ours. */
export async function checkPostgres(url: string, config: Config): Promise<Finding[]> {
  const { ok, failed } = findingsOf('database')
  let client: pg.Client
  try {
    client = await open(url)
  } catch (error) {
    const code = String((error as { code?: unknown }).code)
    return [
      failed(
        `${bareAddress(url)} can not be reached: ${reason(error)}`,
        advice[code] ?? 'See to it that Postgres runs, and that DATABASE_URL leads to it.'
      )
    ]
  }
  try {
    const { rows } = await client.query(
      `select current_setting('server_version') as version, current_setting('server_version_num')::int / 10000 as major,
        pg_is_in_recovery() or current_setting('transaction_read_only') = 'on' as readonly`
    )
    const { version, major, readonly } = rows[0]
    const findings = [
      major < oldestVersion
        ? failed(`Postgres ${version} is too old`, `Use Postgres ${oldestVersion} or newer.`)
        : readonly
          ? failed(`Postgres ${version} takes no writes`, 'It is a standby or read-only: have DATABASE_URL lead to the primary.')
          : ok(`Postgres ${version} at ${bareAddress(url)}`)
    ]
    return [
      ...findings,
      ...(await checkMigrations(client, url, config)),
      await checkPrivileges(client),
      await checkConnections(client, config),
      await checkClock(client)
    ]
  } catch (error) {
    return [failed(reason(error), 'The log of Postgres may tell more.')]
  } finally {
    await client.end().catch(() => {})
  }
}

async function checkMigrations(client: pg.Client, url: string, { database: { appLabel } }: Config): Promise<Finding[]> {
  const { ok, warning, failed } = findingsOf('migrations')
  const database = connect({ url, appLabel, poolSize: 1, preparedStatements: false, onError: () => {} })
  try {
    const missing = await within(patience, missingMigrations(database))
    if (missing.length > 0) {
      const { length } = missing
      return [
        failed(`The database lacks ${length} of them: ${missing.join(', ')}`, 'Run migrate, or start the service, which does.')
      ]
    }
  } finally {
    await database.destroy()
  }
  const { rows } = await client.query(
    `select to_regclass('auth_user_names_trigrams') is not null as search,
      (select count(*)::int from pg_available_extensions where name = 'pg_trgm') as available`
  )
  if (rows[0].search) return [ok('All of this version are there; search has its index')]
  const install = rows[0].available > 0 ? '' : 'Install the extensions of Postgres (postgresql-contrib). '
  return [
    warning(
      'All of this version are there, but search has no index and reads all users',
      `${install}Have CREATE EXTENSION pg_trgm run by who may, and migrate again.`
    )
  ]
}

async function checkPrivileges(client: pg.Client): Promise<Finding> {
  const { ok, failed } = findingsOf('privileges')
  const { rows } = await client.query(
    `select current_user as name, current_schema() as schema,
      coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) as may_create,
      (select coalesce(array_agg(relname::text order by relname), '{}') from pg_class
       where relnamespace = to_regnamespace(quote_ident(current_schema())) and relkind in ('r', 'p')
         and not has_table_privilege(oid, 'SELECT, INSERT, UPDATE, DELETE')
         and (relname ~ '^(auth_|django_content_type$|user_management_)' )) as closed`
  )
  const { name, schema, may_create: mayCreate, closed } = rows[0]
  if (schema === null)
    return failed(`The user ${name} has no schema to work in`, `Set its search_path, or grant it usage of one.`)
  if (closed.length > 0) {
    return failed(
      `The user ${name} may not read and write ${closed.slice(0, 3).join(', ')}${closed.length > 3 ? ', …' : ''}`,
      `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${schema} TO ${name}; and the same for its sequences.`
    )
  }
  return mayCreate
    ? ok(`The user ${name} may do what the service does in the schema ${schema}`)
    : failed(
        `The user ${name} may not make tables in the schema ${schema}`,
        `GRANT CREATE ON SCHEMA ${schema} TO ${name}, for migrations.`
      )
}

async function checkConnections(client: pg.Client, { database, workers }: Config): Promise<Finding> {
  const { ok, warning } = findingsOf('connections')
  const { rows } = await client.query(
    `select current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int as most,
      (select count(*)::int from pg_stat_activity where backend_type = 'client backend') as used`
  )
  const { most, used } = rows[0]
  // Each process listens on one more.
  const wanted = workers * (database.poolSize + 1)
  const detail = `A replica takes up to ${wanted} of ${most}; ${used} are in use now`
  return wanted > most
    ? warning(detail, 'Raise max_connections of Postgres, or lower DATABASE_POOL_SIZE or WORKERS.')
    : ok(detail)
}

async function checkClock(client: pg.Client): Promise<Finding> {
  const { ok, warning } = findingsOf('clock')
  const begun = Date.now()
  const { rows } = await client.query(`select extract(epoch from clock_timestamp())::double precision * 1000 as now`)
  const ended = Date.now()
  // Somewhere between the two it was that time there.
  const ahead = (begun > rows[0].now ? begun - rows[0].now : Math.min(0, ended - rows[0].now)) / 1000
  const detail = `This machine's clock and that of Postgres differ by ${Math.abs(ahead).toFixed(1)} s`
  return Math.abs(ahead) > closeEnough
    ? warning(detail, 'Have both machines keep time (NTP): tokens and links end by one, delays and sessions by the other.')
    : ok(detail)
}

/** Whether Postgres tells of changes, which a pooler between does not pass on. */
export async function checkNotifications(url: string): Promise<Finding> {
  const { ok, warning, skipped } = findingsOf('notifications')
  let client: pg.Client | undefined
  const address = bareAddress(url)
  const fix = 'Set DATABASE_LISTEN_URL to where Postgres itself is reached; until then every request asks for its session.'
  try {
    client = await open(url)
    if (await isPooler(client)) {
      return warning(`${address} leads to a pooler, which passes no notifications on`, fix)
    }
    const listening = client
    const channel = `user_management_doctor_${randomBytes(4).toString('hex')}`
    const heard = new Promise((done) => listening.once('notification', done))
    await client.query(`listen ${channel}`)
    await client.query(`notify ${channel}`)
    await within(patience, heard)
    return ok('Postgres tells of changes at once')
  } catch (error) {
    const { code } = error as { code?: unknown }
    const asBefore = typeof code === 'string' && Object.hasOwn(advice, code)
    return asBefore
      ? skipped(`${address} can not be reached: ${reason(error)}`, fix)
      : warning(`${address}: ${reason(error)}`, fix)
  } finally {
    await client?.end().catch(() => {})
  }
}
