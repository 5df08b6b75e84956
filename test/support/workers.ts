/**
 * Workers that a test makes, in Node and in pages: threads are found through the `unref` that each
 * gets at once, web workers through the constructor.
 */

import { beforeEach } from 'vitest'

interface AnyWorker {
  terminate(): unknown
}

const made = new Set<AnyWorker>()

if (typeof window === 'object') watchWebWorkers()
else watchThreads(await import('node:worker_threads'))

function watchThreads({ Worker }: typeof import('node:worker_threads')): void {
  /** Also those that have ended: a call that fails for it may `unref` one later still. */
  const seen = new WeakSet<AnyWorker>()
  const { unref } = Worker.prototype
  Worker.prototype.unref = function () {
    if (!seen.has(this)) {
      seen.add(this)
      made.add(this)
      this.once('exit', () => made.delete(this))
    }
    return unref.call(this)
  }
}

/** One that has closed itself counts until it is terminated, which costs the page a handle. */
function watchWebWorkers(): void {
  const { Worker } = window
  window.Worker = class extends Worker {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(url, options)
      made.add(this)
    }

    override terminate(): void {
      made.delete(this)
      super.terminate()
    }
  }
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

/** Ends one of those that have not ended. */
export function killAny(random: { nextBelow(bound: number): number }): void {
  const all = [...made]
  if (all.length > 0) void all[random.nextBelow(all.length)].terminate()
}
