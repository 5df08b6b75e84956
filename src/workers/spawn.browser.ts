/**
 * Makes web workers. Twin of spawn.node.ts; resolved by `#spawn`. Bundlers find a worker only in
 * the literal form used here.
 */

import { show } from '../check.js'
import type { OwnWorker } from './own-worker.js'
import type { SpawnedWorker } from './spawn.js'

/** Processors that the browser tells of. */
export function processorCount(): number {
  return navigator.hardwareConcurrency || 1
}

/** Whether memory can be shared with workers: only when the page is cross-origin isolated. */
export function canShareMemory(): boolean {
  return typeof SharedArrayBuffer !== 'undefined' && globalThis.crossOriginIsolated === true
}

/** A worker of a pool: runs kernels. */
export function spawnPoolWorker(): SpawnedWorker {
  return adopt(new Worker(new URL('./pool-worker.browser.js', import.meta.url), { type: 'module' }))
}

/** A worker that serves the public API. */
export function spawnApiWorker(): SpawnedWorker {
  return adopt(
    new Worker(new URL('../worker/script.browser.js', import.meta.url), { type: 'module' }),
  )
}

/**
 * A worker that the caller has made, from here on the package's: it is ended with its pool.
 *
 * @throws TypeError for anything else
 */
export function adoptWorker(worker: OwnWorker): SpawnedWorker {
  if (worker instanceof Worker) return adopt(worker)
  throw new TypeError(`"workerFactory" expected function that makes a Worker, got ${show(worker)}`)
}

function adopt(worker: Worker): SpawnedWorker {
  let listener: ((error: Error) => void) | undefined
  worker.addEventListener('error', (event) => {
    listener?.(new Error(`worker failed: ${event.message || 'its script could not be loaded'}`))
    listener = undefined
  })
  return {
    endpoint: worker,
    onFailure(next) {
      listener = next
    },
    keepAlive: (result) => result,
    async terminate() {
      listener = undefined
      worker.terminate()
    },
  }
}
