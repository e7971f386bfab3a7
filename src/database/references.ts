import { sql } from 'kysely'
import { type Connection, type Database, violatedReference } from './connection.ts'

/** A deletion that did not happen, since this table, which is not ours, still refers to the row. */
export interface StillReferenced {
  readonly referencedBy: string
}

/**
 * Runs a deletion as one transaction. Django's foreign keys are checked at commit only; checking them before tells
 * which table still refers to the row, and then nothing is changed.
 */
export async function deleteUnlessReferenced<Result>(
  database: Database,
  deletion: (transaction: Connection) => Promise<Result>
): Promise<Result | StillReferenced> {
  try {
    return await database.transaction().execute(async (transaction) => {
      const result = await deletion(transaction)
      await sql`set constraints all immediate`.execute(transaction)
      return result
    })
  } catch (error) {
    const referencedBy = violatedReference(error)
    if (referencedBy !== undefined) return { referencedBy }
    throw error
  }
}
