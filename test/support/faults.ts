/**
 * Three programs with faults, their inputs, who says when a fault happens, and how to tell whether
 * results have the same bits. Works in Node and in pages.
 */

import { generateRmat } from 'ticktickclock'
import type { AnyComputation } from 'ticktickclock/bsp'
import { shareGraph } from 'ticktickclock/programs'
import { encodeValue } from '../../dist/bsp/codec.js'
import { createRandom, type Random } from '../../dist/random.js'
import type { Answer, Place } from './programs/fault.mjs'
import mixture from './programs/faulty-mixture.mjs'
import pagerank from './programs/faulty-pagerank.mjs'
import sort from './programs/faulty-sort.mjs'

/** `kill`: a worker is terminated from outside; the others are in programs/fault.mjs. */
export type FaultKind = 'throw' | 'uncaught' | 'exit' | 'kill' | 'hang' | 'sleep'

/** Where, how often and what. */
export interface Fault extends Place {
  kind: FaultKind
  times: number
}

/** A program of programs/, and how to make inputs of it. */
export interface FaultyProgram {
  name: string
  computation: AnyComputation
  module: URL
  /** Supersteps at least; faults happen in these. */
  supersteps: number
  inputOf(fault: Fault, seed: number): unknown
}

const moduleOf = (name: string) => new URL(`./programs/faulty-${name}.mjs`, import.meta.url)

export const PROGRAMS: readonly FaultyProgram[] = [
  {
    name: 'pagerank',
    computation: pagerank as AnyComputation,
    module: moduleOf('pagerank'),
    supersteps: 10,
    inputOf: (fault, seed) => {
      const graph = shareGraph(generateRmat({ scale: 6, edgeFactor: 4, seed }))
      // However the graph: no residual is below 0.
      return { fault, own: { graph: graph.block, tolerance: 0, maxIterations: 8 } }
    },
  },
  {
    name: 'sort',
    computation: sort as AnyComputation,
    module: moduleOf('sort'),
    supersteps: 4,
    inputOf: (fault, seed) => {
      const random = createRandom(seed)
      const values = Float64Array.from({ length: 500 }, () => random.nextFloat() - 0.5)
      return { fault, own: { values, samples: 10 } }
    },
  },
  {
    name: 'mixture',
    computation: mixture as AnyComputation,
    module: moduleOf('mixture'),
    supersteps: 12,
    inputOf: (fault) => ({ fault, rounds: 6 }),
  },
]

/** A fault that doesn't happen. */
export const NO_FAULT: Fault = {
  ...{ kind: 'throw', part: 'compute', rank: -1, step: 0, times: 0, channel: '' },
}

/** Anywhere in the program, once or twice. */
export function drawFault(
  random: Random,
  { supersteps }: FaultyProgram,
  processors: number,
  kinds: readonly FaultKind[],
): Fault {
  return {
    kind: kinds[random.nextBelow(kinds.length)],
    part: random.nextBelow(2) === 0 ? 'compute' : 'communicate',
    rank: random.nextBelow(processors),
    step: random.nextBelow(supersteps),
    times: 1 + random.nextBelow(2),
    channel: crypto.randomUUID(),
  }
}

/**
 * Answers who has come to the place of the fault: what is to happen there so many times, and
 * nothing from then on.
 *
 * @param kill terminates a worker
 */
export function answerFault({ kind, times, channel }: Fault, kill = () => {}): Disposable {
  let left = times
  const answers = new Map<string, Answer>()
  const asked = new BroadcastChannel(channel)
  asked.onmessage = ({ data: { asker } }: MessageEvent<{ asker: string }>) => {
    if (!answers.has(asker)) answers.set(asker, next())
    asked.postMessage({ asker, answer: answers.get(asker) })
  }
  const next = (): Answer => {
    if (left-- <= 0) return 'nothing'
    if (kind !== 'kill') return kind
    kill()
    return 'nothing'
  }
  return { [Symbol.dispose]: () => asked.close() }
}

/** All bits of a value, as text. */
export function bitsOf(value: unknown): string {
  return encodeValue(value).join()
}
