export interface Mail {
  readonly to: string
  readonly subject: string
  readonly text: string
  /** Seconds after which it is of no use any more. */
  readonly ttl: number
}

export const resetSubject = 'Reset your password'

const day = 24 * 60 * 60

/** @param ttl seconds for which the link works */
export function resetMail(to: string, link: string, ttl: number): Mail {
  const minutes = Math.max(1, Math.round(ttl / 60))
  const text = [
    'Someone, hopefully you, asked to reset the password of your account.',
    '',
    `Set a new password within ${minutes} minutes:`,
    link,
    '',
    'If it was not you, nothing has to be done: your password stays as it is.'
  ]
  return { to, subject: resetSubject, text: text.join('\n'), ttl }
}

/** To the address that an account had before. */
export function emailChangedMail(to: string): Mail {
  const text = [
    'The email of your account was changed, and this address does not belong to it any more.',
    '',
    'If it was not you, tell whoever runs the service.'
  ]
  return { to, subject: 'Your email was changed', text: text.join('\n'), ttl: day }
}

export function confirmationMail(to: string, link: string): Mail {
  const text = [
    'Someone, hopefully you, gave this address as the email of an account.',
    '',
    'Confirm it within a day:',
    link,
    '',
    'If it was not you, nothing has to be done: without the link the address is not used.'
  ]
  return { to, subject: 'Confirm your email', text: text.join('\n'), ttl: day }
}
