import type { Clock } from './clock.ts'
import type { Config } from './config.ts'
import type { Database } from './database/connection.ts'
import type { Arrivals } from './events/arrivals.ts'
import type { Mailer } from './mail/mailer.ts'
import type { Metrics } from './operations/metrics.ts'
import type { PasswordHashing } from './passwords/hashing.ts'
import type { Pictures } from './pictures/pictures.ts'
import type { Guesses } from './sessions/guesses.ts'
import type { KeyRing } from './sessions/keys.ts'
import type { LegacyTokens } from './sessions/legacy-tokens.ts'
import type { Tokens } from './sessions/tokens.ts'
import type { NameSample } from './users/search.ts'

/** What handlers work with; put together in `app.ts`, the one place that does. */
export interface Services {
  readonly config: Config
  readonly database: Database
  readonly clock: Clock
  readonly hashing: PasswordHashing
  readonly guesses: Guesses
  readonly keyRing: KeyRing
  readonly tokens: Tokens
  /** Undefined where no tokens of Django's are taken. */
  readonly legacyTokens: LegacyTokens | undefined
  readonly pictures: Pictures
  readonly mailer: Mailer
  readonly metrics: Metrics
  readonly arrivals: Arrivals
  readonly nameSample: NameSample
  /** Roles that access rules name, which must not be renamed or deleted. */
  readonly protectedRoles: ReadonlySet<string>
}
