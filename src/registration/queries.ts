import { sql } from 'kysely'
import { type Connection, id } from '../database/connection.ts'

/** What a confirmed email is for. */
export type ConfirmationPurpose = 'change' | 'registration'

export interface NewConfirmation {
  readonly userId: number
  readonly email: string
  readonly purpose: ConfirmationPurpose
  readonly tokenHash: Buffer
}

/** Seconds for which a link to confirm an email works. */
const confirmationTtl = 24 * 60 * 60

/** Notes an email that waits to be confirmed, in the place of an earlier one. */
export async function issueConfirmation(transaction: Connection, confirmation: NewConfirmation): Promise<void> {
  await sql`
    insert into email_confirmation (user_id, token_hash, email, purpose, expires_at)
    values (
      ${confirmation.userId}, ${confirmation.tokenHash}, ${confirmation.email}, ${confirmation.purpose},
      now() + make_interval(secs => ${confirmationTtl})
    )
    on conflict (user_id) do update set
      token_hash = excluded.token_hash,
      email = excluded.email,
      purpose = excluded.purpose,
      created_at = now(),
      expires_at = excluded.expires_at`.execute(transaction)
}

/** Drops what waits to be confirmed for a user: of one purpose, or whatever it is for. */
export async function dropConfirmation(transaction: Connection, userId: number, purpose?: ConfirmationPurpose): Promise<void> {
  let query = transaction.deleteFrom('email_confirmation').where('user_id', '=', id(userId))
  if (purpose !== undefined) query = query.where('purpose', '=', purpose)
  await query.execute()
}

export interface Confirmation {
  readonly email: string
  readonly purpose: ConfirmationPurpose
}

/** Uses a confirmation up: of many at the same moment one gets it. */
export async function takeConfirmation(
  transaction: Connection,
  userId: number,
  tokenHash: Buffer
): Promise<Confirmation | undefined> {
  const row = await transaction
    .deleteFrom('email_confirmation')
    .where('user_id', '=', id(userId))
    .where('token_hash', '=', tokenHash)
    .where('expires_at', '>', sql<Date>`now()`)
    .returning(['email', sql<ConfirmationPurpose>`purpose`.as('purpose')])
    .executeTakeFirst()
  return row
}
