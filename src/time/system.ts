/**
 * The host's clocks. Together with random.ts the only place that reads a global source of time or
 * chance: everything else is given a clock. Bounds and synchronisation come with `time/clock.ts`.
 */

/** Milliseconds on a clock that never goes back; the origin has no meaning. */
export type MonotonicMs = () => number

/** The host's monotonic clock (`performance.now`). */
export const monotonicMs: MonotonicMs = () => performance.now()

/** Asking for it takes longer than reading the clock. */
const originMs = performance.timeOrigin

/**
 * Milliseconds on the same clock, counted from 1970: threads whose own origins differ can compare
 * them. A double resolves about 0.25 µs of it.
 */
export const epochMs: MonotonicMs = () => originMs + performance.now()
