/**
 * Long work in short slices: a step generator yields after every slice, and its driver either runs
 * on (`runSteps`) or gives the event loop a turn in between (`runSliced`), so that a page stays
 * alive and an abort is heard. Slices are cut by size, never by a clock.
 */

import { nextTurn } from '../turn.js'

/** Work that pauses by `yield` after about `SLICE_MS` on a slow machine. */
export type Steps<T> = Generator<undefined, T, undefined>

/** Items (edges, vertices) of a simple loop that make one slice: about 3–10 ms. */
export const SLICE_ITEMS = 1 << 19

/** Runs all steps now. */
export function runSteps<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}

/**
 * Runs all steps with a turn of the event loop after each.
 *
 * @throws `signal.reason` on abort
 */
export async function runSliced<T>(steps: Steps<T>, signal: AbortSignal | undefined): Promise<T> {
  for (;;) {
    signal?.throwIfAborted()
    const step = steps.next()
    if (step.done) return step.value
    await nextTurn()
  }
}
