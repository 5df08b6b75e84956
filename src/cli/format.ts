/**
 * Numbers and tables as people read them. Files and programs get the full digits instead
 * (see pagerank-output.ts).
 */

/** 5366 → `5,366`. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** `1 vertex`, `5,366 vertices`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`
}

/** Two digits, for values whose order of magnitude counts: `8.9e-11`, `1e-10`, `0.25`, `0`. */
export function formatSmall(value: number): string {
  if (value === 0 || (value >= 0.01 && value < 100)) return String(Number(value.toPrecision(2)))
  return value.toExponential(1).replace('.0e', 'e').replace('e+', 'e')
}

/** At most three significant digits behind the point, none that say nothing: `17.6`, `0.0123`. */
export function formatNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return formatCount(value)
  const magnitude = Math.abs(value)
  if (magnitude >= 1e15 || magnitude < 1e-3) return formatSmall(value)
  if (magnitude >= 1000) return formatCount(Math.round(value))
  return String(Number(value.toPrecision(3)))
}

/** `0 ms`, `0.42 ms`, `12 ms`, `1.23 s`. */
export function formatMs(ms: number): string {
  if (ms < 0.005) return '0 ms'
  if (ms >= 1000) return `${(ms / 1000).toFixed(2)} s`
  return ms >= 10 ? `${ms.toFixed(0)} ms` : `${ms.toFixed(2)} ms`
}

/** `700 B`, `70.5 kB`, `1.2 GB`; powers of 1000. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  while (value >= 999.95 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return unit === 0 ? `${bytes} B` : `${value.toFixed(1)} ${units[unit]}`
}

/**
 * Lines of a table, columns two blanks apart.
 *
 * @param align `l` or `r` for each column
 */
export function alignColumns(rows: readonly (readonly string[])[], align: string): string[] {
  const widths = [...align].map((_, column) =>
    rows.reduce((widest, row) => Math.max(widest, widthOf(row[column] ?? '')), 0),
  )
  return rows.map((row) =>
    widths
      .map((width, column) => {
        const text = row[column] ?? ''
        const blanks = ' '.repeat(width - widthOf(text))
        return align[column] === 'r' ? blanks + text : text + blanks
      })
      .join('  ')
      .trimEnd(),
  )
}

/** Characters, not UTF-16 units; combining and wide ones are not told apart. */
function widthOf(text: string): number {
  return [...text].length
}
