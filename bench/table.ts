/** Plain text tables for a terminal of 100 columns, and the numbers in them. */

/** First column to the left, the others to the right; a line under the header. */
export function formatTable(header: readonly string[], rows: readonly string[][]): string {
  const widths = header.map((cell, column) =>
    Math.max(...[cell, ...rows.map((row) => row[column] ?? '')].map((text) => [...text].length)),
  )
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]),
      )
      .join('  ')
      .trimEnd()
  const rule = widths.map((width) => '─'.repeat(width)).join('  ')
  return [line(header), rule, ...rows.map(line)].join('\n')
}

/** The same as Markdown. */
export function formatMarkdown(header: readonly string[], rows: readonly string[][]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const rule = header.map((_, column) => (column === 0 ? '---' : '---:'))
  return [line(header), line(rule), ...rows.map(line)].join('\n')
}

/** Three significant digits, thousands without an exponent; a dash for what was not measured. */
export function formatNumber(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return '–'
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US')
  return value.toPrecision(3)
}

/** A count in few characters: `2^20` where it is a power of two of four digits or more. */
export function formatCount(count: number): string {
  const log = Math.log2(count)
  return count >= 1000 && Number.isInteger(log) ? `2^${log}` : count.toLocaleString('en-US')
}

/** `12.3×`. */
export function formatRatio(value: number | undefined): string {
  return value === undefined || !Number.isFinite(value) ? '–' : `${formatNumber(value)}×`
}

/** `±4 %`. */
export function formatSpread(part: number): string {
  return Number.isFinite(part) ? `±${(100 * part).toFixed(part < 0.1 ? 1 : 0)} %` : '–'
}

/** `1.2e-13`. */
export function formatTiny(value: number): string {
  if (!Number.isFinite(value)) return '–'
  return value === 0 ? '0' : value.toExponential(1)
}
