import { randomUUID } from 'node:crypto'
import type { components } from '../../generated/sandbox.ts'
import type { Clock } from '../clock.ts'
import type { Mailer } from '../mail/mailer.ts'
import type { Mail } from '../mail/texts.ts'

type SentMail = components['schemas']['SentMail']

/** Takes mails in the place of a mail server, and shows them. */
export interface Outbox extends Mailer {
  /** The oldest first. @param to only those to this address, whatever its case */
  list(to?: string): SentMail[]
  clear(): void
}

/** How many are kept; the oldest go. */
const kept = 1000

export function createOutbox(clock: Clock): Outbox {
  let mails: SentMail[] = []
  return {
    configured: true,
    // Shown at once: whoever looks has been answered, and so the transaction is over.
    async queue(_transaction, mail) {
      if (!mail) return
      const { to, subject, text } = mail
      const sent = { id: randomUUID(), to, subject, text, sent_at: new Date(clock()).toISOString(), ...readLink(mail) }
      mails = [...mails, sent].slice(-kept)
    },
    wake() {},
    list: (to) => mails.filter((mail) => to === undefined || mail.to.toLowerCase() === to.toLowerCase()),
    clear() {
      mails = []
    },
    async close() {}
  }
}

/** The link in a mail, and what a client has to send of it. */
function readLink({ text }: Mail): Pick<SentMail, 'link' | 'uid' | 'token'> {
  const link = /^https?:\/\/\S+$/m.exec(text)?.[0] ?? null
  const query = link === null ? undefined : new URL(link).searchParams
  return { link, uid: query?.get('uid') ?? null, token: query?.get('token') ?? null }
}
