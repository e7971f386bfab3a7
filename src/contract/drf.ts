import type { components } from '../../generated/api.ts'
import { readAccept } from './accept.ts'
import type { FieldErrors, Problem, ProblemCode } from './problems.ts'

export type DrfError = components['schemas']['DrfError']
type DrfFieldErrors = components['schemas']['DrfFieldErrors']

/** A name with more parts than any body has levels is a client's invention, and stays as it is. */
const mostLevels = 8

interface OwnError {
  /** The problems that the view itself answered; the framework answers the others. */
  readonly codes: readonly ProblemCode[]
  readonly withDetails?: boolean
}

const profileFault: OwnError = { codes: ['internal_error'] }
const unknownUser: OwnError = { codes: ['not_found'] }

/** Operations whose Django views wrote `{"error": …}` by hand, and their clients read it; not under aliases. */
const ownErrors: Readonly<Record<string, OwnError>> = {
  login: { codes: ['invalid_input', 'invalid_credentials'], withDetails: true },
  forgotPassword: { codes: ['invalid_input'] },
  confirmPasswordReset: { codes: ['invalid_input', 'invalid_reset_token'] },
  getProfile: profileFault,
  updateProfile: profileFault,
  getUserProfile: unknownUser,
  updateUserProfile: unknownUser,
  deleteUserProfile: unknownUser
}

/** Operations whose invalid token came in the body, not with the request. */
const bodyTokens: ReadonlySet<string | undefined> = new Set(['refreshToken', 'verifyToken'])

/**
 * The body of a problem as the Django service would have written it (the contract's schema `DrfError`), with our texts:
 * `{"detail"}`, or the wrong fields, nested as in the request; see `ownErrors`.
 * @param operationId undefined where no operation was reached
 */
export function drfBody({ code, message, errors }: Problem, operationId: string | undefined): DrfError {
  const fields = errors && nestFields(errors)
  const own = ownErrors[operationId ?? '']
  if (own?.codes.includes(code)) {
    const error = errors ? sentence(errors) : message
    return own.withDetails ? { error, details: fields ?? { non_field_errors: [message] } } : { error }
  }
  if (fields) return fields
  if (code !== 'invalid_token') return { detail: message }
  // simplejwt's code, by which clients know that they have to refresh; the framework itself writes none.
  const invalid = { detail: message, code: 'token_not_valid' } as const
  if (bodyTokens.has(operationId)) return invalid
  return { ...invalid, messages: [{ token_class: 'AccessToken', token_type: 'access', message }] }
}

/** `{'profile.phone': […]}` -> `{profile: {phone: […]}}`. */
function nestFields(errors: FieldErrors): DrfFieldErrors {
  // Without a prototype, since a client may name a field __proto__.
  const root: DrfFieldErrors = Object.create(null)
  for (const [name, texts] of Object.entries(errors)) {
    const parts = name === 'body' ? ['non_field_errors'] : name.split('.', mostLevels + 1)
    const path = parts.length > mostLevels ? [name] : parts
    const last = path.pop() as string
    let at = root
    for (const part of path) {
      const child = at[part]
      // What is wrong with the object itself stands beside what is wrong in it.
      const nested: DrfFieldErrors = Array.isArray(child)
        ? Object.assign(Object.create(null), { non_field_errors: child })
        : (child ?? Object.create(null))
      at[part] = nested
      at = nested
    }
    const there = at[last]
    if (there && !Array.isArray(there)) there.non_field_errors = texts
    else at[last] = texts
  }
  return root
}

function sentence(errors: FieldErrors): string {
  return Object.entries(errors)
    .map(([name, texts]) => (name === 'body' ? texts.join(' ') : `${name}: ${texts.join(' ')}`))
    .join(' ')
}

/**
 * Whether a client asks for problems by name, at least as much as for plain JSON (RFC 9110, 12.5.1): wildcards, which
 * every browser sends, do not ask for them.
 */
export function prefersProblem(accept: string | undefined): boolean {
  if (accept === undefined) return false
  const weights = readAccept(accept)
  const problem = weights.get('application/problem+json') ?? 0
  const json = weights.get('application/json') ?? weights.get('application/*') ?? weights.get('*/*') ?? 0
  return problem > 0 && problem >= json
}
