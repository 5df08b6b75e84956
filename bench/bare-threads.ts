/** Threads without this package, called by comlink: see bare-worker.ts. */

import { Worker } from 'node:worker_threads'
import { type Remote, wrap } from 'comlink'
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs'
import type { BareData, BareWork } from './bare-worker.js'

/** As the engine's: a barrier polls only where every thread has a core. */
const SPINS = 4000

/** Some threads; all of them do everything at once. */
export interface BareThreads {
  readonly count: number
  /** The same call on every thread; their answers. */
  all<R>(call: (thread: Remote<BareWork>) => Promise<R>): Promise<R[]>
  close(): Promise<void>
}

/** Starts them. */
export function openBareThreads(module: URL, count: number, cores: number): BareThreads {
  const words = new Int32Array(new SharedArrayBuffer(4 * (2 + count)))
  const spins = count <= cores ? SPINS : 0
  const workers = Array.from({ length: count }, (_, index) => {
    const workerData: BareData = { words, index, threads: count, spins }
    return new Worker(module, { workerData })
  })
  const remotes = workers.map((worker) => wrap<BareWork>(nodeEndpoint(worker)))
  return {
    count,
    all: (call) => Promise.all(remotes.map(call)),
    close: async () => {
      for (const worker of workers) await worker.terminate()
    },
  }
}
