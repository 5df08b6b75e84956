/**
 * Numbers over all vertices: each processor combines its blocks, everybody gets everybody's, and
 * joins them over a binary tree of block numbers. So sums have the same bits for every number of
 * processors.
 */

import { combinerOf } from './combine.js'
import type { Position } from './cursor.js'
import type { Asked } from './rows.js'

type Combine = 'sum' | 'min' | 'max'

/** Combines own vertices, block by block; blocks begin at multiples of 2^blockShift. */
export function combineBlocks<V, F>(
  combine: Combine,
  program: Asked<(after: V, before: V, facts: F) => number>,
  vertex: { after: V; before: V; facts: F; position: Position },
  ownCount: number,
  blockShift: number,
): Float64Array {
  const { identity, combine: join } = combinerOf(combine)
  const { after, before, facts, position } = vertex
  const blocks = new Float64Array(Math.ceil(ownCount / 2 ** blockShift)).fill(identity)
  for (let block = 0; block < blocks.length; block++) {
    const first = block * 2 ** blockShift
    const end = Math.min(ownCount, first + 2 ** blockShift)
    let all = identity
    if (combine === 'sum') {
      for (position.at = first; position.at < end; position.at++) {
        all += program.ask(after, before, facts)
      }
    } else {
      for (position.at = first; position.at < end; position.at++) {
        all = join(all, program.ask(after, before, facts))
      }
    }
    blocks[block] = all
  }
  return blocks
}

/** Joins blocks in place; what there is without any is the identity. */
export function joinTree(blocks: Float64Array, combine: Combine): number {
  const { identity, combine: join } = combinerOf(combine)
  for (let count = blocks.length; count > 1; count = Math.ceil(count / 2)) {
    for (let i = 0; 2 * i < count; i++) {
      blocks[i] = 2 * i + 1 < count ? join(blocks[2 * i], blocks[2 * i + 1]) : blocks[2 * i]
    }
  }
  return blocks.length === 0 ? identity : blocks[0]
}
