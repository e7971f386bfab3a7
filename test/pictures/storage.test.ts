import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, utimes } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import sharp from 'sharp'
import t, { type Test } from 'tap'
import { diskStore } from '../../src/pictures/disk.ts'
import { s3Store } from '../../src/pictures/s3.ts'
import type { PictureStore } from '../../src/pictures/store.ts'
import { startObjectStorage } from '../support/object-storage.ts'
import { type Service, startService, type TestUser } from '../support/service.ts'
import { untilNoUpload } from '../support/wait.ts'

const path = '/api/auth/profile/'
const run = promisify(execFile)

async function upload(service: Service, user: TestUser, data: Buffer) {
  const form = new FormData()
  form.set('profile_picture', new Blob([data]), 'a')
  return service.request('PUT', path, { as: user, form })
}

const picture = (width: number) =>
  sharp({ create: { width, height: width, channels: 3, background: '#3060c0' } })
    .png()
    .toBuffer()

async function folder(t: Test): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'user-management-pictures-'))
  t.teardown(() => rm(made, { recursive: true, force: true }))
  return made
}

interface Bucket {
  readonly endpoint: string
  readonly bucket: string
}

function openBucket(t: Test, { endpoint, bucket }: Bucket, credentials = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' }) {
  const settings = { endpoint, region: 'us-east-1', bucket, credentials, forcePathStyle: true, prefix: 'accounts/', timeout: 5 }
  return s3Store(settings).then((store) => {
    t.teardown(() => store.close())
    return store
  })
}

/**
 * The same server as a process of its own: the token of a next page it encrypts with DES, which OpenSSL 3 does only
 * when told so at the start.
 */
async function startPagingServer(t: Test): Promise<Bucket> {
  const script = `
    const S3rver = require('@20minutes/s3rver')
    const options = { address: '127.0.0.1', port: 0, silent: true, directory: ${JSON.stringify(await folder(t))},
      configureBuckets: [{ name: 'pictures' }], allowMismatchedSignatures: true }
    new S3rver(options).run().then(({ port }) => process.send(port))`
  const child = spawn(process.execPath, ['--openssl-legacy-provider', '-e', script], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    stdio: ['ignore', 'inherit', 'inherit', 'ipc']
  })
  t.teardown(async () => {
    child.kill()
    await once(child, 'exit')
  })
  const [port] = await once(child, 'message')
  return { endpoint: `http://127.0.0.1:${port}`, bucket: 'pictures' }
}

const stores: Record<string, (t: Test) => Promise<PictureStore>> = {
  disk: async (t) => diskStore(await folder(t)),
  s3: async (t) => openBucket(t, await startPagingServer(t))
}
for (const [name, openStore] of Object.entries(stores)) {
  t.test(`${name}: a folder of more files than a page has is listed whole, in pages`, async (t) => {
    const store = await openStore(t)
    const paths = Array.from({ length: 1100 }, (_, index) => `profile_pics/${index}.png`)
    for (let from = 0; from < paths.length; from += 50) {
      await Promise.all(paths.slice(from, from + 50).map((path) => store.write(path, Buffer.from('x'))))
    }
    await store.write('elsewhere/x.png', Buffer.from('x'))
    const listed: string[] = []
    const pages: number[] = []
    for await (const page of store.list('profile_pics')) {
      t.ok(page.every(({ modified }) => Math.abs(Date.now() - modified.getTime()) < 120_000))
      listed.push(...page.map((file) => file.path))
      pages.push(page.length)
    }
    t.same(pages, [1000, 100])
    t.same(listed.sort(), paths.sort())
  })

  t.test(`${name}: what is not there is absent, not an error`, async (t) => {
    const store = await openStore(t)
    t.equal(await store.read('profile_pics/none.png'), undefined)
    t.equal(await store.has('profile_pics/none.png'), false)
    await store.remove('profile_pics/none.png')
    for await (const page of store.list('profile_pics')) t.same(page, [])
  })
}

