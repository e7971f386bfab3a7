import { parseArgs } from 'node:util'
import { readConfig } from '../config.ts'
import { rotateKeys } from '../sessions/keys.ts'
import { type Command, CommandError } from './command.ts'

/** Seconds until a new key signs: as long as verifiers may keep the JWKS (`operations/jwks.ts`). */
const keyDelay = 300

export default {
  summary: 'makes a new signing key in JWT_KEYS_DIR (or DATA_DIR/keys); it signs in five minutes',
  usage: 'keys rotate [--now]',
  details: `The key is published at once, and signs after five minutes, when everybody who keeps the JWKS has it. The others
go on verifying until the last token that they signed has expired; those for which that is so are removed.

  --now    the key signs at once: for a key that has leaked. Who keeps the JWKS refuses its tokens for up to five minutes

Ends with 0; with 1 where the keys are no files: with JWT_PRIVATE_KEY put the new key before the old one there.`,
  async run(args) {
    const { values } = parseArgs({ args, options: { now: { type: 'boolean', default: false } } })
    const { tokens } = readConfig(process.env)
    if (tokens.secret !== undefined || tokens.privateKeys !== undefined) {
      throw new CommandError('The keys come from JWT_SECRET or JWT_PRIVATE_KEY: put the new key before the old one there.')
    }
    const rotation = await rotateKeys(tokens.keysDir, { delay: values.now ? 0 : keyDelay, tokenTtl: tokens.refreshTtl })
    console.log(`The new key ${rotation.kid} signs from ${rotation.signsFrom.toISOString()}; the others go on verifying.`)
    for (const name of rotation.removed) console.log(`Removed ${name}: its last token has expired.`)
  }
} satisfies Command
