/** Degrees and weights of own vertices, along the ways that messages go. */

import type { Graph } from '../../graph/csr.js'
import type { MessageDirection } from './arcs.js'

type Range = { first: number; end: number }

/** How many arcs each own vertex's messages go along. */
export function outDegreesOf(
  { directed, offsets, targets }: Graph,
  direction: MessageDirection,
  { first, end }: Range,
): Uint32Array {
  const own = end - first
  const degrees = new Uint32Array(own)
  if (!directed || direction !== 'in') {
    for (let v = 0; v < own; v++) degrees[v] = offsets[first + v + 1] - offsets[first + v]
  }
  if (directed && direction !== 'out') {
    for (let arc = 0; arc < targets.length; arc++) {
      const target = (targets[arc] - first) >>> 0
      if (target < own) degrees[target]++
    }
  }
  return degrees
}

/** Sum of the weights of those arcs. */
export function outWeightsOf(
  { directed, offsets, targets, weights }: Graph,
  direction: MessageDirection,
  { first, end }: Range,
): Float64Array {
  const own = end - first
  const sums = new Float64Array(own)
  if (weights === undefined) return sums
  if (!directed || direction !== 'in') {
    for (let v = 0; v < own; v++) {
      for (let arc = offsets[first + v]; arc < offsets[first + v + 1]; arc++) {
        sums[v] += weights[arc]
      }
    }
  }
  if (directed && direction !== 'out') {
    for (let arc = 0; arc < targets.length; arc++) {
      const target = (targets[arc] - first) >>> 0
      if (target < own) sums[target] += weights[arc]
    }
  }
  return sums
}
