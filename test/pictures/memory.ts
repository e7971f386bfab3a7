/**
 * Measures the memory of the service while 200 pictures of 5 MB are sent to it at the same moment over real HTTP, and
 * prints it as JSON: `{ "peakMegabytes": …, "idleMegabytes": …, "statuses": { "200": 200 }, … }`. The service is a
 * process of its own, so that what its clients hold does not count.
 *
 *   node --import ./scripts/typescript.js test/pictures/memory.ts [jpeg|progressive|png|interlaced|webp|gif] [uploads] [longest side]
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { cp, mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import sharp, { type Sharp } from 'sharp'
import { connect } from '../../src/database/connection.ts'
import { freePort } from '../../src/database/embedded.ts'
import { hash } from '../../src/passwords/hashing-worker.ts'
import { insertUser } from '../../src/users/queries.ts'
import { createTestDatabase, stopOwnServer } from '../support/postgres.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const bytes = 5_000_000
const users = 20
const password = 'correct horse battery staple'

/** A picture of a format, and its sides: as many as 5 MB can hold. */
const formats: Record<string, (pixels: Sharp) => Sharp> = {
  jpeg: (pixels) => pixels.jpeg({ quality: 80 }),
  progressive: (pixels) => pixels.jpeg({ quality: 80, progressive: true }),
  png: (pixels) => pixels.png({ compressionLevel: 1 }),
  interlaced: (pixels) => pixels.png({ compressionLevel: 1, progressive: true }),
  webp: (pixels) => pixels.webp({ quality: 80, effort: 0 }),
  gif: (pixels) => pixels.gif({ effort: 1 })
}

const [format = 'jpeg', uploads = '200', side = '4000'] = process.argv.slice(2)
await measure(format, Number(uploads), Number(side))

/** Compiles the service into `folder`, as the image has it: the loader for TypeScript would count too. */
async function compile(folder: string): Promise<string> {
  const dist = join(folder, 'dist')
  await promisify(execFile)(join(root, 'node_modules/.bin/tsc'), ['-p', join(root, 'tsconfig.build.json'), '--outDir', dist])
  for (const name of ['openapi.yaml', 'migrations']) await cp(join(root, name), join(dist, name), { recursive: true })
  await cp(join(root, 'package.json'), join(folder, 'package.json'))
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  return join(dist, 'src/cli.js')
}

/** What Linux says of a process's memory, in bytes: now (`VmRSS`), or the most it ever held (`VmHWM`). */
async function memoryOf({ pid }: ChildProcess, what: 'VmRSS' | 'VmHWM'): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(new RegExp(`^${what}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1024
}

async function listening(port: number): Promise<void> {
  for (let wait = 0; wait < 400; wait += 1) {
    if (
      await fetch(`http://127.0.0.1:${port}/readyz`).then(
        ({ ok }) => ok,
        () => false
      )
    )
      return
    await new Promise((done) => setTimeout(done, 50))
  }
  throw new Error('The service did not start')
}

