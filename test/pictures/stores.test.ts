import { chmod, rename, symlink, unlink } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import sharp from 'sharp'
import t, { type Test } from 'tap'
import type { Config } from '../../src/config.ts'
import { openPictureStore } from '../../src/pictures/open.ts'
import type { PictureStore, StoredFile } from '../../src/pictures/store.ts'
import { sweepPictures } from '../../src/pictures/sweep.ts'
import { startObjectStorage } from '../support/object-storage.ts'
import { type Service, startService, type TestUser } from '../support/service.ts'
import { untilNoUpload } from '../support/wait.ts'

const path = '/api/auth/profile/'
const later = Date.now() + 2 * 60 * 60 * 1000

function upload(service: Service, user: TestUser, data: Buffer) {
  const form = new FormData()
  form.set('profile_picture', new Blob([data]), 'a')
  return service.request('PUT', path, { as: user, form })
}

function picture(width: number, height = width): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: '#3060c0' } })
    .png()
    .toBuffer()
}

async function stored(store: PictureStore): Promise<string[]> {
  const files: StoredFile[] = []
  for (const folder of ['profile_pics', 'sized']) for await (const page of store.list(folder)) files.push(...page)
  return files.map((file) => file.path).sort()
}

async function openStore(t: Test, config: Config): Promise<PictureStore> {
  const store = await openPictureStore(config)
  t.teardown(() => store.close())
  return store
}

const stores: Record<string, (t: Test) => Promise<Record<string, string>>> = { disk: async () => ({}), s3: startObjectStorage }
for (const [name, settings] of Object.entries(stores)) {
  t.test(`${name}: a picture is kept, served, replaced and goes with its profile`, async (t) => {
    const service = await startService(t, await settings(t))
    const store = await openStore(t, service.config)
    const user = await service.user()
    const first = (await upload(service, user, await picture(32))).body.profile_picture
    const served = await service.app.inject(new URL(first).pathname)
    t.equal(served.statusCode, 200)
    t.match(served.headers, {
      'content-type': 'image/png',
      'content-length': String(served.rawPayload.length),
      'cache-control': 'public, max-age=31536000, immutable',
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff'
    })
    const again = await service.app.inject({
      url: new URL(first).pathname,
      headers: { 'if-none-match': String(served.headers.etag) }
    })
    t.same([again.statusCode, again.payload], [304, ''])
    const second = (await upload(service, user, await picture(32))).body.profile_picture
    t.not(second, first, 'the same picture again has a name of its own')
    t.same(await stored(store), [new URL(second).pathname.slice('/media/'.length)])
    t.equal((await service.app.inject(new URL(first).pathname)).statusCode, 404)
    await service.put(path, { profile_picture: null }, { as: user })
    t.same(await stored(store), [])
  })

  t.test(`${name}: sizes are made once, when they are first asked for, and go with their picture`, async (t) => {
    const service = await startService(t, await settings(t))
    const store = await openStore(t, service.config)
    const user = await service.user()
    const { pathname } = new URL((await upload(service, user, await picture(600, 300))).body.profile_picture)
    for (const [size, width, height] of [
      [64, 64, 32],
      [256, 256, 128]
    ]) {
      const answers = await Promise.all(Array.from({ length: 10 }, () => service.app.inject(`${pathname}?size=${size}`)))
      for (const answer of answers) {
        t.same([answer.statusCode, answer.headers['content-type']], [200, 'image/webp'])
        const { width: w, height: h } = await sharp(answer.rawPayload).metadata()
        t.same([w, h], [width, height])
      }
    }
    t.equal((await stored(store)).length, 3)
    for (const size of ['63', '0', '99999', 'x', '', '64&size=256']) {
      t.equal((await service.app.inject(`${pathname}?size=${size}`)).statusCode, 400, size)
    }
    t.equal((await service.app.inject(`${pathname.replace('.png', '.gif')}?size=64`)).statusCode, 404)
    await service.put(path, { profile_picture: null }, { as: user })
    t.same(await stored(store), [])
  })

  t.test(`${name}: a sweep removes what no profile names, and finds profiles without their file`, async (t) => {
    const service = await startService(t, await settings(t))
    const store = await openStore(t, service.config)
    const [user, other] = [await service.user(), await service.user()]
    const url = (await upload(service, user, await picture(300))).body.profile_picture
    const kept = new URL(url).pathname.slice('/media/'.length)
    await service.app.inject(`/media/${kept}?size=64`)
    const lost = new URL((await upload(service, other, await picture(8))).body.profile_picture).pathname.slice('/media/'.length)
    await store.remove(lost)
    const orphans = ['profile_pics/orphan.png', 'sized/64/profile_pics/gone.png.webp']
    for (const orphan of orphans) await store.write(orphan, Buffer.from('x'))
    const [removed, missing]: [string[], string[]] = [[], []]
    const sweep = (dryRun: boolean, now = later) =>
      sweepPictures(service.database, store, {
        dryRun,
        now,
        onOrphan: (file) => removed.push(file.path),
        onMissing: (profile) => missing.push(profile.path)
      })
    t.match(await sweep(false, Date.now()), { orphans: 2, spared: 2, removed: 0 }, 'young ones may belong to an upload under way')
    t.match(await sweep(true), { orphans: 2, spared: 0, removed: 0, missing: 1 })
    t.same(removed.sort(), orphans)
    t.match(await sweep(false), { orphans: 2, removed: 2, profiles: 2, missing: 1 })
    t.same([...new Set(missing)], [lost])
    t.same(await stored(store), [kept, `sized/64/${kept}.webp`])
    t.match(await sweep(false), { orphans: 0, removed: 0 })
  })
}

