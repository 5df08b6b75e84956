/** Tables on a terminal, and figures in them. */

import Table from 'cli-table3'

/** A table without colours and frames: output may go to a file, terminals may be narrow. */
export function createTable(head: string[], alignments: string): Table.Table {
  const colAligns = [...alignments].map((letter) => (letter === 'r' ? 'right' : 'left'))
  const edges = ['top', 'bottom', 'left', 'right'].flatMap((side) =>
    [side, `${side}-mid`, `${side}-left`, `${side}-right`].map((name) => [name, '']),
  )
  const chars = { ...Object.fromEntries(edges), middle: '  ', 'mid-mid': '  ' }
  const style = { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 0 }
  return new Table({ head, colAligns, chars, style })
}

/** A speed-up. */
export function formatRatio(ratio: number): string {
  return ratio < 0.1 ? ratio.toPrecision(1) : ratio.toFixed(1)
}

/** Milliseconds, without the unit. */
export function formatMs(ms: number): string {
  return ms < 100 ? ms.toFixed(2) : ms.toFixed(0)
}
