/**
 * Gives the event loop a turn between slices of work, so that timers, input and abort get through,
 * lets an abort through while something is awaited, and tells what takes too long.
 */

import { SLICE_MS } from './limits.js'

/** Resolves in a later macrotask, sooner than a timer of 0 ms would. */
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

/** The promise, or a rejection with `signal.reason` as soon as the signal aborts. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

/** Whether a promise takes longer than that to settle. */
export async function isLateBy(promise: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, ms, true)
  })
  const settled = promise.then(
    () => false,
    () => false,
  )
  return Promise.race([settled, late]).finally(() => clearTimeout(timer))
}
