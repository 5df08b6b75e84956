/**
 * Makes web workers. Twin of spawn.node.ts; resolved by `#spawn`. Bundlers find a worker only in
 * the literal form used here.
 */

import { show } from '../check.js'
import { type OwnWorker, readConfig } from '../config.js'
import { DeviceUnavailableError } from '../errors.js'
import { kernelsPlace } from '../wasm.browser.js'
import { awaitLifeLock } from './life-lock.browser.js'
import type { SpawnedWorker } from './spawn.js'
import { explainFailure, watchPolicies } from './why-no-worker.browser.js'

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
  const { workerFactory } = readConfig()
  if (workerFactory !== undefined) return adoptWorker(workerFactory('pool'))
  return start(
    'pool-worker.browser.js',
    () => new Worker(new URL('./pool-worker.browser.js', import.meta.url), { type: 'module' }),
  )
}

/** A worker that serves the public API. */
export function spawnApiWorker(): SpawnedWorker {
  const { workerFactory } = readConfig()
  if (workerFactory !== undefined) return adoptWorker(workerFactory('calls'))
  return start(
    'calls-worker.browser.js',
    () => new Worker(new URL('./calls-worker.browser.js', import.meta.url), { type: 'module' }),
  )
}

/** @throws DeviceUnavailableError when the browser refuses at once, as for another origin */
function start(file: string, make: () => Worker): SpawnedWorker {
  // A bundler may have renamed the file. Not from import.meta.url alone: webpack makes the path on
  // the machine that built the bundle of it.
  const beside = kernelsPlace()
  const expected = beside.protocol === 'data:' ? file : new URL(file, beside).href
  try {
    return adopt(make(), expected)
  } catch (cause) {
    throw new DeviceUnavailableError(
      `the worker ${expected} can't be started: ${(cause as Error).message}; a browser starts ` +
        'workers from the origin of the page only: copy the script there, and make the worker by ' +
        'configure({ workerFactory })',
      { cause },
    )
  }
}

/**
 * A worker that the caller has made, from here on the package's: it is ended with its pool.
 *
 * @throws TypeError for anything else
 */
export function adoptWorker(worker: OwnWorker): SpawnedWorker {
  if (worker instanceof Worker) return adopt(worker, undefined)
  throw new TypeError(`"workerFactory" expected function that makes a Worker, got ${show(worker)}`)
}

function adopt(worker: Worker, expected: string | undefined): SpawnedWorker {
  let listener: ((error: Error) => void) | undefined
  const fail = (problem: string) => {
    listener?.(new Error(problem))
    listener = undefined
  }
  watchPolicies()
  worker.addEventListener('error', async (event) => {
    // Told by the listener: not to be reported as the page's own error, too.
    if (listener !== undefined) event.preventDefault()
    fail(`worker failed: ${await explainFailure(event, expected)}`)
  })
  awaitLifeLock(worker, () => fail('worker ended: it closed itself, or was terminated'))
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
