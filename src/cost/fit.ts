/** g and l from measurements: least squares of T − w on h. */

import { checkInteger, checkOneOf, checkOptions } from '../check.js'
import { checkList } from './params.js'

/** A superstep that was measured, all times in one unit. */
export interface CostSample {
  /** What it took, T. */
  time: number
  /** w. Default 0. */
  work?: number
  /** h. */
  hRelation: number
}

/** What the samples say. */
export interface ParameterFit {
  kind: 'fit'
  /** Slope: time for a unit of h, 0 or more. */
  g: number
  /** Intercept: time of a superstep that computes and sends nothing, 0 or more. */
  l: number
  /** Part of the variance of T − w that the line explains; 0 or less if a constant does better. */
  r2: number
  /** Standard deviation of the residuals, in the unit of the samples; 0 for two samples. */
  residual: number
  /** Samples. */
  count: number
}

/** Why samples say nothing. */
export interface DegenerateSamples {
  kind: 'degenerate'
  /**
   * `empty`: no samples. `not-finite`: a number is NaN or infinite. `one-size`: fewer than two
   * different h. `negative-slope`: what sends more takes less, so noise is all there is.
   */
  reason: 'empty' | 'not-finite' | 'one-size' | 'negative-slope'
  /** In words, with what to do. */
  message: string
  count: number
}

/** Options of `estimateParameters`. */
export interface EstimateOptions {
  /**
   * What is least: the sum of squares of `absolute` residuals, or of those `relative` to the time
   * fitted, so that small supersteps count as much as large ones. Default `absolute`.
   */
  residuals?: 'absolute' | 'relative'
  /** How often weights of `relative` are made anew from the line, 1 to 100. Default 8. */
  passes?: number
}

const RESIDUALS = ['absolute', 'relative'] as const

const MESSAGES: Readonly<Record<DegenerateSamples['reason'], string>> = {
  empty: 'no samples: measure supersteps of at least two different h',
  'not-finite': 'a sample has a number that is not finite',
  'one-size': 'all samples have the same h: a slope needs at least two different ones',
  'negative-slope':
    'supersteps with more to send took less time: take more samples, or a wider range of h',
}

/**
 * Estimates g and l by least squares of T − w on h, with an intercept that isn't below 0: where the
 * best line would have one, the best line through the origin is taken.
 *
 * Nothing is divided by h, so samples with h = 0 count as all others.
 *
 * @returns the fit, or what is wrong with the samples; never NaN
 * @throws TypeError for what is no array of samples
 * @example
 * ```ts
 * const samples = [0, 1000, 2000].map((h) => ({ time: 7 + 3 + 0.5 * h, work: 7, hRelation: h }))
 * const found = estimateParameters(samples)
 * if (found.kind === 'fit') console.log(found.g, found.l, found.r2) // 0.5 3 1
 * ```
 */
export function estimateParameters(
  samples: readonly CostSample[],
  options: EstimateOptions = {},
): ParameterFit | DegenerateSamples {
  checkList('samples', samples)
  checkOptions('options', options, ['residuals', 'passes'])
  const residuals = checkOneOf('residuals', options.residuals ?? 'absolute', RESIDUALS)
  const passes = checkInteger('passes', options.passes ?? 8, 1, 100)
  const points = samples.map(({ time, work = 0, hRelation }) => ({ x: hRelation, y: time - work }))
  const count = points.length
  const degenerate = (reason: DegenerateSamples['reason']): DegenerateSamples => ({
    ...{ kind: 'degenerate', reason, message: MESSAGES[reason], count },
  })
  if (count === 0) return degenerate('empty')
  if (!points.every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))) {
    return degenerate('not-finite')
  }
  const low = Math.min(...points.map(({ x }) => x))
  const high = Math.max(...points.map(({ x }) => x))
  if (low === high) return degenerate('one-size')
  let line = lineThrough(points)
  if (residuals === 'relative') {
    for (let pass = 0; pass < passes; pass++) line = lineThrough(points, weightsFor(points, line))
  }
  // Rounding alone may tip a level line.
  const level = 1e-12 * Math.max(...points.map(({ y }) => Math.abs(y)))
  if (line.slope * (high - low) < -level) return degenerate('negative-slope')
  return { kind: 'fit', ...qualityOf(points, Math.max(0, line.slope), line.intercept), count }
}

interface Point {
  x: number
  y: number
}

interface Line {
  slope: number
  intercept: number
}

/** Weighted least squares with an intercept of 0 or more. */
function lineThrough(points: readonly Point[], weights?: readonly number[]): Line {
  const weight = (i: number) => weights?.[i] ?? 1
  const sum = (of: (point: Point, i: number) => number) =>
    points.reduce((total, point, i) => total + weight(i) * of(point, i), 0)
  const total = sum(() => 1)
  const meanX = sum(({ x }) => x) / total
  const meanY = sum(({ y }) => y) / total
  const xx = sum(({ x }) => (x - meanX) ** 2)
  const xy = sum(({ x, y }) => (x - meanX) * (y - meanY))
  const slope = xy / xx
  const intercept = meanY - slope * meanX
  if (intercept >= 0) return { slope, intercept }
  return { slope: sum(({ x, y }) => x * y) / sum(({ x }) => x * x), intercept: 0 }
}

/** One over the square of the time fitted, which is kept away from 0. */
function weightsFor(points: readonly Point[], { slope, intercept }: Line): number[] {
  const fitted = points.map(({ x }) => intercept + slope * x)
  const floor = 1e-3 * Math.max(...points.map(({ y }) => Math.abs(y)), Number.MIN_VALUE)
  return fitted.map((time) => (floor / Math.max(floor, time)) ** 2)
}

function qualityOf(points: readonly Point[], g: number, l: number) {
  const meanY = points.reduce((total, { y }) => total + y, 0) / points.length
  const left = points.reduce((total, { x, y }) => total + (y - l - g * x) ** 2, 0)
  const all = points.reduce((total, { y }) => total + (y - meanY) ** 2, 0)
  const freedom = points.length - 2
  // A level line explains all of no variance.
  const r2 = all === 0 ? 1 : 1 - left / all
  return { g, l, r2, residual: freedom > 0 ? Math.sqrt(left / freedom) : 0 }
}
