/**
 * A superstep as the coordinator sees it: put together from the figures of all processors, when
 * somebody asks. The last 1,024 supersteps can be asked for.
 */

import { KEPT_SUPERSTEPS, type Transport } from '../transport/transport.js'
import { FIGURE } from './figures.js'

/** What one processor did in a superstep. Times in milliseconds. */
export interface ProcessorReport {
  rank: number
  /** Start of `compute`, counted from 1970 on the host's monotonic clock. */
  startMs: number
  computeMs: number
  communicateMs: number
  /** From its arrival at the barrier to the arrival of the last. */
  waitMs: number
  sentMessages: number
  sentBytes: number
  receivedMessages: number
  receivedBytes: number
  /** Whether it voted to stop; true in supersteps without a vote. */
  vote: boolean
}

/** One superstep. */
export interface SuperstepReport {
  /** Number in the run, from 0. */
  superstep: number
  /** Pass over the computation's supersteps, from 0. */
  round: number
  name: string
  /** Of the slowest processor: w of the BSP cost model. */
  computeMs: number
  communicateMs: number
  /** Of the processor that waited longest. */
  waitMs: number
  /** All messages and bytes that were sent. */
  messages: number
  bytes: number
  /** Most bytes that a processor sent or received: the superstep sends, the next one receives. */
  hBytes: number
  /** Processors that voted to stop, of all. */
  votes: number
  processors: ProcessorReport[]
  /** Reports before this one that this iteration has missed. */
  dropped: number
}

/** The report of a superstep; undefined if it is not over yet, or no longer kept. */
export function readReport(
  transport: Pick<Transport, 'figures'>,
  superstep: number,
  processors: number,
  names: readonly string[],
): SuperstepReport | undefined {
  const reports: ProcessorReport[] = []
  let lastMs = 0
  let place: Float64Array | undefined
  const ends: number[] = []
  for (let rank = 0; rank < processors; rank++) {
    const figures = transport.figures(superstep, rank)
    if (figures === undefined || figures[FIGURE.marker] !== superstep + 1) return undefined
    place ??= figures
    ends.push(figures[FIGURE.endMs])
    lastMs = Math.max(lastMs, figures[FIGURE.endMs])
    reports.push(processorReport(rank, figures))
  }
  for (const [rank, report] of reports.entries()) report.waitMs = lastMs - ends[rank]
  const most = (of: (report: ProcessorReport) => number) => Math.max(...reports.map(of))
  const sum = (of: (report: ProcessorReport) => number) =>
    reports.reduce((total, report) => total + of(report), 0)
  return {
    superstep,
    round: place?.[FIGURE.round] ?? 0,
    name: names[place?.[FIGURE.index] ?? 0],
    computeMs: most((report) => report.computeMs),
    communicateMs: most((report) => report.communicateMs),
    waitMs: most((report) => report.waitMs),
    messages: sum((report) => report.sentMessages),
    bytes: sum((report) => report.sentBytes),
    hBytes: most((report) => Math.max(report.sentBytes, report.receivedBytes)),
    votes: sum((report) => (report.vote ? 1 : 0)),
    processors: reports,
    dropped: 0,
  }
}

/** Figures of supersteps whose transport a restart has replaced. */
export class PastFigures {
  #figures = new Map<number, Float64Array[]>()

  figures(superstep: number, rank: number): Float64Array | undefined {
    return this.#figures.get(superstep)?.[rank]
  }

  /** Keeps what `transport` still has of supersteps before `end`, which won't come again. */
  keep(transport: Transport, end: number, processors: number): void {
    const first = Math.max(0, end - KEPT_SUPERSTEPS)
    const kept = [...this.#figures].filter(([superstep]) => superstep >= first && superstep < end)
    this.#figures = new Map(kept)
    for (let superstep = first; superstep < end; superstep++) {
      const own: Float64Array[] = []
      for (let rank = 0; rank < processors; rank++) {
        const figures = transport.figures(superstep, rank)
        if (figures !== undefined) own.push(figures)
      }
      if (own.length === processors && own[0][FIGURE.marker] === superstep + 1) {
        this.#figures.set(superstep, own)
      }
    }
  }
}

function processorReport(rank: number, figures: Float64Array): ProcessorReport {
  return {
    rank,
    startMs: figures[FIGURE.startMs],
    computeMs: figures[FIGURE.computeMs],
    communicateMs: figures[FIGURE.communicateMs],
    waitMs: 0,
    sentMessages: figures[FIGURE.sentMessages],
    sentBytes: figures[FIGURE.sentBytes],
    receivedMessages: figures[FIGURE.receivedMessages],
    receivedBytes: figures[FIGURE.receivedBytes],
    vote: figures[FIGURE.vote] === 1,
  }
}
