import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t from 'tap'

t.test('200 uploads of 5 MB at the same moment stay under 400 MB', { timeout: 180_000 }, async (t) => {
  const script = fileURLToPath(new URL('./memory.ts', import.meta.url))
  const loader = fileURLToPath(new URL('../../scripts/typescript.js', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', loader, script, 'jpeg', '200'])
  const report = JSON.parse(stdout)
  t.comment(stdout.trim())
  t.same(report.statuses, { 200: 200 })
  t.ok(report.peakMegabytes < 400, `peak of ${report.peakMegabytes} MB`)
})
