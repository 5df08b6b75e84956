/**
 * Gives the event loop a turn between slices of work, so that timers, input and abort get through.
 */

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
