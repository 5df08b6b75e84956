/**
 * Long work on the calling thread, cut into slices with a turn of the event loop between, so that a
 * page stays alive and an abort is seen. The clock is an argument.
 */

import { SLICE_MS } from './limits.js'

/**
 * Makes a function to be called every few ten thousand steps of long work. It answers at once while
 * the slice lasts, and gives the event loop a turn when the slice is over.
 *
 * @param nowMs a monotonic clock
 * @param check called after every turn; throws to stop the work
 */
export function createSlices(nowMs: () => number, check: () => void): () => Promise<void> {
  // Half of the limit: the steps between two calls and a garbage collection come on top.
  const sliceMs = SLICE_MS / 2
  let end = nowMs() + sliceMs
  return async () => {
    if (nowMs() < end) return
    await nextTurn()
    check()
    end = nowMs() + sliceMs
  }
}

/** One turn of the event loop. `setTimeout` in a browser would wait 4 ms, a message doesn't. */
export function nextTurn(): Promise<void> {
  if (typeof setImmediate === 'function') return new Promise((resolve) => setImmediate(resolve))
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(undefined)
  })
}
