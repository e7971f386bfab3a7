import { parseArgs } from 'node:util'
import { readHar } from '../shadow/har.ts'
import { builtIn, readIntended } from '../shadow/intended.ts'
import { writeReport } from '../shadow/report.ts'
import { shadow as compare } from '../shadow/shadow.ts'
import type { Side } from '../shadow/side.ts'
import { type Command, CommandError } from './command.ts'

export default {
  summary: 'sends the same reads to the Django service and to this one, and compares the answers',
  usage: 'shadow --old URL --new URL [options]',
  details: `Sends GETs only, and what gets it a token. Nothing is changed but the time of a login, and that a profile which is read
is made by either service where a user has none.

  --old URL, --new URL    the addresses of the two services
  --username NAME         gets tokens from both, with the password in SHADOW_PASSWORD; best an administrator's
  --old-token TOKEN, --new-token TOKEN
                          access tokens instead; also as SHADOW_OLD_TOKEN and SHADOW_NEW_TOKEN, which no list of processes shows
  --har FILE              the reads: the GETs of a HAR file, as a browser's network page exports it.
                          Without it a walk: the profile, all lists, a sample of their objects
  --differences FILE      differences that are meant to be, beside those that the README tells of ("Where we differ");
                          see src/shadow/intended-differences.yaml

Lists are read to their end and compared without regard to order, times as instants, pictures by their path.
Ends with 0 if there are only intended differences, else with 1.`,
  async run(args) {
    const text = { type: 'string' } as const
    const { values } = parseArgs({
      args,
      options: {
        old: text,
        new: text,
        username: text,
        'old-token': { ...text, default: process.env.SHADOW_OLD_TOKEN ?? '' },
        'new-token': { ...text, default: process.env.SHADOW_NEW_TOKEN ?? '' },
        har: text,
        differences: text
      }
    })
    const { SHADOW_PASSWORD: password } = process.env
    const side = (name: Side['name']): Side => {
      const url = values[name]?.replace(/\/+$/, '') ?? ''
      if (!/^https?:\/\//.test(url) || !URL.canParse(url)) throw new CommandError(`Give --${name} http://… or https://…`)
      const token = values[`${name}-token`]
      if (token !== '') return { name, url, credentials: { token } }
      if (values.username === undefined) return { name, url, credentials: undefined }
      if (!password) throw new CommandError('Give the password in the environment variable SHADOW_PASSWORD.')
      return { name, url, credentials: { username: values.username, password } }
    }
    const sides = { old: side('old'), new: side('new') }
    if (values.har === undefined && (!sides.old.credentials || !sides.new.credentials)) {
      throw new CommandError('Give --username, or --old-token and --new-token: the walk starts at a profile.')
    }
    const har = values.har === undefined ? undefined : await readHar(values.har)
    if (har) console.log(`${values.har}: ${har.reads.length} reads, and ${har.others} of paths that are not ours.\n`)
    if (har?.reads.length === 0) throw new CommandError('There is nothing to compare.')
    const own = values.differences === undefined ? [] : await readIntended(values.differences)
    const comparisons = await compare({ ...sides, reads: har?.reads, intended: [...own, ...(await readIntended(builtIn))] })
    console.log(writeReport(comparisons))
    if (comparisons.some(({ unintended }) => unintended.length > 0)) process.exitCode = 1
  }
} satisfies Command
