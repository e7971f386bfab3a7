import { createHash, randomBytes } from 'node:crypto'
import { encodeUid } from './uid.ts'

/** A secret that is sent in a link; only its hash is kept. */
export interface LinkToken {
  readonly token: string
  readonly hash: Buffer
  /** The link to `page` that carries it, and the user's id as Django writes it. */
  link(page: string, userId: number): string
}

export function newLinkToken(): LinkToken {
  const token = randomBytes(32).toString('base64url')
  return {
    token,
    hash: hashToken(token),
    link: (page, userId) => `${page}?${new URLSearchParams({ uid: encodeUid(userId), token })}`
  }
}

/** What is kept of a token: as random as it is, so no salt and no slow hash are needed. */
export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