async function measure(format: string, count: number, side: number): Promise<void> {
  const db = await createTestDatabase()
  const folder = await mkdtemp(join(tmpdir(), 'user-management-memory-'))
  const database = connect({ url: db.url, poolSize: 2, preparedStatements: true, onError: () => {} })
  let service: ChildProcess | undefined
  try {
    const picture = await makePicture(format, side)
    const port = await freePort()
    // tap hands its loader on to every process by NODE_OPTIONS, 40 MB that are not the service's; env(1) becomes it.
    service = spawn('env', ['-u', 'NODE_OPTIONS', process.execPath, await compile(folder), 'serve'], {
      stdio: 'ignore',
      env: {
        ...process.env,
        NODE_ENV: 'production',
        // As the image sets it: glibc otherwise keeps what each thread has freed.
        MALLOC_ARENA_MAX: '2',
        PORT: String(port),
        PUBLIC_URL: `http://127.0.0.1:${port}`,
        DATABASE_URL: db.url,
        DATA_DIR: join(folder, 'data'),
        JWT_SECRET: 'for measuring memory, long enough to sign',
        PASSWORD_RESET_DELIVERY: 'response',
        RATE_LIMIT: 'off',
        RATE_LIMIT_CREDENTIALS: 'off',
        PASSWORD_HASH_COST: '10',
        PASSWORD_HASH_THREADS: '1'
      }
    })
    await listening(port)
    const idle = await memoryOf(service, 'VmRSS')
    const tokens: string[] = []
    for (let index = 0; index < users; index += 1) {
      const username = `user${index}`
      const names = { username, email: `${username}@example.org`, first_name: '', last_name: '' }
      const flags = { is_active: true, is_staff: false, is_superuser: false }
      await insertUser(database, { ...names, ...flags, password: hash({ password, cost: 4 }) })
      tokens.push(await logIn(port, username))
    }

    const agent = new Agent({ keepAlive: false, maxSockets: Number.POSITIVE_INFINITY })
    const begin = performance.now()
    const send = (_: unknown, index: number) => upload(port, agent, tokens[index % users] as string, picture.data)
    const answers = await Promise.all(Array.from({ length: count }, send))
    const seconds = (performance.now() - begin) / 1000

    const statuses: Record<string, number> = {}
    for (const status of answers) statuses[status] = (statuses[status] ?? 0) + 1
    const peak = await memoryOf(service, 'VmHWM')
    const report = {
      format,
      picture: `${picture.width}x${picture.height}`,
      pictureBytes: picture.data.length,
      uploads: count,
      statuses,
      seconds: Math.round(seconds * 10) / 10,
      idleMegabytes: Math.round(idle / 1e6),
      peakMegabytes: Math.round(peak / 1e6)
    }
    console.log(JSON.stringify(report))
  } finally {
    if (service) {
      const ended = once(service, 'exit')
      service.kill()
      await ended
    }
    await database.destroy()
    await db.drop()
    await stopOwnServer()
    await rm(folder, { recursive: true, force: true })
  }
}

/**
 * A picture of about 5 MB with as many pixels as it can have: noise where the bytes go, one colour in the rest. It
 * lies on its side, so that all of it has to be turned.
 */
async function makePicture(format: string, side: number): Promise<{ data: Buffer; width: number; height: number }> {
  const encode = formats[format]
  if (!encode) throw new Error(`No such format: ${format}`)
  const [width, height] = [side, Math.round(side * 0.75)]
  for (let rows = height; rows > 8; rows = Math.floor(rows * 0.8)) {
    const pixels = Buffer.alloc(width * height * 3, 0x60)
    randomBytes(width * rows * 3).copy(pixels)
    const image = encode(sharp(pixels, { raw: { width, height, channels: 3 } }).withMetadata({ orientation: 6 }))
    const data = await image.toBuffer()
    if (data.length > bytes) continue
    // What stands behind the picture is left out by every decoder.
    return { data: Buffer.concat([data, Buffer.alloc(bytes - data.length)]), width, height }
  }
  throw new Error(`No ${format} of ${bytes} bytes`)
}

async function logIn(port: number, username: string): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${port}/api/auth/token/`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, password })
  })
  return ((await answer.json()) as { access: string }).access
}

/** Sends `data`, which all uploads share, as a form; gives the status of the answer. */
function upload(port: number, agent: Agent, token: string, data: Buffer): Promise<number> {
  const head = '--x\r\ncontent-disposition: form-data; name="profile_picture"; filename="a"\r\n\r\n'
  const tail = '\r\n--x--\r\n'
  return new Promise((done, fail) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port,
        agent,
        method: 'PUT',
        path: '/api/auth/profile/',
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'multipart/form-data; boundary=x',
          'content-length': head.length + data.length + tail.length
        }
      },
      (answer) => {
        answer.resume()
        answer.on('end', () => done(answer.statusCode as number))
      }
    )
    sent.on('error', fail)
    sent.write(head)
    sent.write(data)
    sent.end(tail)
  })
}
