/**
 * The progress bar on stderr: one line, redrawn at most ten times a second, gone at the end. Silent
 * unless stderr is a terminal. What is drawn is made by `progressLine`, a pure function.
 */

import { monotonicMs } from '../time/system.js'
import { formatBytes, formatCount, formatSmall } from './format.js'

/** What a command is doing. */
export type Progress =
  | { phase: 'reading'; bytes: number; totalBytes?: number; edges?: number }
  | { phase: 'writing'; bytes: number; fraction: number }
  | { phase: 'calibrating'; what: string; fraction: number }
  | { phase: 'ranking'; iteration: number; residual: number; fraction: number }

/** Shows progress, or nothing. */
export interface ProgressBar {
  show(progress: Progress): void
  /** Takes the line away. */
  clear(): void
}

const REDRAW_MS = 100
/** Short runs draw nothing: a line that flashes by helps nobody. */
const FIRST_DRAW_MS = 200
const BAR_WIDTH = 24
const ERASE_LINE = '\r\u001b[2K'

/** What the bar needs of `process.stderr`. */
interface Terminal {
  readonly isTTY?: boolean
  /** Some pseudo-terminals say 0. */
  readonly columns?: number
  write(text: string): unknown
}

export function openProgress(
  terminal: Terminal = process.stderr,
  nowMs: () => number = monotonicMs,
): ProgressBar {
  if (terminal.isTTY !== true) return { show() {}, clear() {} }
  let nextMs = nowMs() + FIRST_DRAW_MS
  let visible = false
  return {
    show(progress) {
      const now = nowMs()
      if (now < nextMs) return
      nextMs = now + REDRAW_MS
      visible = true
      terminal.write(ERASE_LINE + progressLine(progress, terminal.columns || 80))
    },
    clear() {
      if (visible) terminal.write(ERASE_LINE)
      visible = false
    },
  }
}

/** One line that is shorter than the terminal is wide: a full one would wrap. */
export function progressLine(progress: Progress, columns: number): string {
  const line = `${progress.phase} ${bar(fractionOf(progress))} ${detailsOf(progress)}`
  return line.slice(0, Math.max(0, columns - 1))
}

function fractionOf(progress: Progress): number | undefined {
  if (progress.phase !== 'reading') return progress.fraction
  const { bytes, totalBytes } = progress
  return totalBytes === undefined || totalBytes === 0 ? undefined : bytes / totalBytes
}

function bar(fraction: number | undefined): string {
  if (fraction === undefined) return '...'
  const bounded = Math.min(1, Math.max(0, fraction))
  const filled = Math.round(bounded * BAR_WIDTH)
  const percent = `${Math.floor(bounded * 100)}%`.padStart(4)
  return `[${'#'.repeat(filled)}${'-'.repeat(BAR_WIDTH - filled)}]${percent}`
}

function detailsOf(progress: Progress): string {
  if (progress.phase === 'reading') {
    const { bytes, edges } = progress
    return formatBytes(bytes) + (edges === undefined ? '' : `, ${formatCount(edges)} edges`)
  }
  if (progress.phase === 'writing') return formatBytes(progress.bytes)
  if (progress.phase === 'calibrating') return progress.what
  return `iteration ${progress.iteration}, residual ${formatSmall(progress.residual)}`
}
