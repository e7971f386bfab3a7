/**
 * Measures the memory of the service while 200 pictures of 5 MB are sent to it at the same moment over real HTTP, and
 * prints it as JSON: `{ "peakMegabytes": …, "idleMegabytes": …, "statuses": { "200": 200 }, … }`. The service is a
 * process of its own, so that what its clients hold does not count.
 *
 *   node --import ./scripts/typescript.js test/pictures/memory.ts [jpeg|progressive|png|interlaced|webp|gif] [uploads]
 */
import { type ChildProcess, fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import sharp, { type Sharp } from 'sharp'
import { buildApp } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { connect } from '../../src/database/connection.ts'
import { hash } from '../../src/passwords/hashing-worker.ts'
import { insertUser } from '../../src/users/queries.ts'
import { createTestDatabase, stopOwnServer } from '../support/postgres.ts'

const bytes = 5_000_000
const users = 20
const password = 'correct horse battery staple'

/** A picture of a format, and its sides: of 25 million pixels, the most that is taken, where 5 MB can hold them. */
const formats: Record<string, (pixels: Sharp) => Sharp> = {
  jpeg: (pixels) => pixels.jpeg({ quality: 80 }),
  progressive: (pixels) => pixels.jpeg({ quality: 80, progressive: true }),
  png: (pixels) => pixels.png({ compressionLevel: 1 }),
  interlaced: (pixels) => pixels.png({ compressionLevel: 1, progressive: true }),
  webp: (pixels) => pixels.webp({ quality: 80, effort: 0 }),
  gif: (pixels) => pixels.gif({ effort: 1 })
}

const [first = 'jpeg', uploads = '200'] = process.argv.slice(2)
if (first === 'serve') await serve()
else await measure(first, Number(uploads))

/** The service; tells its parent its port, and at the end what it needed. */
async function serve(): Promise<void> {
  const config = readConfig(process.env)
  const database = connect({ ...config.database, url: config.database.url as string, onError: () => {} })
  const app = await buildApp({ config, database, logger: false })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as { port: number }
  const idle = process.memoryUsage.rss()
  process.on('message', async () => {
    await app.close()
    await database.destroy()
    process.send?.({ peak: await peakBytes(), idle })
    process.disconnect()
  })
  process.send?.({ port })
}

/** The most memory that this process ever held; Linux's getrusage(2) would go on from what its parent held. */
async function peakBytes(): Promise<number> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '')
  const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(status)?.[1]
  return (kilobytes === undefined ? process.resourceUsage().maxRSS : Number(kilobytes)) * 1024
}

async function measure(format: string, count: number): Promise<void> {
  const db = await createTestDatabase()
  const folder = await mkdtemp(join(tmpdir(), 'user-management-memory-'))
  const database = connect({ url: db.url, poolSize: 2, preparedStatements: true, onError: () => {} })
  let service: ChildProcess | undefined
  try {
    const picture = await makePicture(format)
    service = fork(fileURLToPath(import.meta.url), ['serve'], {
      execArgv: ['--import', fileURLToPath(new URL('../../scripts/typescript.js', import.meta.url))],
      env: {
        ...process.env,
        DATABASE_URL: db.url,
        DATA_DIR: folder,
        JWT_SECRET: 'a secret for tests, long enough to sign',
        PASSWORD_HASH_COST: '4',
        PASSWORD_HASH_THREADS: '1'
      }
    })
    const { port } = await message<{ port: number }>(service)
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
    service.send('end')
    const { peak, idle } = await message<{ peak: number; idle: number }>(service)
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
    service?.kill()
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
async function makePicture(format: string): Promise<{ data: Buffer; width: number; height: number }> {
  const encode = formats[format]
  if (!encode) throw new Error(`No such format: ${format}`)
  const [width, height] = [5000, 5000]
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

function message<Content>(child: ChildProcess): Promise<Content> {
  return new Promise((done, fail) => {
    child.once('message', (content) => done(content as Content))
    child.once('exit', (code) => fail(new Error(`The service ended with ${code}`)))
  })
}