t.test('a picture is scaled to the longest side that is kept, upright, without GPS, and never enlarged', async (t) => {
  const service = await startService(t, { PICTURE_MAX_SIDE: '200' })
  const user = await service.user()
  // Lies on its side: 600 wide and 300 high as it is stored, 300 wide and 600 high as it is to be seen.
  const photo = await sharp({ create: { width: 600, height: 300, channels: 3, background: 'red' } })
    .jpeg()
    .withExif({ IFD0: { Make: 'camera' }, IFD3: { GPSLatitude: '9/1 56/1 0/1', GPSLatitudeRef: 'N' } })
    .withMetadata({ orientation: 6 })
    .toBuffer()
  const before = await sharp(photo).metadata()
  t.ok(before.exif && before.orientation === 6, 'the picture sent has both')
  const { body } = await upload(service, user, photo)
  const kept = (await service.app.inject(new URL(body.profile_picture).pathname)).rawPayload
  const { width, height, exif, orientation, icc, xmp } = await sharp(kept).metadata()
  t.same([width, height], [100, 200])
  t.same([exif, orientation, icc, xmp], [undefined, undefined, undefined, undefined])
  t.notMatch(kept.toString('latin1'), /GPS|camera/)
  const small = (await upload(service, user, await picture(20))).body.profile_picture
  t.equal((await sharp((await service.app.inject(new URL(small).pathname)).rawPayload).metadata()).width, 20)
})

t.test('with the storage failing an upload is a 503, and no row points at nothing', async (t) => {
  const answers = { status: 500, delay: 0 }
  const server = createServer((_request, response) => {
    setTimeout(() => response.writeHead(answers.status).end(), answers.delay)
  }).listen(0, '127.0.0.1')
  await new Promise((done) => server.once('listening', done))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const service = await startService(t, {
    MEDIA_STORE: 's3',
    S3_ENDPOINT: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    S3_BUCKET: 'pictures',
    S3_ACCESS_KEY_ID: 'a',
    S3_SECRET_ACCESS_KEY: 'b',
    S3_TIMEOUT: '300ms'
  })
  const user = await service.user()
  for (const [status, delay] of [
    [500, 0],
    [403, 0],
    [200, 5000]
  ] as const) {
    Object.assign(answers, { status, delay })
    const refused = await upload(service, user, await picture(8))
    t.same([refused.status, refused.body.code], [503, 'unavailable'], `${status} after ${delay} ms`)
    t.ok(Number(refused.headers['retry-after']) > 0)
    t.notMatch(refused.text, /127\.0\.0\.1|S3|bucket/)
  }
  t.equal((await service.get(path, { as: user })).body.profile_picture, null)
  await untilNoUpload(service.config.dataDir)
  t.match(service.log(), /"level":50[^\n]*StoreUnavailable/)
  t.comment('fault: S3 answers 500, 403, or not in time | 503 × 3, other requests 200 | nothing lost, nothing left behind')
})

t.test('with the media folder unusable an upload is a 503, and the old picture stays', async (t) => {
  const service = await startService(t)
  const user = await service.user()
  const before = (await upload(service, user, await picture(8))).body.profile_picture
  const folder = join(service.config.dataDir, 'media', 'profile_pics')
  const root = process.getuid?.() === 0
  // Root may write to a read-only folder, but not to the kernel's own.
  if (root) {
    await rename(folder, `${folder}.aside`)
    await symlink('/sys', folder)
  } else await chmod(folder, 0o500)
  const refused = await upload(service, user, await picture(9))
  t.same([refused.status, refused.body.code], [503, 'unavailable'])
  if (root) {
    await unlink(folder)
    await rename(`${folder}.aside`, folder)
  } else await chmod(folder, 0o700)
  t.equal((await service.get(path, { as: user })).body.profile_picture, before)
  await untilNoUpload(service.config.dataDir)
  t.equal((await upload(service, user, await picture(9))).status, 200, 'and it is well again')
  t.comment('fault: media folder read-only | 503 × 1, other requests 200 | nothing lost, nothing left behind | well at once')
})

t.test('what is wrong with the settings of S3 is told at once', async (t) => {
  await t.rejects(startService(t, { MEDIA_STORE: 's3', S3_ACCESS_KEY_ID: 'a' }), {
    message: /S3_BUCKET[\s\S]*S3_SECRET_ACCESS_KEY/
  })
})
