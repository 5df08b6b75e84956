/**
 * The BSP cost model (Valiant, CACM 1990): a superstep takes T = w + h·g + l. Pure arithmetic, for
 * users, for bsp/cost.ts and for the command line; what g and l are here, calibration measures.
 */

import { checkInteger, checkNumber, checkOptions, show } from '../check.js'
import { MAX_PREDICTED_PROCESSORS } from '../limits.js'

/**
 * Parameters of a machine. All terms of the model are times in one unit: milliseconds in everything
 * that this package measures, any other if you keep to it.
 */
export interface CostParams {
  /** Processors, p, that `g` and `l` hold for. */
  processors: number
  /** Gap: time for a unit of h. Here milliseconds a byte. */
  g: number
  /** Latency: time of a superstep's barrier, and of everything that comes once a superstep. */
  l: number
  /** Operations in a unit of time, where work is counted in operations. Default: work is a time. */
  rate?: number
  /** Threads that compute at the same time. Default: as many as processors. */
  workers?: number
}

/** What a superstep does. */
export interface SuperstepLoad {
  /** w, of the processor with most to do: a time, or operations with `params.rate`. */
  work: number
  /** h: the most that a processor sends or receives. Here bytes. */
  hRelation: number
}

/** The last two: what `costParams` gives can be passed on. */
const PARAMS = ['processors', 'g', 'l', 'rate', 'workers', 'basis', 'says']

/**
 * What a superstep takes: w + h·g + l.
 *
 * @returns a time in the unit of `params`
 * @throws TypeError, RangeError for numbers that are negative or not finite
 * @example
 * ```ts
 * const params = { processors: 4, g: 10, l: 50 }
 * console.log(predictSuperstepTime({ work: 1000, hRelation: 100, params })) // 2050
 * ```
 */
export function predictSuperstepTime(load: SuperstepLoad & { params: CostParams }): number {
  checkGiven('options', load, ['work', 'hRelation', 'params'])
  return timeOf(checkLoad('', load), checkParams('params', load.params))
}

/**
 * What a run takes: the sum over its supersteps.
 *
 * @returns a time in the unit of `params`; 0 without supersteps
 * @throws TypeError, RangeError
 * @example
 * ```ts
 * const params = { processors: 2, g: 2e-7, l: 0.005, rate: 1e6 }
 * const supersteps = Array.from({ length: 10 }, () => ({ work: 2e6, hRelation: 1e5 }))
 * console.log(predictRunTime({ supersteps, params }).toFixed(2)) // 20.25
 * ```
 */
export function predictRunTime(run: {
  /** Each as for `predictSuperstepTime`. */
  supersteps: readonly SuperstepLoad[]
  params: CostParams
}): number {
  checkGiven('options', run, ['supersteps', 'params'])
  const params = checkParams('params', run.params)
  const supersteps = checkList('supersteps', run.supersteps)
  return supersteps.reduce((sum, load, i) => {
    checkGiven(`supersteps[${i}]`, load, ['work', 'hRelation'])
    return sum + timeOf(checkLoad(`supersteps[${i}].`, load), params)
  }, 0)
}

/** The formula, of checked arguments. */
export function timeOf({ work, hRelation }: SuperstepLoad, { g, l, rate }: CostParams): number {
  return (rate === undefined ? work : work / rate) + hRelation * g + l
}

function checkLoad(prefix: string, { work, hRelation }: SuperstepLoad): SuperstepLoad {
  checkNumber(`${prefix}work`, work, { low: 0 })
  checkNumber(`${prefix}hRelation`, hRelation, { low: 0 })
  return { work, hRelation }
}

/** @throws TypeError, RangeError */
export function checkParams(name: string, params: CostParams): CostParams {
  checkGiven(name, params, PARAMS)
  const { processors, g, l, rate, workers } = params
  checkInteger(`${name}.processors`, processors, 1, MAX_PREDICTED_PROCESSORS)
  checkNumber(`${name}.g`, g, { low: 0 })
  checkNumber(`${name}.l`, l, { low: 0 })
  if (rate !== undefined) checkPositive(`${name}.rate`, rate)
  if (workers !== undefined) {
    checkInteger(`${name}.workers`, workers, 1, MAX_PREDICTED_PROCESSORS)
  }
  return params
}

/** @throws TypeError, RangeError */
export function checkPositive(name: string, value: unknown): number {
  const checked = checkNumber(name, value, { low: 0 })
  if (checked > 0) return checked
  throw new RangeError(`"${name}" expected number above 0, got 0`)
}

/** An object that has to be there. */
export function checkGiven(name: string, value: unknown, known: readonly string[]): void {
  if (value === undefined) throw new TypeError(`"${name}" expected object, got undefined`)
  checkOptions(name, value, known)
}

/** @throws TypeError */
export function checkList<T>(name: string, value: readonly T[]): readonly T[] {
  if (Array.isArray(value)) return value
  throw new TypeError(`"${name}" expected array, got ${show(value)}`)
}
