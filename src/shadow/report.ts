import type { Difference } from './compare.ts'
import type { Read } from './har.ts'
import type { Comparison } from './shadow.ts'

/** How much of a value is shown, in characters. */
const shown = 80
const secretName = /password|token|secret|reset_link|^(access|refresh|uid)$/i
const jsonWebToken = /\beyJ[\w-]+\.[\w-]+\.[\w-]*/g
const hidden = '(hidden)'

/** What came out, for people: a table of the reads, the differences, and why the others are meant to be. */
export function writeReport(comparisons: readonly Comparison[]): string {
  const rows = comparisons.map((comparison) => [
    requestName(comparison.read),
    String(comparison.statuses.old ?? '–'),
    String(comparison.statuses.new ?? '–'),
    result(comparison)
  ])
  const different = comparisons.filter(({ unintended }) => unintended.length > 0)
  const intended = comparisons.filter((comparison) => comparison.intended.length > 0 && !different.includes(comparison))
  const equal = comparisons.length - different.length - intended.length
  return [
    ...table([['request', 'old', 'new', 'result'], ...rows]),
    '',
    `${comparisons.length} requests: ${equal} equal, ${intended.length} with intended differences, ${different.length} different.`,
    ...section('Different:', different.flatMap(describe)),
    ...section('Intended:', reasons(comparisons)),
    ''
  ].join('\n')
}

function result({ intended, unintended }: Comparison): string {
  if (unintended.length > 0) return `different (${unintended.length})`
  return intended.length > 0 ? `intended (${intended.length})` : 'equal'
}

/** Columns as wide as what stands in them. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()
  )
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)]
}

/** At most this many differences of one read: a list of a thousand users has one cause for all. */
const mostShown = 10

function describe({ read, unintended }: Comparison): string[] {
  const lines = unintended.slice(0, mostShown).map((difference) => {
    const { at, kind } = difference
    return `  ${at} ${kind}: ${showValue(difference, 'old')} -> ${showValue(difference, 'new')}`
  })
  const rest = unintended.length - lines.length
  return [requestName(read), ...lines, ...(rest > 0 ? [`  and ${rest} more`] : [])]
}

function reasons(comparisons: readonly Comparison[]): string[] {
  const counts = new Map<string, number>()
  for (const { reason } of comparisons.flatMap(({ intended }) => intended)) counts.set(reason, (counts.get(reason) ?? 0) + 1)
  return [...counts].map(([reason, count]) => `${String(count).padStart(5)}  ${reason}`)
}

/** Control characters come out escaped, too: what a service answers must not write on a terminal. */
function showValue(difference: Difference, side: 'old' | 'new'): string {
  const value = difference[side]
  if (value === undefined) return '(nothing)'
  if (secretName.test(lastName(difference.at))) return hidden
  const text = JSON.stringify(value, (name, inner) => (secretName.test(name) ? hidden : inner)).replaceAll(jsonWebToken, hidden)
  return text.length > shown ? `${text.slice(0, shown)}…` : text
}

function lastName(at: string): string {
  return /(\w+)(?:\[[^\]]*\])*$/.exec(at)?.[1] ?? ''
}

function requestName({ path, anonymous }: Read): string {
  const [pathname = '', query] = path.split('?')
  const parameters = query?.split('&').map((parameter) => {
    const [name = '', value] = parameter.split('=')
    return secretName.test(name) && value !== undefined ? `${name}=${hidden}` : parameter
  })
  return `GET ${pathname}${parameters ? `?${parameters.join('&')}` : ''}${anonymous ? ' without a token' : ''}`
}
