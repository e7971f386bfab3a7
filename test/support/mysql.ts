import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import mysql from 'mysql2/promise'
import type { Test } from 'tap'
import { freePort } from '../../src/database/embedded.ts'

function findProgram(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
  return folders.map((folder) => join(folder, name)).find(existsSync)
}

const mariadb = { server: findProgram('mariadbd'), install: findProgram('mariadb-install-db') }
const mysqld = findProgram('mysqld')
const [program, install] = mariadb.server && mariadb.install ? [mariadb.server, mariadb.install] : [mysqld, undefined]

/** Why a test that needs MariaDB or MySQL is left out; false where it is not. */
export const mysqlMissing = program === undefined && 'no mariadbd or mysqld on this machine'

/** Starts the MariaDB or MySQL of this machine on a folder of its own. @returns the URL of an empty database */
export async function startMysql(t: Test): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'user-management-mysql-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const data = join(folder, 'data')
  const own = ['--no-defaults', `--datadir=${data}`, `--user=${userInfo().username}`]
  const made = install
    ? spawnSync(install, [...own, '--auth-root-authentication-method=normal', '--skip-test-db'], { encoding: 'utf8' })
    : spawnSync(program as string, [...own, '--initialize-insecure'], { encoding: 'utf8' })
  if (made.status !== 0) throw new Error(`${install ?? program} failed:\n${made.stdout}${made.stderr}`)

  const port = await freePort()
  const child = spawn(
    program as string,
    [...own, '--bind-address=127.0.0.1', `--port=${port}`, `--socket=${folder}/socket`, `--pid-file=${folder}/pid`],
    { stdio: ['ignore', 'ignore', 'pipe'] }
  )
  let log = ''
  child.stderr.on('data', (chunk) => (log += chunk))
  const exit = once(child, 'exit')
  t.teardown(async () => {
    child.kill('SIGKILL')
    await exit
  })

  const server = { host: '127.0.0.1', port, user: 'root', multipleStatements: true }
  for (let wait = 0; ; wait += 1) {
    const connection = await mysql.createConnection(server).catch(() => undefined)
    if (connection) {
      await connection.query('create database django character set utf8mb4')
      await connection.end()
      return `mysql://root@127.0.0.1:${port}/django`
    }
    if (wait === 600 || child.exitCode !== null) throw new Error(`${program} can not be reached:\n${log}`)
    await sleep(50)
  }
}
