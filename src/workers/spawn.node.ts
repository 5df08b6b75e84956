/** Makes workers in Node (worker_threads). Twin of spawn.browser.ts; resolved by `#spawn`. */

import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs'
import { show } from '../check.js'
import { type OwnWorker, readConfig } from '../config.js'
import type { SpawnedWorker } from './spawn.js'

/** The process's own options are not for workers: `node --input-type=module --eval` stops them. */
const OPTIONS = { execArgv: [] }

/** Processors that this process may use. */
export function processorCount(): number {
  return availableParallelism()
}

/** Whether memory can be shared with workers. */
export function canShareMemory(): boolean {
  return typeof SharedArrayBuffer !== 'undefined'
}

/** A worker of a pool: runs kernels. */
export function spawnPoolWorker(): SpawnedWorker {
  const { workerFactory } = readConfig()
  if (workerFactory !== undefined) return adoptWorker(workerFactory('pool'))
  return adopt(new Worker(new URL('./pool-worker.node.js', import.meta.url), OPTIONS))
}

/** A worker that serves the public API. */
export function spawnApiWorker(): SpawnedWorker {
  const { workerFactory } = readConfig()
  if (workerFactory !== undefined) return adoptWorker(workerFactory('calls'))
  return adopt(new Worker(new URL('./calls-worker.node.js', import.meta.url), OPTIONS))
}

/**
 * A worker that the caller has made, from here on the package's: it is ended with its pool.
 *
 * @throws TypeError for anything else
 */
export function adoptWorker(worker: OwnWorker): SpawnedWorker {
  if (worker instanceof Worker) return adopt(worker)
  const expected = 'function that makes a Worker of node:worker_threads'
  throw new TypeError(`"workerFactory" expected ${expected}, got ${show(worker)}`)
}

function adopt(worker: Worker): SpawnedWorker {
  let listener: ((error: Error) => void) | undefined
  let ended = false
  let awaited = 0
  const fail = (error: Error) => {
    if (!ended) listener?.(error)
    ended = true
  }
  worker.on('error', fail)
  worker.on('exit', (code) => fail(new Error(`worker ended with exit code ${code}`)))
  worker.unref()
  return {
    endpoint: nodeEndpoint(worker),
    onFailure(next) {
      listener = next
    },
    async keepAlive(result) {
      if (awaited++ === 0) worker.ref()
      try {
        return await result
      } finally {
        if (--awaited === 0) worker.unref()
      }
    },
    async terminate() {
      ended = true
      await worker.terminate()
    },
  }
}
