import zxcvbn from '@zxcvbn-ts/language-common'

/** The user's own fields that a password must not be like. */
export interface PasswordOwner {
  readonly username: string
  readonly first_name: string
  readonly last_name: string
  readonly email: string
}

const minLength = 8
const maxSimilarity = 0.7

/** The 20,000 most used passwords of public leaks, as zxcvbn ranks them. */
const commonPasswords = new Set(zxcvbn.dictionary['passwords-common'].slice(0, 20_000).map((word) => String(word).toLowerCase()))

const attributes: Record<keyof PasswordOwner, string> = {
  username: 'username',
  first_name: 'first name',
  last_name: 'last name',
  email: 'email address'
}

/**
 * What is wrong with a new password, all of it; empty when it may be used. The rules are those of Django's four
 * validators (django.contrib.auth.password_validation) with their defaults, in Django's order.
 */
export function passwordFaults(password: string, owner: PasswordOwner): string[] {
  const faults: string[] = []
  const similar = similarAttribute(password, owner)
  if (similar) faults.push(`The password is too similar to the ${attributes[similar]}.`)
  if ([...password].length < minLength) {
    faults.push(`The password is too short. It must have at least ${minLength} characters.`)
  }
  if (commonPasswords.has(password.toLowerCase().trim())) faults.push('The password is too common.')
  if (password !== '' && [...password].every(isDigit)) faults.push('The password is entirely numeric.')
  return faults
}

/** Python's str.isdigit: decimal digits of any script, and superscript, circled and similar single digits. */
function isDigit(character: string): boolean {
  if (/\p{Nd}/u.test(character)) return true
  return /\p{No}/u.test(character) && character.normalize('NFKC').match(/\d/g)?.length === 1
}

/** The first of the owner's fields that `password` is too similar to (UserAttributeSimilarityValidator). */
export function similarAttribute(password: string, owner: PasswordOwner): keyof PasswordOwner | undefined {
  const secret = [...password.toLowerCase()]
  for (const attribute of Object.keys(attributes) as (keyof PasswordOwner)[]) {
    const value = owner[attribute].toLowerCase()
    if (value === '') continue
    for (const part of [...value.split(/[^\p{L}\p{N}_]+/u), value]) {
      const letters = [...part]
      if (isOutOfProportion(secret.length, letters.length)) continue
      if (quickRatio(secret, letters) >= maxSimilarity) return attribute
    }
  }
  return undefined
}

/** A value so short beside the password that it can't be similar (exceeds_maximum_length_ratio). */
function isOutOfProportion(secretLength: number, valueLength: number): boolean {
  return secretLength >= 10 * valueLength && valueLength < (maxSimilarity / 2) * secretLength
}

/** How much two texts have in common as bags of letters, 0 to 1 (Python's difflib.SequenceMatcher.quick_ratio). */
function quickRatio(first: readonly string[], second: readonly string[]): number {
  const length = first.length + second.length
  if (length === 0) return 1
  const available = new Map<string, number>()
  for (const letter of second) available.set(letter, (available.get(letter) ?? 0) + 1)
  let matches = 0
  for (const letter of first) {
    const left = available.get(letter) ?? 0
    if (left > 0) matches += 1
    available.set(letter, left - 1)
  }
  return (2 * matches) / length
}
