import { mkdir } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { type Config, ConfigError, readConfig } from '../config.ts'
import { type Finding, findingsOf, reason } from '../doctor/finding.ts'
import { checkDataDir, checkKeys, checkMail, checkRedis, checkSettings, checkStorage } from '../doctor/parts.ts'
import { checkNotifications, checkPostgres } from '../doctor/postgres.ts'
import { type Command, CommandError, Interrupted, withDatabaseUrl } from './command.ts'

export default {
  summary: 'checks settings and all that the service needs, and says what is wrong and how to mend it',
  usage: 'doctor [--json] [--mail-to ADDRESS]',
  details: `Reads the settings as serve does, and tries what they name: Postgres (reachable, version, migrations, privileges,
connections, notifications, its clock), the keys, DATA_DIR, the picture store (a small file is written, read and
removed), the mail server (no mail is sent), Redis. Changes nothing; without DATABASE_URL it starts the embedded
Postgres, and ends it. It may run beside the service.

  --json               an object with ok, and checks: a list of check, status (ok, warning, failed, skipped), detail
                       and, where something can be done about it, advice
  --mail-to ADDRESS    sends a mail there

Ends with 0 if nothing failed, warnings or not; else with 1.`,
  async run(args) {
    const { values } = parseArgs({ args, options: { json: { type: 'boolean', default: false }, 'mail-to': { type: 'string' } } })
    const { json, 'mail-to': mailTo } = values
    if (mailTo !== undefined && !/^[^@\s]+@[^@\s]+$/.test(mailTo)) throw new CommandError(`--mail-to: ${mailTo} is no address.`)
    const findings: Finding[] = []
    const tell = (...found: Finding[]) => {
      findings.push(...found)
      if (!json) for (const finding of found) console.log(describe(finding))
    }
    await examine(mailTo, tell)
    const failures = findings.filter(({ status }) => status === 'failed').length
    if (json) console.log(JSON.stringify({ ok: failures === 0, checks: findings }, undefined, 2))
    else console.log(failures === 0 ? '\nNothing is in the way.' : `\n${failures} of ${findings.length} checks failed.`)
    if (failures > 0) process.exitCode = 1
  }
} satisfies Command

async function examine(mailTo: string | undefined, tell: (...found: Finding[]) => void): Promise<void> {
  let config: Config
  try {
    config = readConfig(process.env)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const { failed, skipped } = findingsOf('settings')
    tell(...error.faults.map((fault) => failed(fault)), skipped('The rest is checked once the settings can be used'))
    return
  }
  tell(...checkSettings(config), await checkKeys(config))
  // serve makes it; where it can't, the check says so.
  await mkdir(config.dataDir, { recursive: true }).catch(() => {})
  tell(await checkDataDir(config))
  const { failed } = findingsOf('database')
  await withDatabaseUrl(async (url) => {
    tell(...(await checkPostgres(url, config)), await checkNotifications(config.database.listenUrl ?? url))
  }).catch((error: unknown) => {
    if (config.database.url !== undefined || error instanceof Interrupted) throw error
    tell(failed(`The embedded Postgres: ${reason(error)}`, 'Set DATABASE_URL to use another one.'))
  })
  tell(await checkStorage(config), await checkMail(config, mailTo), await checkRedis(config))
}

function describe({ check, status, detail, advice }: Finding): string {
  const line = `${status.padEnd(8)} ${check.padEnd(13)} ${detail}`
  return advice === undefined ? line : `${line}\n${' '.repeat(23)}→ ${advice}`
}
