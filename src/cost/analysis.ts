/** What measured times say: how good a prediction was, and how well processors are used. */

import { checkInteger, checkNumber } from '../check.js'
import { MAX_PREDICTED_PROCESSORS } from '../limits.js'
import { checkGiven, checkList, checkPositive } from './params.js'

/** A prediction beside what was measured. */
export interface PerformanceAnalysis {
  actual: number
  predicted: number
  /** How far apart they are, in their unit. */
  error: number
  /**
   * As a percentage of the prediction; with one of 0, 0 when the actual time is 0 too, Infinity
   * otherwise.
   */
  errorPercent: number
  /** Less than 20 %. */
  accurate: boolean
}

/** Predictions that are this far off, in percent, are not accurate. */
export const ACCURATE_BELOW_PERCENT = 20

/**
 * Compares a measured time with the predicted one.
 *
 * @param actual 0 or more
 * @param predicted 0 or more, in the same unit
 * @throws TypeError, RangeError
 * @example
 * ```ts
 * const { errorPercent, accurate } = analyzePerformance(110, 100)
 * console.log(errorPercent, accurate) // 10 true
 * ```
 */
export function analyzePerformance(actual: number, predicted: number): PerformanceAnalysis {
  checkNumber('actual', actual, { low: 0 })
  checkNumber('predicted', predicted, { low: 0 })
  const error = Math.abs(actual - predicted)
  const errorPercent = errorPercentOf(actual, predicted)
  return { actual, predicted, error, errorPercent, accurate: errorPercent < ACCURATE_BELOW_PERCENT }
}

/** Distance in percent of the prediction, of checked arguments. */
export function errorPercentOf(actual: number, predicted: number): number {
  return actual === predicted ? 0 : (Math.abs(actual - predicted) / predicted) * 100
}

/**
 * Efficiency: the speed-up, sequential over parallel time, for each processor.
 *
 * @returns 1 where p processors take a p-th of the time
 * @throws TypeError, RangeError: times must be above 0
 * @example
 * ```ts
 * const value = efficiency({ sequential: 1000, parallel: 300, processors: 4 })
 * console.log(value.toFixed(2)) // 0.83
 * ```
 */
export function efficiency(times: {
  /** Time on one processor. */
  sequential: number
  /** Time on all of them, in the same unit. */
  parallel: number
  processors: number
}): number {
  checkGiven('options', times, ['sequential', 'parallel', 'processors'])
  checkInteger('processors', times.processors, 1, MAX_PREDICTED_PROCESSORS)
  const sequential = checkPositive('sequential', times.sequential)
  return sequential / checkPositive('parallel', times.parallel) / times.processors
}

/** A speed-up that was measured. */
export interface SpeedupPoint {
  processors: number
  /** Sequential over parallel time, above 0. */
  speedup: number
}

/**
 * How well speed-up follows the number of processors: between neighbours by p, the gain over what p
 * promises, and the mean of these. 1 is linear, below it falls behind.
 *
 * @param points in any order
 * @returns undefined for fewer than two points
 * @throws TypeError, RangeError: for two points of the same p, too
 * @example
 * ```ts
 * const points = [
 *   { processors: 1, speedup: 1 },
 *   { processors: 2, speedup: 1.8 },
 *   { processors: 4, speedup: 2.88 },
 * ]
 * console.log(scalability(points)?.toFixed(2)) // 0.85
 * ```
 */
export function scalability(points: readonly SpeedupPoint[]): number | undefined {
  const sorted = checkList('points', points)
    .map(({ processors, speedup }, i) => ({
      processors: checkInteger(`points[${i}].processors`, processors, 1, MAX_PREDICTED_PROCESSORS),
      speedup: checkPositive(`points[${i}].speedup`, speedup),
    }))
    .sort((a, b) => a.processors - b.processors)
  let sum = 0
  for (let i = 1; i < sorted.length; i++) {
    const [before, after] = [sorted[i - 1], sorted[i]]
    if (before.processors === after.processors) {
      throw new RangeError(`"points" has two points of ${after.processors} processors: give one`)
    }
    sum += after.speedup / before.speedup / (after.processors / before.processors)
  }
  return sorted.length < 2 ? undefined : sum / (sorted.length - 1)
}
