/**
 * The few statistics that the benchmarks report. Medians, because a busy machine only ever adds
 * time; quartiles for the spread; ratios of medians, as the acceptance figures ask.
 */

/** Milliseconds of one contestant's calls. */
export interface Summary {
  /** Calls measured. */
  count: number
  medianMs: number
  /** Fastest call: what the machine can do when nothing else runs. */
  bestMs: number
  /** Lower and upper quartile. */
  lowMs: number
  highMs: number
}

/**
 * The value that this part of the sorted values lies below, between neighbours by proportion
 * (type 7 of Hyndman and Fan, 1996).
 */
export function quantile(values: readonly number[], part: number): number {
  if (values.length === 0) return Number.NaN
  const sorted = [...values].sort((a, b) => a - b)
  const place = part * (sorted.length - 1)
  const low = Math.floor(place)
  const high = Math.min(low + 1, sorted.length - 1)
  return sorted[low] + (place - low) * (sorted[high] - sorted[low])
}

/** The middle value. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/** Summary of samples in milliseconds. */
export function summarize(samplesMs: readonly number[]): Summary {
  return {
    count: samplesMs.length,
    medianMs: median(samplesMs),
    bestMs: quantile(samplesMs, 0),
    lowMs: quantile(samplesMs, 0.25),
    highMs: quantile(samplesMs, 0.75),
  }
}

/** Half the distance of the quartiles, as a part of the median. */
export function spread(summary: Summary): number {
  return (summary.highMs - summary.lowMs) / 2 / summary.medianMs
}

/**
 * Time of one iteration from calls of two lengths, which cancels what a call costs besides its
 * iterations: the median over pairs of calls that ran next to each other.
 */
export function iterationMs(
  longMs: readonly number[],
  shortMs: readonly number[],
  longCount: number,
  shortCount: number,
): number {
  const pairs = Math.min(longMs.length, shortMs.length)
  const each: number[] = []
  for (let i = 0; i < pairs; i++) each.push((longMs[i] - shortMs[i]) / (longCount - shortCount))
  return median(each)
}

/** L1 distance of two vectors; infinite when their lengths differ or a value is no number. */
export function distanceL1(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += Math.abs(a[i] - b[i])
  return Number.isNaN(sum) ? Number.POSITIVE_INFINITY : sum
}
