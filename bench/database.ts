import { join } from 'node:path'
import pg from 'pg'
import { startEmbedded } from '../src/database/embedded.ts'
import { migrate } from '../src/database/migrator.ts'
import { hash } from '../src/passwords/hashing-worker.ts'

/** What every seeded user logs in with. */
export const password = 'correct horse battery staple'
/** log2 of bcrypt's rounds of the seeded passwords: production's default. */
export const hashCost = 12

export interface BenchPostgres {
  /** The URL of a seeded database with so many users. */
  url(users: number): string
  stop(): Promise<void>
}

/**
 * Starts Postgres with its data below `folder`, and makes and seeds a database for each of `sizes` that is not there
 * yet: users `user1` … with a profile, every second one in a role; `user1` is a superuser.
 */
export async function startPostgres(folder: string, sizes: readonly number[]): Promise<BenchPostgres> {
  const first = await startEmbedded(join(folder, 'postgres'))
  for (const setting of [
    `shared_preload_libraries = 'pg_stat_statements'`,
    `shared_buffers = '512MB'`,
    `max_connections = 200`,
    // Between two measurements, not in the middle of one.
    `checkpoint_timeout = '30min'`,
    `max_wal_size = '8GB'`
  ]) {
    await run(first.url, `alter system set ${setting}`)
  }
  await first.stop()
  const server = await startEmbedded(join(folder, 'postgres'))
  const urlOf = (users: number) => {
    const url = new URL(server.url)
    url.pathname = `/bench_${users}`
    return url.href
  }
  await run(server.url, 'create extension if not exists pg_stat_statements')
  for (const users of sizes) {
    const present = await run(server.url, `select from pg_database where datname = 'bench_${users}'`)
    if (present.length === 0) await run(server.url, `create database bench_${users}`)
    await migrate(urlOf(users))
    const [row] = await run(urlOf(users), 'select count(*)::int as users from auth_user')
    if (row?.users !== users) await seed(urlOf(users), users)
  }
  return { url: urlOf, stop: () => server.stop() }
}

async function seed(url: string, users: number): Promise<void> {
  process.stderr.write(`Seeding ${users} users\n`)
  // A million events of users that are made would be part of what is measured.
  await run(url, 'update outbox set enabled = false')
  await run(url, 'truncate auth_user, api_userprofile, auth_user_groups, user_session cascade')
  const names = ['Sofía', 'José', 'María', 'Luis', 'Ana', 'Carlos', 'Laura', 'Diego', 'Elena', 'Jorge', 'Valeria', 'Andrés']
  const surnames = ['Rojas', 'Vargas', 'Jiménez', 'Mora', 'Solano', 'Castro', 'Araya', 'Ureña', 'Calderón', 'Quesada', 'Brenes']
  const of = (list: string[], step: number) =>
    `(array[${list.map((name) => `'${name}'`).join()}])[1 + n / ${step} % ${list.length}]`
  await run(
    url,
    `insert into auth_user (id, password, is_superuser, username, first_name, last_name, email, is_staff, is_active, date_joined, last_login)
     overriding system value
     select n, '${hash({ password, cost: hashCost })}', n = 1, 'user' || n, ${of(names, 1)}, ${of(surnames, 7)},
       'user' || n || '@example.org', n % 100 = 0, n % 20 <> 0, timestamptz '2020-01-01' + n * interval '1 minute',
       case when n % 3 = 0 then now() - n * interval '1 second' end
     from generate_series(1, ${users}) as n`
  )
  await run(
    url,
    `insert into api_userprofile (user_id, phone, address, birth_date, bio, created_at, updated_at, province_id)
     select n, '+506 ' || n, 'Calle ' || n, date '1960-01-01' + n % 20000, 'Likes the number ' || n, now(), now(), 1 + n % 7
     from generate_series(1, ${users}) as n`
  )
  await run(url, `insert into auth_user_groups (user_id, group_id) select n, 2 from generate_series(2, ${users}, 2) as n`)
  await run(url, `select setval(pg_get_serial_sequence('auth_user', 'id'), ${users})`)
  await run(url, 'update outbox set enabled = true')
  await run(url, 'vacuum analyze')
  await run(url, 'checkpoint')
}

/** Calls of statements on the database at `url` since the last reset. */
export async function countStatements(url: string): Promise<number> {
  const [row] = await run(
    new URL('/postgres', url).href,
    `select coalesce(sum(calls), 0)::int as calls from pg_stat_statements
     join pg_database on pg_database.oid = dbid where datname = '${new URL(url).pathname.slice(1)}'`
  )
  return row?.calls as number
}

export async function run(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}
