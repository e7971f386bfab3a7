import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import t from 'tap'
import { freePort } from '../../src/database/embedded.ts'
import { contract } from '../support/contract.ts'
import { start } from '../support/process.ts'
import { checkAnswer, startService } from '../support/service.ts'
import { Tally } from '../support/tally.ts'
import { untilNoUpload } from '../support/wait.ts'

const secret = 'a secret for tests, long enough to sign'

/** Of noise, which no format makes smaller. */
function picture(side: number): Promise<Buffer> {
  const raw = { width: side, height: side, channels: 3 } as const
  return sharp(randomBytes(side * side * 3), { raw })
    .png()
    .toBuffer()
}

// The kernel refuses to let files grow, as it does on a full disk; it needs neither root nor a disk to fill.
const skip = !existsSync('/bin/sh') && 'SKIPPED: needs a shell with ulimit'

t.test('without space for a picture each operation answers 507, changes nothing and leaves nothing', { skip }, async (t) => {
  const inside = await startService(t, { JWT_SECRET: secret })
  const [admin, user] = [await inside.admin(), await inside.user()]
  const folder = await mkdtemp(join(tmpdir(), 'user-management-full-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const port = await freePort()
  const settings = {
    DATABASE_URL: inside.db.url,
    DATA_DIR: folder,
    PORT: String(port),
    NODE_ENV: 'test',
    PASSWORD_HASH_COST: '4',
    JWT_SECRET: secret,
    ADMIN_PASSWORD: 'correct horse battery staple'
  }
  // 32 KiB (POSIX counts in 512 bytes, some shells in 1024). Without what tap has loaded into processes that tests start:
  // it would end the service by the signal that comes with the error, which Node itself ignores.
  const service = start(t, ['serve'], settings, ['/bin/sh', '-c', 'unset NODE_OPTIONS; ulimit -f 64; exec "$0" "$@"'])
  await service.until(/Listening on/)

  const send = async (method: string, path: string, fields: Record<string, string | Buffer>) => {
    const body = new FormData()
    for (const [name, value] of Object.entries(fields)) {
      if (typeof value === 'string') body.set(name, value)
      else body.set(name, new Blob([value]), 'a.png')
    }
    const headers = { authorization: `Bearer ${path.includes('register') ? '' : admin.access}` }
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers, body })
    const text = await answer.text()
    checkAnswer(t, method, path, { status: answer.status, headers: Object.fromEntries(answer.headers), text }, inside.config)
    return { status: answer.status, body: JSON.parse(text) }
  }
  // Most of it is still on its way when the answer is known.
  const [small, large] = [await picture(20), await picture(1000)]
  t.equal((await send('PUT', '/api/auth/profile/', { profile_picture: small })).status, 200)
  const before = await inside.db.query('select user_id, profile_picture, bio from api_userprofile order by id')
  const users = await inside.db.query('select count(*) from auth_user')
  const tally = new Tally()
  const operations = contract.operations.filter(({ statuses }) => statuses.includes(507))
  for (const { operationId, method, path } of operations) {
    const fields =
      operationId === 'register'
        ? { username: 'late', password: 'a phrase of my own', 'profile.profile_picture': large }
        : { bio: 'changed', profile_picture: large }
    const { status, body } = await send(method, path.replace('{id}', String(user.id)), fields)
    tally.add(status)
    t.same([status, body.code], [507, 'insufficient_storage'], operationId)
  }
  t.equal(tally.of(507), 6)
  t.same(await inside.db.query('select user_id, profile_picture, bio from api_userprofile order by id'), before)
  t.same(await inside.db.query('select count(*) from auth_user'), users)
  await untilNoUpload(folder)
  t.equal((await readdir(join(folder, 'media/profile_pics'))).length, 1)
  t.equal((await send('PUT', '/api/auth/profile/', { bio: 'without a picture' })).status, 200, 'what needs no space goes on')
  t.match(service.output(), /EFBIG/)
  t.comment(`fault: no space for pictures | ${tally}; requests without a picture 200 | nothing lost, nothing left behind`)
})
