/** Sections as text for a terminal, and as Markdown. */

import { type Machine, machineLines } from './machine.js'
import type { Chapter, Section } from './section.js'
import { formatMarkdown, formatTable } from './table.js'

/** A section of up to 100 columns. */
export function toText({ title, header, rows, notes }: Section): string {
  const table = rows.length > 0 ? [formatTable(header, rows)] : []
  return ['', title, ...table, ...notes].join('\n')
}

/** A report, machine and command first. */
export function toMarkdown(machine: Machine, chapters: readonly Chapter[]): string {
  const head = `${machineLines(machine).join('\n')}\n\nCommand: \`${machine.command}\``
  const parts = chapters.map(
    ({ title, sections }) => `# ${title}\n\n${sections.map(sectionMarkdown).join('\n\n')}`,
  )
  return `${[head, ...parts].join('\n\n')}\n`
}

/** One section, two levels below the page's title. */
export function sectionMarkdown({ title, header, rows, notes }: Section): string {
  const table = rows.length > 0 ? [formatMarkdown(header, rows)] : []
  return [`### ${title}`, ...table, ...notes].join('\n\n')
}
