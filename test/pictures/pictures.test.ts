import { randomUUID } from 'node:crypto'
import { readdir, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import pg from 'pg'
import sharp from 'sharp'
import t from 'tap'
import { Problem } from '../../src/contract/problems.ts'
import { diskStore } from '../../src/pictures/disk.ts'
import { createImaging } from '../../src/pictures/image.ts'
import { createPictures } from '../../src/pictures/pictures.ts'
import { password, type Service, startService, type TestUser } from '../support/service.ts'
import { until, untilNoUpload } from '../support/wait.ts'

const path = '/api/auth/profile/'

function pixels(format: 'png' | 'jpeg' | 'gif' | 'webp', size = 64): Promise<Buffer> {
  const picture = sharp({ create: { width: size, height: size / 2, channels: 3, background: '#3060c0' } })
  return picture
    .withExif({ IFD0: { Copyright: 'secret place' } })
    .toFormat(format)
    .toBuffer()
}

function upload(service: Service, user: TestUser, data: Buffer | string, name = 'me.png', field = 'profile_picture') {
  const form = new FormData()
  form.set(field, new Blob([data], { type: 'image/png' }), name)
  return service.request('PUT', path, { as: user, form })
}

const stored = (url: string) => url.split('/').at(-1)

t.test('a picture of each format is kept without metadata, under a random name, and served', async (t) => {
  const service = await startService(t)
  const user = await service.user()
  for (const format of ['png', 'jpeg', 'gif', 'webp'] as const) {
    const { status, body } = await upload(service, user, await pixels(format), '../../etc/passwd.svg')
    t.equal(status, 200, format)
    t.match(
      body.profile_picture,
      /^http:\/\/127\.0\.0\.1:8000\/media\/profile_pics\/[0-9a-f]{64}-[0-9a-f]{16}\.(png|jpg|gif|webp)$/
    )
    t.same(await service.pictures(), [stored(body.profile_picture)], 'the one before is gone')
    const served = await service.app.inject(new URL(body.profile_picture).pathname)
    t.equal(served.statusCode, 200)
    t.match(served.headers, {
      'content-type': `image/${format}`,
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'cache-control': /immutable/
    })
    const { format: kept, exif, width } = await sharp(served.rawPayload).metadata()
    t.same([kept, exif, width], [format, undefined, 64])
    t.notMatch(served.rawPayload.toString('latin1'), /secret place/)
  }
})

t.test('the present URL leaves the picture alone, null and an empty field remove it, another text is refused', async (t) => {
  const service = await startService(t)
  const user = await service.user()
  const { body } = await upload(service, user, await pixels('png'))
  const present = body.profile_picture
  t.equal((await service.put(path, { profile_picture: present, phone: '1' }, { as: user })).body.profile_picture, present)
  t.equal((await service.put(path, { phone: '2' }, { as: user })).body.profile_picture, present)
  const other = await service.put(path, { profile_picture: 'http://127.0.0.1:8000/media/profile_pics/x.png' }, { as: user })
  t.same([other.status, Object.keys(other.body.errors)], [400, ['profile_picture']])
  const empty = new FormData()
  empty.set('profile_picture', '')
  t.equal((await service.request('PUT', path, { as: user, form: empty })).body.profile_picture, null)
  t.same(await service.pictures(), [])
  await upload(service, user, await pixels('png'))
  t.equal((await service.put(path, { profile_picture: null }, { as: user })).body.profile_picture, null)
  t.same(await service.pictures(), [])
})

t.test('what a browser sends for a file that was not chosen changes nothing', async (t) => {
  const service = await startService(t)
  const user = await service.user()
  const { body } = await upload(service, user, await pixels('png'))
  const boundary = 'x'
  const payload = `--${boundary}\r\ncontent-disposition: form-data; name="profile_picture"; filename=""\r\ncontent-type: application/octet-stream\r\n\r\n\r\n--${boundary}--\r\n`
  const headers = { 'content-type': `multipart/form-data; boundary=${boundary}` }
  const after = await service.request('PUT', path, { as: user, headers, payload })
  t.same([after.status, after.body.profile_picture], [200, body.profile_picture])
})

t.test('what is no picture, too large, a bomb or broken gets its 4xx; nothing is kept', async (t) => {
  const service = await startService(t, { PICTURE_MAX_BYTES: '200000', PICTURE_MAX_PIXELS: '1000000' })
  const user = await service.user()
  const before = await upload(service, user, await pixels('png'))
  const whole = await pixels('png', 512)
  const cases: [string, Buffer | string, number][] = [
    ['text', 'hello', 400],
    ['an empty file', '', 400],
    ['SVG', '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', 400],
    ['HTML behind a GIF signature', 'GIF89a<script>alert(1)</script>', 400],
    ['a PDF', '%PDF-1.4\n', 400],
    ['a PNG that breaks off', whole.subarray(0, whole.length / 2), 400],
    ['a bomb of 40,000 times 40,000 pixels', bomb(40_000), 400],
    ['a picture just over the pixel limit', await pixels('png', 1600), 400],
    ['more bytes than allowed', Buffer.concat([whole, Buffer.alloc(300_000)]), 413]
  ]
  for (const [what, data, status] of cases) {
    const answer = await upload(service, user, data)
    t.equal(answer.status, status, what)
    if (status === 400) t.same(Object.keys(answer.body.errors), ['profile_picture'], what)
  }
  t.equal((await service.get(path, { as: user })).body.profile_picture, before.body.profile_picture)
  t.same(await service.pictures(), [stored(before.body.profile_picture)])
  await untilNoUpload(service.config.dataDir)
})

t.test('a file that is a picture and something else comes out as a picture only', async (t) => {
  const service = await startService(t)
  const user = await service.user()
  const polyglot = Buffer.concat([await pixels('jpeg'), Buffer.from('<?php system($_GET["c"]); ?><script>alert(1)</script>')])
  const { body } = await upload(service, user, polyglot, 'x.php')
  const served = await service.app.inject(new URL(body.profile_picture).pathname)
  t.notMatch(served.rawPayload.toString('latin1'), /php|script/)
})

t.test('multipart that is no multipart, or has what it must not, gets its 4xx', async (t) => {
  const service = await startService(t)
  const user = await service.user()
  t.same((await upload(service, user, await pixels('png'), 'a.png', 'avatar')).body.errors, {
    avatar: ['There is no such file field.']
  })
  const two = new FormData()
  for (const name of ['profile_picture', 'profile.profile_picture']) two.set(name, new Blob([await pixels('png')]), 'a.png')
  t.equal((await service.request('PUT', path, { as: user, form: two })).status, 400)
  const form = new FormData()
  form.set('__proto__', 'x')
  form.set('constructor', 'x')
  t.equal((await service.request('PUT', path, { as: user, form })).status, 400)
  for (const [type, payload] of [
    ['multipart/form-data', 'nothing'],
    ['multipart/form-data; boundary=x', 'nothing'],
    ['multipart/form-data; boundary=x', '--x\r\ncontent-disposition: form-data; name="phone"\r\n\r\n12'],
    ['multipart/form-data; boundary=x', '--x\r\ncontent-disposition: form-data\r\n\r\n12\r\n--x--\r\n']
  ] as const) {
    const { status } = await service.request('PUT', path, { as: user, headers: { 'content-type': type }, payload })
    t.ok(status >= 400 && status < 500, `${type} ${payload}: ${status}`)
  }
  const many = new FormData()
  for (let index = 0; index < 150; index += 1) many.set(`field${index}`, 'x')
  t.equal((await service.request('PUT', path, { as: user, form: many })).status, 413)
  await untilNoUpload(service.config.dataDir)
})

t.test('a picture comes along with a registration, and goes with a refused one', async (t) => {
  const service = await startService(t)
  const form = (username: string) => {
    const fields = new FormData()
    fields.set('username', username)
    fields.set('password', password)
    return fields
  }
  const picture = new Blob([await pixels('jpeg')])
  const good = form('pictured')
  good.set('profile.profile_picture', picture, 'a.jpg')
  const { status, body } = await service.request('POST', '/api/auth/register/', { form: good })
  t.equal(status, 201)
  t.same(await service.pictures(), [stored(body.profile.profile_picture)])
  const taken = form('PICTURED')
  taken.set('profile.profile_picture', picture, 'a.jpg')
  t.equal((await service.request('POST', '/api/auth/register/', { form: taken })).status, 409)
  t.equal((await service.pictures()).length, 1)
})

t.test('the picture goes with its profile and with its user', async (t) => {
  const service = await startService(t)
  const admin = await service.admin()
  const user = await service.user()
  await upload(service, user, await pixels('png'))
  await service.delete(`/api/auth/user_profile/${user.id}/delete/`, { as: admin })
  t.same(await service.pictures(), [])
  await upload(service, user, await pixels('png'))
  await service.delete(`/api/auth/users/${user.id}/delete/`, { as: admin })
  t.same(await service.pictures(), [])
})

t.test('20 uploads for one profile at the same moment leave one picture, the one the profile names', async (t) => {
  const service = await startService(t)
  const user = await service.user()
  const data = await pixels('png')
  const answers = await Promise.all(Array.from({ length: 20 }, () => upload(service, user, data)))
  t.ok(answers.every(({ status }) => status === 200))
  t.same(await service.pictures(), [stored((await service.get(path, { as: user })).body.profile_picture)])
})

t.test('when the row can not be written, the new file goes and the old one stays', async (t) => {
  const service = await startService(t)
  const user = await service.user()
  const before = (await upload(service, user, await pixels('png'))).body.profile_picture
  await service.db.query(`
    create function refuse() returns trigger language plpgsql as $$ begin raise 'no'; end $$;
    create trigger refuse before update on api_userprofile for each row execute function refuse()`)
  t.equal((await upload(service, user, await pixels('png'))).status, 500)
  t.same(await service.pictures(), [stored(before)])
})

t.test('a client that goes away in the middle of an upload leaves no file', async (t) => {
  const service = await startService(t)
  const user = await service.user()
  await service.app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = service.app.server.address() as { port: number }
  const socket = connect(port, '127.0.0.1')
  const head = `PUT ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${user.access}\r\ncontent-type: multipart/form-data; boundary=x\r\ncontent-length: 1000000\r\n\r\n`
  socket.write(`${head}--x\r\ncontent-disposition: form-data; name="profile_picture"; filename="a.png"\r\n\r\n`)
  socket.write(await pixels('png'))
  const uploads = () => readdir(join(service.config.dataDir, 'uploads'))
  await until('the upload', async () => (await uploads()).length === 1)
  socket.destroy()
  await untilNoUpload(service.config.dataDir)
  t.same(await service.pictures(), [])
  t.notMatch(service.log(), /"level":50/, 'a client that goes away is no fault of ours')
})

t.test('no path leads out of the media folder', async (t) => {
  const service = await startService(t)
  await writeFile(join(service.config.dataDir, 'secret.txt'), 'secret')
  for (const route of [
    '/media/../secret.txt',
    '/media/%2e%2e/secret.txt',
    '/media/..%2fsecret.txt',
    '/media/%00',
    '/media/',
    '/media/profile_pics/'
  ]) {
    const { statusCode, payload } = await service.app.inject(route)
    t.ok(statusCode >= 400 && statusCode < 500, `${route}: ${statusCode}`)
    t.notMatch(payload, /secret\b(?!\.txt)/)
  }
  await t.rejects(diskStore('/nowhere/media').write('../x', Buffer.alloc(0)), /leads out of the media folder/)
})

/** A PNG of a few kilobytes that says it has `side` times `side` pixels. */
function bomb(side: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data])
    const [length, crc] = [Buffer.alloc(4), Buffer.alloc(4)]
    length.writeUInt32BE(data.length)
    crc.writeUInt32BE(crc32(body))
    return Buffer.concat([length, body, crc])
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(side, 0)
  header.writeUInt32BE(side, 4)
  header.set([1, 0, 0, 0, 0], 8)
  const rows = deflateSync(Buffer.alloc(1_000_000))
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', rows),
    chunk('IEND', Buffer.alloc(0))
  ])
}

/** CRC-32 as PNG wants it (ISO 3309). */
function crc32(data: Buffer): number {
  let crc = ~0
  for (const byte of data) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
  }
  return ~crc >>> 0
}

t.test('a new picture is removed when its row was refused, and kept when nobody knows whether it was committed', async (t) => {
  const service = await startService(t)
  const store = diskStore(join(service.config.dataDir, 'media'))
  const pictures = createPictures(store, createImaging(service.config.pictures), 'http://127.0.0.1', service.app.log)
  const outcomes: [Error, boolean][] = [
    [new Problem('invalid_input', 'refused'), false],
    [new pg.DatabaseError('refused', 0, 'error'), false],
    [new Error('Connection terminated unexpectedly'), true]
  ]
  for (const [error, kept] of outcomes) {
    const picture = { path: `profile_pics/${randomUUID()}.png`, data: Buffer.from('x') }
    await t.rejects(
      pictures.replace(picture, () => Promise.reject(error)),
      error
    )
    t.equal(await store.has(picture.path), kept, error.message)
  }
})
