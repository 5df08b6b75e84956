/**
 * Quantiles of a stream in little memory: values are counted in buckets whose bounds grow by a
 * factor, so that a quantile is right within 1 % of its value however many there were (Masson, Rim,
 * Lee, "DDSketch: a fast and fully-mergeable quantile sketch", PVLDB 12, 2019).
 */

/** Relative error of a quantile. */
const ACCURACY = 0.01
const GAMMA = (1 + ACCURACY) / (1 - ACCURACY)
const SCALE = 1 / Math.log(GAMMA)
/** Less counts as 0. */
const SMALLEST = 1e-9

/** Counts, extremes and quantiles of values >= 0. */
export class Sketch {
  count = 0
  sum = 0
  min = Number.POSITIVE_INFINITY
  max = Number.NEGATIVE_INFINITY
  /**
   * By exponent of GAMMA, rounded up; at most some 3,700 for all doubles above SMALLEST. Made for a
   * second value: of one, which is all that many series have, the extremes say everything.
   */
  #buckets: Map<number, number> | undefined
  #zeros = 0

  add(value: number): void {
    if (this.count > 0) {
      if (this.#buckets === undefined) {
        this.#buckets = new Map()
        this.#place(this.sum, this.#buckets)
      }
      this.#place(value, this.#buckets)
    }
    this.count++
    this.sum += value
    if (value < this.min) this.min = value
    if (value > this.max) this.max = value
  }

  #place(value: number, buckets: Map<number, number>): void {
    if (value < SMALLEST) {
      this.#zeros++
      return
    }
    const index = Math.ceil(Math.log(value) * SCALE)
    buckets.set(index, (buckets.get(index) ?? 0) + 1)
  }

  /** The values below which a share of all lies, for shares in ascending order; NaN of nothing. */
  quantiles(shares: readonly number[]): number[] {
    const buckets = [...(this.#buckets ?? [])].sort(([one], [other]) => one - other)
    let at = -1
    let below = this.#zeros
    return shares.map((share) => {
      if (this.count === 0) return Number.NaN
      // The rank counts from 0, as in the definition of the paper.
      const rank = share * (this.count - 1)
      while (below <= rank && at < buckets.length - 1) {
        at++
        below += buckets[at][1]
      }
      const value = at < 0 ? 0 : (2 * GAMMA ** buckets[at][0]) / (GAMMA + 1)
      return Math.min(this.max, Math.max(this.min, value))
    })
  }
}