t.test('a full disk is StoreUnavailable, leaves no part of a file, and still shows pictures in all sizes', async (t) => {
  const root = await folder(t)
  const mounted = await run('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', root]).then(
    () => true,
    () => false
  )
  if (!mounted) {
    t.pass('left out: it needs the right to mount a small file system', { skip: true })
    return
  }
  t.teardown(() => run('umount', [root]))
  const service = await startService(t, {}, { dataDir: root })
  const user = await service.user()
  const small = await upload(service, user, await picture(300))
  t.equal(small.status, 200)
  const filler = diskStore(root)
  const parts = async () => (await readdir(root, { recursive: true })).filter((name) => name.endsWith('.part'))
  await t.rejects(filler.write('filler/too-much', Buffer.alloc(300_000)), { name: 'StoreUnavailable', message: /ENOSPC/ })
  t.same(await parts(), [])
  for (let left = 0; left < 100; left += 1) {
    const written = await filler.write(`filler/${left}`, Buffer.alloc(4096)).catch(() => 'full')
    if (written === 'full') break
  }
  const refused = await upload(service, user, await picture(301))
  t.same([refused.status, refused.body.code], [507, 'insufficient_storage'])
  t.equal((await service.get(path, { as: user })).body.profile_picture, small.body.profile_picture)
  const sized = await service.app.inject(`${new URL(small.body.profile_picture).pathname}?size=64`)
  t.same([sized.statusCode, (await sharp(sized.rawPayload).metadata()).width], [200, 64])
  t.same(await parts(), [])
  await untilNoUpload(root)
})

t.test('a bucket or a key that is not there is StoreUnavailable', async (t) => {
  const settings = await startObjectStorage(t)
  const right = { endpoint: settings.S3_ENDPOINT as string, bucket: settings.S3_BUCKET as string }
  for (const store of [
    await openBucket(t, { ...right, bucket: 'nowhere' }),
    await openBucket(t, right, { accessKeyId: 'nobody', secretAccessKey: 'x' })
  ]) {
    await t.rejects(store.write('profile_pics/x.png', Buffer.from('x')), { name: 'StoreUnavailable' })
    await t.rejects(store.read('profile_pics/x.png'), { name: 'StoreUnavailable' })
    await t.rejects(store.list('profile_pics')[Symbol.asyncIterator]().next(), { name: 'StoreUnavailable' })
  }
})

t.test('a picture that was removed is gone for those who have it in their cache too', async (t) => {
  const service = await startService(t)
  const user = await service.user()
  const { pathname } = new URL((await upload(service, user, await picture(300))).body.profile_picture)
  for (const target of [pathname, `${pathname}?size=64`]) {
    const { headers } = await service.app.inject(target)
    const known = { 'if-none-match': `"other", ${headers.etag}` }
    t.equal((await service.app.inject({ url: target, headers: known })).statusCode, 304)
    t.equal((await service.app.inject({ url: target, headers: { 'if-none-match': '"other"' } })).statusCode, 200)
    t.match((await service.app.inject({ method: 'HEAD', url: target })).headers, { etag: headers.etag })
  }
  const { headers } = await service.app.inject(pathname)
  await service.put(path, { profile_picture: null }, { as: user })
  for (const target of [pathname, `${pathname}?size=64`]) {
    const answer = await service.app.inject({ url: target, headers: { 'if-none-match': String(headers.etag) } })
    t.equal(answer.statusCode, 404)
  }
})

t.test('media-sweep tells what it would do, and ends with 1 where a file is missing', async (t) => {
  const service = await startService(t)
  const user = await service.user()
  const url = (await upload(service, user, await picture(8))).body.profile_picture
  const kept = new URL(url).pathname.slice('/media/'.length)
  const store = diskStore(join(service.config.dataDir, 'media'))
  await store.write('profile_pics/orphan.png', Buffer.from('x'))
  const sweep = async (...args: string[]) => {
    const root = fileURLToPath(new URL('../..', import.meta.url))
    const settings = { DATABASE_URL: service.db.url, DATA_DIR: service.config.dataDir, NODE_ENV: 'test' }
    const command = ['--import', './scripts/typescript.js', 'src/cli.ts', 'media-sweep', ...args]
    return run(process.execPath, command, { cwd: root, env: { ...process.env, ...settings } }).then(
      ({ stdout }) => ({ code: 0, stdout }),
      ({ code, stdout }) => ({ code, stdout })
    )
  }
  const young = await sweep()
  t.equal(young.code, 0)
  t.match(young.stdout, /Files: 2, that no profile names: 1 \(0 removed, 1 younger than an hour\)/)
  t.match(young.stdout, /Profiles with a picture: 1, whose file is missing: 0/)
  const old = new Date(Date.now() - 2 * 60 * 60 * 1000)
  await utimes(join(service.config.dataDir, 'media/profile_pics/orphan.png'), old, old)
  const dry = await sweep('--dry-run')
  t.match(dry.stdout, /would remove profile_pics\/orphan\.png\n[\s\S]*\(1 would be removed, 0 younger/)
  t.ok(await store.has('profile_pics/orphan.png'))
  t.match((await sweep()).stdout, /removed profile_pics\/orphan\.png/)
  t.same(await service.pictures(), [kept.slice('profile_pics/'.length)])
  await store.remove(kept)
  const missing = await sweep()
  t.equal(missing.code, 1)
  t.match(missing.stdout, new RegExp(`missing ${kept}, of the user ${user.id}`))
})
