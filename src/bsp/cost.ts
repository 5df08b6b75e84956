/**
 * What the supersteps of a run took, beside what the cost model says of them: put together from the
 * figures of all processors that a run leaves (handle.ts). Measures nothing itself.
 */

import { errorPercentOf } from '../cost/analysis.js'
import type { CurrentProfile } from '../cost/current.js'
import { timeOf } from '../cost/params.js'
import { type ProfiledParams, paramsFrom } from '../cost/profile.js'
import { SHIPPED_PROFILE, SHIPPED_SOURCE } from '../cost/shipped.js'
import { ranksOf } from '../transport/members.js'
import { KEPT_SUPERSTEPS, type Transport, type TransportKind } from '../transport/transport.js'
import { FIGURE } from './figures.js'

/** Sums over the supersteps of a `RunCost`, in milliseconds. */
export interface RunCostTotal {
  /** Computing of the slowest worker: w. */
  workMs: number
  /** Sending of the worker that sent longest, as far as it adds to `workMs`. */
  communicateMs: number
  /** The rest: waiting for the last processor, the barrier, delivery. */
  barrierMs: number
  actualMs: number
  predictedMs: number
  /** Distance of both, in percent of the prediction; Infinity for a prediction of 0. */
  errorPercent: number
}

/**
 * What supersteps took, and what the cost model says of them. Columns have a value for each of the
 * last 1,024 supersteps at most, in order.
 */
export interface RunCost {
  /** g and l, for the transport and the number of processors of the run. */
  params: ProfiledParams
  /** The profile that they are from, in words. */
  source: string
  /** Number of the superstep of the first value. */
  first: number
  /** Supersteps before it that aren't kept. */
  omitted: number
  /**
   * w: milliseconds that the slowest worker computed; of processors that share it, all. What
   * `converged` takes is not in it.
   */
  workMs: Float64Array
  /**
   * h: the most bytes that a processor sent in the superstep, or received of it in the next; of the
   * last superstep, sent.
   */
  hBytes: Float64Array
  /** w + h·g + l, in milliseconds. */
  predictedMs: Float64Array
  /**
   * Milliseconds from the first start of the superstep to the first start of the next; of the last
   * superstep, and of one after which a restart came, to the last arrival at its barrier.
   */
  actualMs: Float64Array
  total: RunCostTotal
  /** Median over the supersteps of the error in percent of the prediction; 0 without any. */
  medianErrorPercent: number
}

/** Where figures of a superstep may be. */
type FigureSource = Pick<Transport, 'figures'>

/** A run that has ended. */
export interface EndedRun {
  /** Where to look for figures, the newest first. */
  sources: readonly FigureSource[]
  transport: TransportKind
  processors: number
  workers: number
  /** Supersteps finished, and the number of the first that this process ran. */
  supersteps: number
  first: number
  profile: CurrentProfile
}

/**
 * Keeps the figures of a run, and puts its cost together when somebody asks for it: short runs are
 * not to become longer by that. What is kept is let go then.
 */
export function costReader(run: EndedRun): () => RunCost {
  let kept = keptFigures(run)
  let cost: RunCost | undefined
  return () => {
    cost ??= costOf(run, kept)
    kept = []
    return cost
  }
}

/** @param kept of the last supersteps, the last first */
function costOf(run: EndedRun, kept: readonly Figures[]): RunCost {
  const { params, source } = paramsOf(run)
  const rows = rowsOf(run, kept)
  const { length } = rows
  const first = run.supersteps - length
  const [workMs, hBytes, predictedMs, actualMs] = Array.from(
    { length: 4 },
    () => new Float64Array(length),
  )
  const errors = new Float64Array(length)
  const total = { workMs: 0, communicateMs: 0, barrierMs: 0, actualMs: 0, predictedMs: 0 }
  for (let i = 0; i < length; i++) {
    const row = rows[length - 1 - i]
    const predicted = timeOf({ work: row.workMs, hRelation: row.hBytes }, params)
    workMs[i] = row.workMs
    hBytes[i] = row.hBytes
    predictedMs[i] = predicted
    actualMs[i] = row.actualMs
    errors[i] = errorPercentOf(row.actualMs, predicted)
    total.workMs += row.workMs
    total.communicateMs += row.communicateMs
    total.actualMs += row.actualMs
    total.predictedMs += predicted
  }
  total.barrierMs = total.actualMs - total.workMs - total.communicateMs
  return {
    ...{ params, source, first, omitted: first - run.first },
    ...{ workMs, hBytes, predictedMs, actualMs },
    total: { ...total, errorPercent: errorPercentOf(total.actualMs, total.predictedMs) },
    medianErrorPercent: median(errors),
  }
}

