import { chmod, mkdir, rename, symlink, unlink } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { startObjectStorage } from '../support/object-storage.ts'
import { startService } from '../support/service.ts'

const good = { postgres: 'ok', migrations: 'ok', pictures: 'ok' }

t.test('health touches nothing; readiness asks Postgres and for migrations, and says what is wrong', async (t) => {
  const service = await startService(t)
  const before = service.statements()
  t.same((await service.get('/healthz')).body, { status: 'ok' })
  t.equal(service.statements(), before)
  t.same((await service.get('/readyz')).body, { status: 'ready', checks: good })
  await service.db.query(`delete from user_management_migration where name = '0004_sessions'`)
  const behind = await service.get('/readyz')
  t.same([behind.status, behind.body], [503, { status: 'not_ready', checks: { ...good, migrations: 'failed' } }])
  t.match(service.log(), /lacks migrations/)
  const gone = await startService(t, { DATABASE_URL: 'postgres://x@127.0.0.1:1/x' })
  const answer = await gone.get('/readyz')
  t.same([answer.status, answer.body.checks], [503, { ...good, postgres: 'failed', migrations: 'unknown' }])
  t.notMatch(answer.text, /127\.0\.0\.1|ECONN/)
  t.equal((await gone.get('/healthz')).status, 200)
  t.equal((await service.app.inject({ method: 'POST', url: '/readyz' })).statusCode, 405)
})

t.test('readiness asks whether the media folder can be written to', async (t) => {
  const service = await startService(t)
  t.equal((await service.get('/readyz')).status, 200)
  const folder = join(service.config.dataDir, 'media')
  const root = process.getuid?.() === 0
  // Root may write to a read-only folder, but not make one where a file is.
  if (root) {
    await rename(folder, `${folder}.aside`)
    await symlink('/dev/null', folder)
  } else await chmod(folder, 0o500)
  const { status, body, text } = await service.get('/readyz')
  t.same([status, body.checks], [503, { ...good, pictures: 'failed' }])
  t.notOk(text.includes(folder))
  if (root) {
    await unlink(folder)
    await rename(`${folder}.aside`, folder)
  } else await chmod(folder, 0o700)
  await mkdir(folder, { recursive: true })
  t.equal((await service.get('/readyz')).status, 200)
})

t.test('readiness asks for the bucket, and does not wait for one that hangs', async (t) => {
  const settings = await startObjectStorage(t)
  t.equal((await (await startService(t, settings)).get('/readyz')).status, 200)
  const elsewhere = await startService(t, { ...settings, S3_BUCKET: 'nowhere' })
  t.same((await elsewhere.get('/readyz')).body.checks, { ...good, pictures: 'failed' })
  const silent = createServer(() => {}).listen(0, '127.0.0.1')
  await new Promise((done) => silent.once('listening', done))
  t.teardown(() => {
    silent.closeAllConnections()
    silent.close()
  })
  const hung = await startService(t, { ...settings, S3_ENDPOINT: `http://127.0.0.1:${(silent.address() as AddressInfo).port}` })
  t.same((await hung.get('/readyz')).body.checks, { ...good, pictures: 'failed' })
})
