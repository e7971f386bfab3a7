/** What a check found. */
export interface Finding {
  readonly check: string
  /** `skipped` could not be asked, since something before it failed, or does not apply. */
  readonly status: 'ok' | 'warning' | 'failed' | 'skipped'
  readonly detail: string
  /** What to do about it. */
  readonly advice?: string
}

/** Makes the findings of a check. */
export function findingsOf(check: string) {
  const made =
    (status: Finding['status']) =>
    (detail: string, advice?: string): Finding => ({
      check,
      status,
      detail,
      ...(advice !== undefined && { advice })
    })
  return { ok: made('ok'), warning: made('warning'), failed: made('failed'), skipped: made('skipped') }
}

/** An address for people, without the credentials and parameters that it may hold. */
export function bareAddress(url: string): string {
  if (!URL.canParse(url)) return 'an address that is none'
  const { protocol, host, pathname } = new URL(url)
  return `${protocol}//${host}${pathname === '/' ? '' : pathname}`
}

/** What went wrong, in a line. */
export function reason(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reason).join('; ')
  const { message, code } = error as { message?: string; code?: unknown }
  const [line = ''] = (message ?? '').split('\n')
  return line !== '' ? line : String(code ?? error)
}
