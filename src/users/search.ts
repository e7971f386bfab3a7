import { sql } from 'kysely'
import type { Connection } from '../database/connection.ts'

/**
 * One text to look for words in; no word holds the line break between names. Migration 0012 has an index of trigrams on
 * this very expression.
 */
export const searchedNames = sql<string>`(auth_user.username || E'\\n' || auth_user.email || E'\\n' || auth_user.first_name || E'\\n' || auth_user.last_name)`

/** The words of a search, which must each occur. */
export function wordsOf(search: string): string[] {
  return search.split(/\s+/).filter(Boolean)
}

/** Some names of users, to see how frequent a part of a word is. */
export interface NameSample {
  /** What is searched of some hundred users, in lower case; empty where there are no statistics yet. */
  names(): Promise<readonly string[]>
}

/** Milliseconds after which the sample is read again. */
const lifetime = 600_000

/** A sample as the last ANALYZE took it, kept in memory. */
export function createNameSample(database: Connection): NameSample {
  let read: Promise<string[]> | undefined
  let readAt = 0
  return {
    names() {
      if (read === undefined || performance.now() - readAt > lifetime) {
        readAt = performance.now()
        read = readSample(database)
        // A fault is whoever asked's, not that of all who ask in the next minutes.
        read.catch(() => {
          read = undefined
        })
      }
      return read
    }
  }
}

async function readSample(database: Connection): Promise<string[]> {
  // Names differ, so the histogram holds whole values, at equal distances in their order.
  const { rows } = await sql<{ names: string[] | null }>`
    select lower(histogram_bounds::text)::text[] as names from pg_stats
    where schemaname = any (current_schemas(false)) and tablename = 'auth_user_names_trigrams'`.execute(database)
  return rows[0]?.names ?? []
}

/** The share of users from which on it is worth looking a trigram up only where there is no rarer one. */
const frequent = 0.02

/** Words that are looked up together, where none of them is rare. */
const wordsTogether = 3

/**
 * The parts of the words by which the index finds the users with the least work: of each word the rarest three letters
 * with what stands around them and is rare too, and only the rarest word's where that one is rare. The index reads the
 * list of each trigram that it is asked for, and one that is in nearly every name (of `@example.org`) costs most and
 * leaves nobody out; what it finds is compared with the whole words anyway.
 * @param sample as of NameSample
 * @returns letters and digits only; none where nowhere three stand together, which the index can't look up
 */
export function rareParts(words: readonly string[], sample: readonly string[]): string[] {
  const parts = words.flatMap((word) => rarestPart(word, sample) ?? []).sort((a, b) => a.share - b.share)
  const [rarest] = parts
  return parts.slice(0, rarest && rarest.share < frequent ? 1 : wordsTogether).map(({ text }) => text)
}

function rarestPart(word: string, sample: readonly string[]): { text: string; share: number } | undefined {
  const runs = (word.match(/[\p{L}\p{N}]{3,}/gu) ?? []).map((run) => Array.from(run))
  const parts = runs.map((letters) => {
    const shares = letters.slice(2).map((_, start) => shareOf(letters.slice(start, start + 3).join(''), sample))
    const share = Math.min(...shares)
    const isRare = (start: number) => (shares[start] ?? Number.POSITIVE_INFINITY) <= Math.max(frequent, share)
    let [first, last] = [shares.indexOf(share), shares.indexOf(share)]
    while (isRare(first - 1)) first -= 1
    while (isRare(last + 1)) last += 1
    return { text: letters.slice(first, last + 3).join(''), share }
  })
  return parts.sort((a, b) => a.share - b.share)[0]
}

function shareOf(trigram: string, sample: readonly string[]): number {
  const text = trigram.toLowerCase()
  return sample.length === 0 ? 0 : sample.filter((names) => names.includes(text)).length / sample.length
}
