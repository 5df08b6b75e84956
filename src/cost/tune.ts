/** How many processors to take. */

import { checkInteger, checkNumber } from '../check.js'
import { MAX_PREDICTED_PROCESSORS } from '../limits.js'
import { type CostParams, checkGiven, checkList, checkParams, timeOf } from './params.js'

/** What is to be done, and with what. */
export interface TuneRequest {
  /**
   * Work of all processors together in a superstep: a time on one of them, or operations where the
   * candidates have a `rate`. It is taken to divide evenly.
   */
  work: number
  /** h of a superstep: for every number of processors the same, or as a function of it. */
  hRelation: number | ((processors: number) => number)
  /** Default 1. */
  supersteps?: number
  /** Parameters for each number of processors to choose from: see `costParams`. */
  candidates: readonly CostParams[]
  /**
   * Processors with which memory ran out: no more than half as many are suggested, at least 1,
   * since each holds a state and packets of its own.
   */
  outOfMemoryAt?: number
}

/** A number of processors with what it promises. */
export interface TunedCandidate {
  processors: number
  /** Time of the whole run, in the unit of the candidates. */
  time: number
  /** Over the time of the work alone on one processor, which sends nothing and meets no barrier. */
  speedup: number
  efficiency: number
}

/** A suggestion. */
export interface TuneResult extends TunedCandidate {
  /** All that could be chosen, ascending by processors. */
  candidates: TunedCandidate[]
  /** Why, in words. */
  reason: string
}

const OPTIONS = ['work', 'hRelation', 'supersteps', 'candidates', 'outOfMemoryAt']

/**
 * Suggests the number of processors whose run the model says is over first; of equals, the fewest.
 *
 * Work is divided by the processors that compute at once (`workers` of the candidate, at most p).
 *
 * @throws TypeError; RangeError, also when no candidate is left
 * @example
 * ```ts
 * const candidates = [1, 2, 4].map((processors) => ({ processors, g: 1e-6, l: 0.01 * processors }))
 * const { processors, reason } = tune({ work: 8, hRelation: 1e5, candidates })
 * console.log(processors) // 4
 * console.log(reason) // 4 processors are over first: 2.14 against 4.12 with 2
 * ```
 */
export function tune(request: TuneRequest): TuneResult {
  checkGiven('options', request, OPTIONS)
  const { hRelation, supersteps = 1, outOfMemoryAt } = request
  const work = checkNumber('work', request.work, { low: 0 })
  checkInteger('supersteps', supersteps, 0, Number.MAX_SAFE_INTEGER)
  if (outOfMemoryAt !== undefined) {
    checkInteger('outOfMemoryAt', outOfMemoryAt, 1, MAX_PREDICTED_PROCESSORS)
  }
  // A half may be a fraction, and half of one none.
  const most = outOfMemoryAt && Math.max(1, Math.floor(outOfMemoryAt / 2))
  const candidates = checkList('candidates', request.candidates)
    .map((params, i) => checkParams(`candidates[${i}]`, params))
    .filter(({ processors }) => most === undefined || processors <= most)
    .map((params) => {
      const h = typeof hRelation === 'function' ? hRelation(params.processors) : hRelation
      checkNumber('hRelation', h, { low: 0 })
      return promiseOf(params, work, h, supersteps)
    })
    .sort((a, b) => a.processors - b.processors)
  if (candidates.length === 0) {
    const limit = most === undefined ? '' : ` of at most ${most} processors`
    throw new RangeError(`"candidates" has none${limit}`)
  }
  const ranked = [...candidates].sort((a, b) => a.time - b.time || a.processors - b.processors)
  return { ...ranked[0], candidates, reason: reasonOf(ranked, most) }
}

function promiseOf(
  params: CostParams,
  work: number,
  hRelation: number,
  supersteps: number,
): TunedCandidate {
  const { processors, workers = processors, rate = 1 } = params
  const share = work / Math.min(processors, workers)
  const time = supersteps * timeOf({ work: share, hRelation }, params)
  const alone = (supersteps * work) / rate
  const speedup = time === 0 ? 1 : alone / time
  return { processors, time, speedup, efficiency: speedup / processors }
}

function reasonOf([best, second]: readonly TunedCandidate[], most: number | undefined): string {
  const memory = most === undefined ? '' : `; more than ${most} ran out of memory, or may`
  const digits = (time: number) => String(Number(time.toPrecision(3)))
  const count = ({ processors }: TunedCandidate) =>
    processors === 1 ? '1 processor is' : `${processors} processors are`
  if (second === undefined) return `${count(best)} all there is to choose from${memory}`
  return (
    `${count(best)} over first: ${digits(best.time)} against ${digits(second.time)} ` +
    `with ${second.processors}${memory}`
  )
}
