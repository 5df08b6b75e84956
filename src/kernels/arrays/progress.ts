/** Tells the caller of an array kernel how far it is. The driver in index.ts makes one a call. */

import type { ArrayOptions, ArrayProgress } from '../columns.js'

/** Between two reports within a phase. */
const INTERVAL_MS = 33

/** Takes a phase and how much of it is done. */
export type Reporter = (phase: ArrayProgress['phase'], fraction: number) => void

/** A reporter, which passes on every begin and end; it throws when the call is to stop. */
export function reporterOf(
  onProgress: ArrayOptions['onProgress'],
  signal: AbortSignal | undefined,
  nowMs: () => number,
): Reporter {
  if (onProgress === undefined) return () => {}
  let reportedMs = Number.NEGATIVE_INFINITY
  return (phase, fraction) => {
    const timeMs = nowMs()
    if (fraction > 0 && fraction < 1 && timeMs - reportedMs < INTERVAL_MS) return
    reportedMs = timeMs
    onProgress({ phase, fraction })
    // The callback itself may have given the call up.
    signal?.throwIfAborted()
  }
}
