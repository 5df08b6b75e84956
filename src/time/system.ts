/**
 * The host's clocks. Together with random.ts the only place that reads a global source of time or
 * chance: everything else is given a clock. Bounds and synchronisation come with `time/clock.ts`.
 */

/** Milliseconds on a clock that never goes back; the origin has no meaning. */
export type MonotonicMs = () => number

/** The host's monotonic clock (`performance.now`). */
export const monotonicMs: MonotonicMs = () => performance.now()
