import { chmod, chown, cp, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import pg from 'pg'
import type { Test } from 'tap'
import { type EmbeddedPostgres, startEmbedded } from '../../src/database/embedded.ts'
import { migrate } from '../../src/database/migrator.ts'

export interface Replication {
  readonly primaryUrl: string
  /** Of the standby as it runs now: each start has another port. */
  standbyUrl(): string
  /** Runs SQL on the standby. */
  onStandby(text: string): Promise<unknown>
  stopStandby(): Promise<void>
  startStandby(): Promise<void>
}

/** Starts a migrated Postgres of the test's own and a standby that follows it; both are gone with the test. */
export async function startReplication(t: Test): Promise<Replication> {
  const folder = await mkdtemp(join(tmpdir(), 'user-management-standby-'))
  const [primaryDir, standbyDir] = [join(folder, 'primary'), join(folder, 'standby')]
  const primary = await startEmbedded(primaryDir)
  let standby: EmbeddedPostgres | undefined
  t.teardown(async () => {
    await standby?.stop()
    await primary.stop()
    await rm(folder, { recursive: true, force: true })
  })
  await migrate(primary.url)
  await copyRunning(primary.url, primaryDir, standbyDir)
  standby = await startEmbedded(standbyDir)
  return {
    primaryUrl: primary.url,
    standbyUrl: () => (standby as EmbeddedPostgres).url,
    onStandby: async (text) => {
      const client = new pg.Client({ connectionString: standby?.url })
      await client.connect()
      await client.query(text).finally(() => client.end())
    },
    stopStandby: async () => standby?.stop(),
    startStandby: async () => {
      standby = await startEmbedded(standbyDir)
    }
  }
}

/**
 * A base backup as files are copied by hand, since the binaries that npm brings have no pg_basebackup.
 * https://www.postgresql.org/docs/current/continuous-archiving.html#BACKUP-LOWLEVEL-BASE-BACKUP
 */
async function copyRunning(url: string, from: string, to: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const [source, target] = [join(from, 'postgres'), join(to, 'postgres')]
  try {
    await client.query("select pg_backup_start('standby', true)")
    await mkdir(to, { mode: (await stat(from)).mode })
    await cp(join(from, 'postgres.password'), join(to, 'postgres.password'))
    await cp(source, target, {
      recursive: true,
      filter: (path) => !/^(postmaster\.(pid|opts)$|pg_wal\/.)/.test(relative(source, path))
    })
    const { rows } = await client.query('select labelfile from pg_backup_stop(false)')
    await writeFile(join(target, 'backup_label'), rows[0].labelfile)
    await writeFile(join(target, 'standby.signal'), '')
    const { hostname, port, username, password } = new URL(url)
    const address = `host=${hostname} port=${port} user=${username} password=${password}`
    await writeFile(join(target, 'postgresql.auto.conf'), `primary_conninfo = '${address}'\n`)
    const { uid, gid, mode } = await stat(source)
    for (const name of ['', ...(await readdir(target, { recursive: true }))]) await chown(join(target, name), uid, gid)
    await chmod(target, mode)
  } finally {
    await client.end()
  }
}
