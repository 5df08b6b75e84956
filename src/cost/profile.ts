/** Parameters of the cost model for any number of processors, out of a profile. */

import { checkInteger, checkOneOf, checkOptions, show } from '../check.js'
import { MAX_PREDICTED_PROCESSORS } from '../limits.js'
import { type CostProfile, parseProfile, type TransportFigures } from '../profile.js'
import type { CostParams } from './params.js'
import { SHIPPED_PROFILE } from './shipped.js'

/** A transport with figures. */
export type ProfiledTransport = keyof CostProfile['transports']

/** Parameters with where they come from. */
export interface ProfiledParams extends CostParams {
  workers: number
  /**
   * `measured`: with so many processors. `interpolated`: on the line between the next fewer and the
   * next more that were measured. `extrapolated`: beyond all that were measured.
   */
  basis: 'measured' | 'interpolated' | 'extrapolated'
  /** How they were made, in words. */
  says: string
}

/** What to look up. */
export interface CostParamsRequest {
  /** Default `threads`. */
  transport?: ProfiledTransport
  processors: number
  /** Default: the table that comes with the package, of a machine with 2 processors. */
  profile?: CostProfile | undefined
}

const TRANSPORTS: readonly ProfiledTransport[] = ['inline', 'threads', 'transfer']

/**
 * g and l of a transport with so many processors, in milliseconds a byte and milliseconds: as
 * measured, on the line between two that were, or beyond the largest on the line through the last
 * two, where neither falls below its last value.
 *
 * @throws TypeError, RangeError; ConfigError for what is no profile
 * @example
 * ```ts
 * const { g, l, basis } = costParams({ transport: 'threads', processors: 64 })
 * console.log(g > 0, l > 0, basis) // true true extrapolated
 * ```
 */
export function costParams(request: CostParamsRequest): ProfiledParams {
  checkOptions('options', request, ['transport', 'processors', 'profile'])
  const transport = checkOneOf('transport', request?.transport ?? 'threads', TRANSPORTS)
  const processors = checkInteger('processors', request?.processors, 1, MAX_PREDICTED_PROCESSORS)
  const { profile } = request
  if (profile !== undefined && (typeof profile !== 'object' || profile === null)) {
    throw new TypeError(`"profile" expected what parseProfile() returned, got ${show(profile)}`)
  }
  const checked = profile === undefined ? SHIPPED_PROFILE : parseProfile(profile)
  const found = paramsFrom(checked, transport, processors)
  if (found !== undefined) return found
  const names = Object.keys(checked.transports).join(', ') || 'none'
  throw new RangeError(`"transport": the profile has no figures of ${transport}; it has ${names}`)
}

/** The same of a checked profile; undefined without figures of the transport. */
export function paramsFrom(
  profile: CostProfile,
  transport: ProfiledTransport,
  processors: number,
): ProfiledParams | undefined {
  const table = profile.transports[transport] ?? []
  if (table.length === 0) return undefined
  const after = table.findIndex((figures) => figures.processors >= processors)
  const [first, last] = [table[0], table[table.length - 1]]
  if (after === -1) return extrapolated(table, processors)
  const high = table[after]
  if (high.processors === processors) {
    const { g, l, workers } = high
    const says = `measured with ${processors} processors`
    return { ...{ processors, g, l, workers }, basis: 'measured', says }
  }
  if (high === first) {
    const { g, l } = first
    const says =
      `fewer than the ${first.processors} processors measured first, whose g and l ` +
      `are taken; ${last.processors} at most were measured`
    const workers = Math.min(processors, first.workers)
    return { ...{ processors, g, l, workers }, basis: 'extrapolated', says }
  }
  const low = table[after - 1]
  return {
    ...{ processors, g: at('g', low, high, processors), l: at('l', low, high, processors) },
    workers: workersOf(low, processors),
    basis: 'interpolated',
    says: `on the line between ${low.processors} and ${high.processors} processors`,
  }
}

function extrapolated(table: readonly TransportFigures[], processors: number): ProfiledParams {
  const last = table[table.length - 1]
  const before = table[table.length - 2]
  const beyond = (what: 'g' | 'l') =>
    before === undefined ? last[what] : Math.max(last[what], at(what, before, last, processors))
  const line =
    before === undefined
      ? 'g and l are those measured'
      : `g and l follow the line through ${before.processors} and ${last.processors} ` +
        'processors, or stay if it falls'
  return {
    ...{ processors, g: beyond('g'), l: beyond('l'), workers: workersOf(last, processors) },
    basis: 'extrapolated',
    says: `beyond the ${last.processors} processors measured: ${line}`,
  }
}

/** On the line through two. */
function at(
  what: 'g' | 'l',
  low: TransportFigures,
  high: TransportFigures,
  processors: number,
): number {
  const part = (processors - low.processors) / (high.processors - low.processors)
  return low[what] + part * (high[what] - low[what])
}

/** Where processors had to share threads, there are no more of these. */
function workersOf({ workers, processors: measured }: TransportFigures, processors: number) {
  return workers < measured ? workers : processors
}
