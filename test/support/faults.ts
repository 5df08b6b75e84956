/** Three programs with faults, their inputs, and how to tell whether results have the same bits. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateRmat } from 'ticktickclock'
import type { AnyComputation } from 'ticktickclock/bsp'
import { shareGraph } from 'ticktickclock/programs'
import { encodeValue } from '../../dist/bsp/codec.js'
import { createRandom, type Random } from '../../dist/random.js'
import mixture from './programs/faulty-mixture.mjs'
import pagerank from './programs/faulty-pagerank.mjs'
import sort from './programs/faulty-sort.mjs'

export type FaultKind = 'throw' | 'exit' | 'hang' | 'sleep' | 'kill'

/** Where and how often something happens; see programs/fault.mjs. */
export interface Fault {
  kind: FaultKind
  part: 'compute' | 'communicate'
  rank: number
  step: number
  times: number
  tokens: string
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
  ...{ kind: 'throw', part: 'compute', rank: -1, step: 0, times: 0, tokens: '' },
}

/** Anywhere in the program, once or twice. */
export function drawFault(
  random: Random,
  { supersteps }: FaultyProgram,
  processors: number,
  kinds: readonly FaultKind[],
  tokens: string,
): Fault {
  return {
    kind: kinds[random.nextBelow(kinds.length)],
    part: random.nextBelow(2) === 0 ? 'compute' : 'communicate',
    rank: random.nextBelow(processors),
    step: random.nextBelow(supersteps),
    times: 1 + random.nextBelow(2),
    tokens,
  }
}

/** All bits of a value, as text. */
export function bitsOf(value: unknown): string {
  return Buffer.from(encodeValue(value)).toString('base64')
}

/** A folder for tokens and checkpoints, and how to be rid of it. */
export function scratchFolder(): { folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'ticktickclock-faults-'))
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}
