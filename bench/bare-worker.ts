/**
 * A thread without this package: a bare Atomics barrier and bare copies, which the engine's figures
 * are measured against. Started and told what to do by bare-threads.ts; serves comlink calls too.
 */

import { parentPort, workerData } from 'node:worker_threads'
import { expose } from 'comlink'
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs'

/** What a bare thread is given. */
export interface BareData {
  /** Words of the barrier: arrived, generation, then a counter for each thread. */
  words: Int32Array<SharedArrayBuffer>
  index: number
  threads: number
  /** Polls before it sleeps. */
  spins: number
}

const ARRIVED = 0
const GENERATION = 1
const COUNTERS = 2
const SLEEP_MS = 50

const { words, index, threads, spins } = workerData as BareData
let calls = 0

function meet(): void {
  const generation = Atomics.load(words, GENERATION)
  if (Atomics.add(words, ARRIVED, 1) === threads - 1) {
    Atomics.store(words, ARRIVED, 0)
    Atomics.add(words, GENERATION, 1)
    Atomics.notify(words, GENERATION)
    return
  }
  for (let left = spins; left > 0; left--) {
    if (Atomics.load(words, GENERATION) !== generation) return
  }
  while (Atomics.load(words, GENERATION) === generation) {
    Atomics.wait(words, GENERATION, generation, SLEEP_MS)
  }
}

function meetOften(count: number): void {
  for (let i = 0; i < count; i++) meet()
}

function copyOften(
  from: readonly Float64Array[],
  to: readonly Float64Array[],
  count: number,
): void {
  for (let step = 0; step < count; step++) {
    for (const [i, block] of from.entries()) to[(step & 1) * from.length + i].set(block)
  }
}

/** What bare threads do; every thread is told the same, at once. */
const work = {
  /** Milliseconds of `count` barriers after `warmUp` ones. */
  meet(warmUp: number, count: number): number {
    meetOften(warmUp)
    const startMs = performance.now()
    meetOften(count)
    return performance.now() - startMs
  },

  /** How often somebody was still behind after a barrier: 0, or it is none. */
  prove(count: number): number {
    let faults = 0
    Atomics.store(words, COUNTERS + index, 0)
    meet()
    for (let i = 1; i <= count; i++) {
      Atomics.store(words, COUNTERS + index, i)
      meet()
      for (let thread = 0; thread < threads; thread++) {
        if (Atomics.load(words, COUNTERS + thread) < i) faults++
      }
    }
    return faults
  },

  /**
   * Copies a block for every thread `count` times, to two places in turn, all threads at once:
   * milliseconds, and whether the copies are right.
   */
  copy(length: number, isShared: boolean, warmUp: number, count: number): [number, boolean] {
    const blank = () =>
      new Float64Array(isShared ? new SharedArrayBuffer(8 * length) : new ArrayBuffer(8 * length))
    const from = Array.from({ length: threads }, (_, to) =>
      Float64Array.from({ length }, (_, i) => index + to + i),
    )
    const to = Array.from({ length: 2 * threads }, blank)
    copyOften(from, to, Math.max(2, warmUp))
    meet()
    const startMs = performance.now()
    copyOften(from, to, count)
    const ms = performance.now() - startMs
    const isRight = to.every((block, i) =>
      block.every((value, at) => value === from[i % threads][at]),
    )
    return [ms, isRight]
  },

  /** Nothing, as a call of its own: how many there were. */
  step(): number {
    return ++calls
  },
}

export type BareWork = typeof work

if (parentPort === null) throw new Error('this module is a worker')
expose(work, nodeEndpoint(parentPort))
