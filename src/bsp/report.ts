/**
 * A superstep as the coordinator sees it: put together from the figures of all processors, when
 * somebody asks. The last 1,024 supersteps can be asked for.
 */

import { FIGURES, KEPT_SUPERSTEPS, type Transport } from '../transport/transport.js'
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
  /** When the first processor began, counted from 1970 on the host's monotonic clock. */
  startMs: number
  /** From then to the arrival of the last processor at the barrier. */
  elapsedMs: number
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

/** Filled anew for every rank: reports are made many thousand times a second. */
const scratch = new Float64Array(FIGURES)

/** The report of a superstep; undefined if it is not over yet, or no longer kept. */
export function readReport(
  transport: Pick<Transport, 'figures'>,
  superstep: number,
  processors: number,
  names: readonly string[],
): SuperstepReport | undefined {
  const report: SuperstepReport = {
    superstep,
    round: 0,
    name: '',
    startMs: Number.POSITIVE_INFINITY,
    elapsedMs: 0,
    computeMs: 0,
    communicateMs: 0,
    waitMs: 0,
    messages: 0,
    bytes: 0,
    hBytes: 0,
    votes: 0,
    processors: [],
    dropped: 0,
  }
  let endMs = 0
  for (let rank = 0; rank < processors; rank++) {
    const figures = transport.figures(superstep, rank, scratch)
    if (figures === undefined || figures[FIGURE.marker] !== superstep + 1) return undefined
    endMs = Math.max(endMs, figures[FIGURE.endMs])
    report.round = figures[FIGURE.round]
    report.name = names[figures[FIGURE.index]]
    addProcessor(report, processorReport(rank, figures))
  }
  for (const processor of report.processors) {
    // Until here it was when it arrived.
    processor.waitMs = endMs - processor.waitMs
    report.waitMs = Math.max(report.waitMs, processor.waitMs)
  }
  report.elapsedMs = endMs - report.startMs
  return report
}

function addProcessor(report: SuperstepReport, processor: ProcessorReport): void {
  const { sentBytes, receivedBytes } = processor
  report.processors.push(processor)
  report.startMs = Math.min(report.startMs, processor.startMs)
  report.computeMs = Math.max(report.computeMs, processor.computeMs)
  report.communicateMs = Math.max(report.communicateMs, processor.communicateMs)
  report.messages += processor.sentMessages
  report.bytes += sentBytes
  report.hBytes = Math.max(report.hBytes, sentBytes, receivedBytes)
  if (processor.vote) report.votes++
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
    waitMs: figures[FIGURE.endMs],
    sentMessages: figures[FIGURE.sentMessages],
    sentBytes: figures[FIGURE.sentBytes],
    receivedMessages: figures[FIGURE.receivedMessages],
    receivedBytes: figures[FIGURE.receivedBytes],
    vote: figures[FIGURE.vote] === 1,
  }
}
