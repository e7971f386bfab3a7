import type { Finding, ImportReport } from './import.ts'

/** A report as lines for people. @param dryRun whether nothing was to be written */
export function describeReport(
  { tables, problems, notes, changedUsers, pictures, written }: ImportReport,
  dryRun: boolean
): string {
  const done = written ? 'Imported.' : problems.length > 0 ? 'Refused: nothing was written.' : 'Dry run: nothing was written.'
  return [
    `${'table'.padEnd(28)}${'read'.padStart(10)}${'here already'.padStart(14)}`,
    ...tables.map(({ table, read, present }) => `${table.padEnd(28)}${cell(read, 10)}${cell(present, 14)}`),
    ...(changedUsers > 0
      ? [`Users here already that differ from the source by now: ${changedUsers}. They stay as they are.`]
      : []),
    ...notes.flatMap(describeFinding),
    ...problems.flatMap(describeFinding),
    ...(pictures
      ? [
          '',
          `Pictures: ${pictures.profiles}, ${dryRun ? 'would be copied' : 'copied'}: ${pictures.copied}, ` +
            `here already: ${pictures.present}, missing: ${pictures.missing}.`
        ]
      : []),
    '',
    done
  ].join('\n')
}

function cell(count: number | undefined, width: number): string {
  return (count === undefined ? '' : String(count)).padStart(width)
}

function describeFinding({ title, total, lines, remedy }: Finding): string[] {
  const more = total - lines.length
  return [
    '',
    `${title}: ${total}`,
    ...lines.map((line) => `  ${line}`),
    ...(more > 0 ? [`  … and ${more} more`] : []),
    ...(remedy === undefined ? [] : [`  ${remedy}`])
  ]
}