function paramsOf({ profile: { profile, source }, transport, processors }: EndedRun) {
  const params = paramsFrom(profile, transport, processors)
  if (params !== undefined) return { params, source }
  const shipped = paramsFrom(SHIPPED_PROFILE, transport, processors) as ProfiledParams
  return { params: shipped, source: `${SHIPPED_SOURCE} (${source} has nothing of ${transport})` }
}

interface Row {
  workMs: number
  communicateMs: number
  hBytes: number
  actualMs: number
}

/** A superstep's figures by rank. */
interface Figures {
  source: FigureSource
  ranks: readonly Float64Array[]
  firstStartMs: number
}

function rowsOf({ workers, processors }: EndedRun, kept: readonly Figures[]): Row[] {
  const members = Array.from({ length: workers }, (_, i) => ranksOf(i, workers, processors))
  return kept.map((figures, i) => rowOf(figures, kept[i - 1], members))
}

/** Of the last supersteps, the last first. */
function keptFigures(run: EndedRun): Figures[] {
  const { supersteps } = run
  const least = Math.max(run.first, supersteps - KEPT_SUPERSTEPS)
  const kept: Figures[] = []
  for (let superstep = supersteps - 1; superstep >= least; superstep--) {
    const figures = figuresOf(run, superstep)
    if (figures === undefined) break
    kept.push(figures)
  }
  return kept
}

function figuresOf({ sources, processors }: EndedRun, superstep: number): Figures | undefined {
  for (const source of sources) {
    const ranks: Float64Array[] = []
    let firstStartMs = Number.POSITIVE_INFINITY
    for (let rank = 0; rank < processors; rank++) {
      const figures = source.figures(superstep, rank)
      if (figures === undefined || figures[FIGURE.marker] !== superstep + 1) break
      ranks.push(figures)
      firstStartMs = Math.min(firstStartMs, figures[FIGURE.startMs])
    }
    if (ranks.length === processors) return { source, ranks, firstStartMs }
  }
  return undefined
}

function rowOf(
  { source, ranks, firstStartMs }: Figures,
  next: Figures | undefined,
  members: readonly (readonly number[])[],
): Row {
  let hBytes = 0
  let lastMs = 0
  for (const [rank, figures] of ranks.entries()) {
    const received = next?.ranks[rank][FIGURE.receivedBytes] ?? 0
    hBytes = Math.max(hBytes, figures[FIGURE.sentBytes], received)
    lastMs = Math.max(lastMs, figures[FIGURE.endMs])
  }
  const isFollowed = next !== undefined && next.source === source
  const actualMs = (isFollowed ? next.firstStartMs : lastMs) - firstStartMs
  let workMs = 0
  let sendMs = 0
  for (const hosted of members) {
    workMs = Math.max(workMs, computingMs(ranks, hosted))
    sendMs = Math.max(
      sendMs,
      hosted.reduce((total, rank) => total + ranks[rank][FIGURE.communicateMs], 0),
    )
  }
  const communicateMs = Math.max(0, Math.min(sendMs, actualMs - workMs))
  return { workMs, communicateMs, hBytes, actualMs }
}

/**
 * How long a worker computed: its processors begin in order of rank, one after the other; those
 * that wait for promises compute side by side, which counts once.
 */
function computingMs(ranks: readonly Float64Array[], hosted: readonly number[]): number {
  let total = 0
  let untilMs = 0
  for (const rank of hosted) {
    const startMs = ranks[rank][FIGURE.startMs]
    const endMs = startMs + ranks[rank][FIGURE.computeMs]
    total += Math.max(0, endMs - Math.max(startMs, untilMs))
    untilMs = Math.max(untilMs, endMs)
  }
  return total
}

/** Sorts the values. */
function median(values: Float64Array): number {
  const { length } = values
  if (length === 0) return 0
  values.sort()
  const middle = length >> 1
  return length % 2 === 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2
}
