/** How cost grows with work: a power law fitted on logarithms, and where two costs cross. */

/** Work and what it cost. */
export interface Point {
  size: number
  ms: number
}

/** ms ≈ e^intercept · size^slope. */
export interface PowerLaw {
  slope: number
  intercept: number
  /** Part of the variance of log(ms) that the line explains. */
  r2: number
  /** Smallest and largest size of the fit, and how many points lie between. */
  from: number
  to: number
  count: number
}

/** Fewer points than this make no line worth the name. */
const LEAST_POINTS = 3

/**
 * Least squares on logarithms over the larger half of the sizes (in the middle of an odd number,
 * the upper half with the middle), where a call's fixed cost no longer hides the growth. Undefined
 * for fewer than three points there.
 */
export function fitPowerLaw(points: readonly Point[]): PowerLaw | undefined {
  const ordered = [...points].sort((a, b) => a.size - b.size)
  const upper = ordered.slice(Math.min(ordered.length >> 1, ordered.length - LEAST_POINTS))
  if (ordered.length < LEAST_POINTS) return undefined
  const xs = upper.map(({ size }) => Math.log(size))
  const ys = upper.map(({ ms }) => Math.log(ms))
  const [meanX, meanY] = [mean(xs), mean(ys)]
  const xx = sum(xs.map((x) => (x - meanX) ** 2))
  const xy = sum(xs.map((x, i) => (x - meanX) * (ys[i] - meanY)))
  const yy = sum(ys.map((y) => (y - meanY) ** 2))
  const slope = xy / xx
  return {
    slope,
    intercept: meanY - slope * meanX,
    // A flat line explains all of no variance.
    r2: yy === 0 ? 1 : xy ** 2 / (xx * yy),
    from: upper[0].size,
    to: upper[upper.length - 1].size,
    count: upper.length,
  }
}

/**
 * The size from which `fast` is cheaper at every larger size that both were measured at, between
 * the last two sizes by straight lines on logarithms: 0 when it is cheaper at all of them,
 * Infinity when it isn't at the largest; NaN without a common size.
 */
export function crossover(fast: readonly Point[], slow: readonly Point[]): number {
  const gaps = fast
    .flatMap(({ size, ms }) => {
      const other = slow.find((point) => point.size === size)
      return other === undefined ? [] : [{ x: Math.log(size), gap: Math.log(ms / other.ms) }]
    })
    .sort((a, b) => a.x - b.x)
  if (gaps.length === 0) return Number.NaN
  const last = gaps.findLastIndex(({ gap }) => gap >= 0)
  if (last === gaps.length - 1) return Number.POSITIVE_INFINITY
  if (last === -1) return 0
  const [before, after] = [gaps[last], gaps[last + 1]]
  const part = before.gap / (before.gap - after.gap)
  return Math.exp(before.x + part * (after.x - before.x))
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length
}
