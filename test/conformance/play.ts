import { sandboxPassword } from '../../src/sandbox/seed.ts'
import type { Answer } from '../support/contract.ts'
import type { Step, Story } from './corpus.ts'

/** A service can't be asked at all; the message is for whoever named it. */
export class Unreachable extends Error {}

export interface Given extends Answer {
  readonly headers: Readonly<Record<string, string>>
  /** Parsed where it is JSON; the text of other text; undefined for nothing, and for bytes. */
  readonly body: unknown
}

/** Begins with the seed. @returns whether the service is a sandbox */
export async function resetSandbox(base: string): Promise<boolean> {
  const { status } = await send(base, { method: 'POST', path: '/__sandbox/reset/' })
  return status === 204
}

/** Does a story's steps one after another; each answer is handed on before the next one is sent. */
export async function play<S extends Step>(
  base: string,
  { steps }: Story<S>,
  onAnswer: (step: S, answer: Given) => void
): Promise<void> {
  const taken = new Map<string, string>()
  const tokens = new Map<string, string>()

  async function tokenOf(who: string): Promise<string> {
    if (/[.{]/.test(who)) return fill(who, taken)
    const known = tokens.get(who)
    if (known !== undefined) return known
    const { body } = await send(base, {
      method: 'POST',
      path: '/api/auth/token/',
      body: { username: who, password: sandboxPassword }
    })
    const { access = '' } = (body ?? {}) as { access?: string }
    tokens.set(who, access)
    return access
  }

  for (const step of steps) {
    if (step.advance !== undefined) await advance(base, step.advance)
    if (step.mail !== undefined) {
      const { body } = await send(base, { method: 'GET', path: `/__sandbox/outbox/?to=${step.mail}` })
      const mail = (body as { uid: string; token: string }[]).at(-1)
      if (mail) taken.set('uid', mail.uid).set('token', mail.token)
    }
    const as = step.as === undefined ? undefined : await tokenOf(step.as)
    const { method, path, headers, body, form } = JSON.parse(fill(JSON.stringify(step), taken)) as Step
    const answer = await send(base, { method, path, headers, body, form, as })
    for (const [name, where] of Object.entries(step.take ?? {})) taken.set(name, String(valueAt(answer, where)))
    onAnswer(step, answer)
  }
}

/** Moves the clock of a sandbox on, by seconds. */
export async function advance(base: string, seconds: number): Promise<void> {
  await send(base, { method: 'PUT', path: '/__sandbox/clock/', body: { advance_seconds: seconds } })
}

/** Put into JSON, so quotes have to be escaped. */
function fill(text: string, taken: ReadonlyMap<string, string>): string {
  return text.replaceAll(/\{\{(\w+)\}\}/g, (_, name) => JSON.stringify(taken.get(name) ?? '').slice(1, -1))
}

function valueAt({ headers, body }: Given, where: string): unknown {
  if (where.startsWith('header ')) return headers[where.slice('header '.length)]
  return where.split('.').reduce((at, key) => (at as Record<string, unknown> | undefined)?.[key], body)
}

type Sending = Pick<Step, 'method' | 'path'> & { [Key in 'headers' | 'body' | 'form' | 'as']?: Step[Key] | undefined }

async function send(base: string, { method, path, headers, body, form, as }: Sending): Promise<Given> {
  const response = await fetch(base + path, {
    method,
    redirect: 'manual',
    headers: {
      'user-agent': 'conformance',
      ...(as !== undefined && { authorization: `Bearer ${as}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(form && { body: formOf(form) })
  }).catch((error: Error) => {
    throw new Unreachable(`${base} can't be reached: ${(error.cause as Error | undefined)?.message ?? error.message}`)
  })
  const text = await response.text()
  const type = response.headers.get('content-type') ?? ''
  const json = /[/+]json\b/.test(type)
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    text,
    body: text === '' ? undefined : json ? JSON.parse(text) : text
  }
}

function formOf({ fields, file }: NonNullable<Step['form']>): FormData {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.set(name, value)
  if (file) form.set(file.name, new Blob([Buffer.from(file.base64, 'base64')]), 'picture.png')
  return form
}
