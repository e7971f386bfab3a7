import type { Config } from './config.ts'
import type { Database } from './database/connection.ts'
import type { PasswordHashing } from './passwords/hashing.ts'
import type { Mailer } from './passwords/mail.ts'
import type { Pictures } from './pictures/pictures.ts'
import type { SigningKey } from './sessions/keys.ts'
import type { Tokens } from './sessions/tokens.ts'

/** What handlers work with; put together in `app.ts`, the one place that does. */
export interface Services {
  readonly config: Config
  readonly database: Database
  readonly hashing: PasswordHashing
  readonly signingKey: SigningKey
  readonly tokens: Tokens
  readonly pictures: Pictures
  readonly mailer: Mailer
  /** Roles that access rules name, which must not be renamed or deleted. */
  readonly protectedRoles: ReadonlySet<string>
}
