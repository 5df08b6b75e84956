/** Worker threads that a test makes: found through the `unref` that each gets at once. */

import { Worker } from 'node:worker_threads'
import { beforeEach } from 'vitest'

const made = new Set<Worker>()
/** Also those that have ended: a call that fails for it may `unref` one later still. */
const seen = new WeakSet<Worker>()
const unref = Worker.prototype.unref
Worker.prototype.unref = function (this: Worker) {
  if (!seen.has(this)) {
    seen.add(this)
    made.add(this)
    this.once('exit', () => made.delete(this))
  }
  return unref.call(this)
}

// A device that programs lease on the main thread keeps its worker for seconds after their test.
beforeEach(() => made.clear())

/** Whether all have ended within a second. */
export async function allEnd(): Promise<boolean> {
  for (let i = 0; i < 100 && made.size > 0; i++) {
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  return made.size === 0
}

/** One of those that have not ended. */
export function anyWorker(random: { nextBelow(bound: number): number }): Worker | undefined {
  return made.size === 0 ? undefined : [...made][random.nextBelow(made.size)]
}
