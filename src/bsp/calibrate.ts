/**
 * Measures g and l of a transport: supersteps of a program that computes nothing, over a range of
 * h, seen as every run is seen (`RunResult.cost`), and a line fitted to the medians.
 */

import { checkInteger, checkOneOf, checkOptions, checkSignal } from '../check.js'
import { type CostSample, estimateParameters } from '../cost/fit.js'
import { CalibrationError } from '../errors.js'
import { MAX_PROCESSORS } from '../limits.js'
import type { TransportFigures } from '../profile.js'
import { createRandom, type Random } from '../random.js'
import { hostProcessorCount } from '../transport/open.js'
import type { TransportKind } from '../transport/transport.js'
import type computation from './calibration-program.js'
import type { CalibrationInput } from './calibration-program.js'
import { createRuntime } from './coordinator.js'
import type { RunCost } from './cost.js'

/** Options of `calibrateTransport`. */
export interface CalibrateTransportOptions {
  /** What to measure. */
  transport: TransportKind
  /** Processors, p. Default: as many as the host has. */
  processors?: number
  /** Worker threads. Default: as many as the host has processors. */
  workers?: number
  /** Ends it: the promise rejects with `signal.reason`. */
  signal?: AbortSignal
}

/** What was measured. */
export interface TransportCalibration extends TransportFigures {
  transport: TransportKind
  /** What the line was fitted to: for each h, in bytes, the median time in milliseconds. */
  samples: CostSample[]
}

const KIB = 1024
/** Bytes that a processor sends. */
const SIZES = [0, 1, 4, 16, 64, 128, 256, 512, 1024].map((size) => size * KIB)
/**
 * Supersteps of a size in a row, of which the first doesn't count: its packets are as large as
 * those before.
 */
const BLOCK = 4
/** Rounds of a run over all sizes, the first ones not counted: code gets hot, memory is touched. */
const ROUNDS = 28
const WARM_UP_ROUNDS = 4
/** Runs, so that what another program does for a while shifts few of the values. */
const RUNS = 3

const MODULE = new URL('./calibration-program.js', import.meta.url)
const OPTIONS = ['transport', 'processors', 'workers', 'signal']

/**
 * Measures g, the milliseconds for a byte of h, and l, the milliseconds of a superstep that
 * computes and sends nothing. Takes a second or so; what else runs on the machine meanwhile is
 * measured, too.
 *
 * @throws TypeError, RangeError; CalibrationError when the times fit no line; NotSupportedError for
 *   threads without shared memory; `signal.reason` on abort
 * @example
 * ```ts
 * const { g, l, r2 } = await calibrateTransport({ transport: 'inline', processors: 2 })
 * console.log(g > 0, l > 0, r2 > 0) // true true true
 * ```
 */
export async function calibrateTransport(
  options: CalibrateTransportOptions,
): Promise<TransportCalibration> {
  checkOptions('options', options, OPTIONS)
  const { workers } = options
  const transport = checkOneOf('transport', options?.transport, ['inline', 'threads', 'transfer'])
  const processors = checkInteger(
    'processors',
    options.processors ?? hostProcessorCount(),
    1,
    MAX_PROCESSORS,
  )
  const signal = checkSignal(options.signal)
  signal?.throwIfAborted()
  const runtime = createRuntime({ workers })
  try {
    const times = new Map<number, Times>()
    const random = createRandom(processors)
    let used = 1
    for (let run = 0; run < RUNS; run++) {
      const hBytes = scheduleOf(random)
      const input: CalibrationInput = { hBytes }
      const shape = { transport, processors, maxSupersteps: hBytes.length }
      const options = { input, ...shape, ...(signal && { signal }) }
      const result = await runtime.run<typeof computation>(MODULE, options)
      used = result.workers
      collect(times, hBytes, result.cost)
    }
    return fitted(transport, processors, used, mediansOf(times))
  } finally {
    await runtime.dispose()
  }
}

/** Times of one size, and the h that the figures say. */
interface Times {
  hRelation: number
  values: number[]
}

/** Bytes to send, superstep by superstep: every round in an order of its own. */
function scheduleOf(random: Random): number[] {
  const rounds = Array.from({ length: ROUNDS }, () => shuffled(SIZES, random))
  return rounds.flatMap((sizes) => sizes.flatMap((size) => Array(BLOCK).fill(size) as number[]))
}

/** T − w of what counts: the last superstep has no next, with which its time would end. */
function collect(
  times: Map<number, Times>,
  schedule: readonly number[],
  { first, workMs, hBytes, actualMs }: RunCost,
): void {
  const skipped = WARM_UP_ROUNDS * SIZES.length * BLOCK
  for (let superstep = Math.max(first, skipped); superstep < schedule.length - 1; superstep++) {
    if (superstep % BLOCK === 0) continue
    const i = superstep - first
    const own = times.get(schedule[superstep]) ?? { hRelation: hBytes[i], values: [] }
    own.values.push(actualMs[i] - workMs[i])
    times.set(schedule[superstep], own)
  }
}

function mediansOf(times: ReadonlyMap<number, Times>): CostSample[] {
  return [...times.values()]
    .map(({ hRelation, values }) => ({ hRelation, time: medianOf(values) }))
    .sort((a, b) => a.hRelation - b.hRelation)
}

function fitted(
  transport: TransportKind,
  processors: number,
  workers: number,
  samples: CostSample[],
): TransportCalibration {
  const found = estimateParameters(samples, { residuals: 'relative' })
  if (found.kind === 'degenerate') {
    const what = `transport ${transport} with ${processors} processors`
    throw new CalibrationError(`${what}: ${found.message}`)
  }
  const { g, l, r2, residual, count } = found
  return { transport, processors, workers, g, l, r2, residual, count, samples }
}

function medianOf(values: number[]): number {
  values.sort((a, b) => a - b)
  return values[values.length >> 1]
}

/** Fisher and Yates. */
function shuffled(values: readonly number[], random: Random): number[] {
  const mixed = [...values]
  for (let i = mixed.length - 1; i > 0; i--) {
    const j = random.nextBelow(i + 1)
    ;[mixed[i], mixed[j]] = [mixed[j], mixed[i]]
  }
  return mixed
}
