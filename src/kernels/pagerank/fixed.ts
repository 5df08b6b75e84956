/**
 * PageRank in fixed point, `precision: 'exact'`: what the arithmetic is, a plan's numbers in it,
 * and how far it can be from the exact ranks. Whole numbers have the same sum in any order, so that
 * the ranks have the same bits on every device and for every number of threads.
 *
 * A rank is a u64 in units of 2^-62, a fraction (damping, a vertex's share of the jump, an arc's
 * share of its tail's rank) a u64 in units of 2^-63. Rank times fraction is
 * ⌊(rank·fraction + 2^62) / 2^63⌋. An iteration is
 *
 *   contribution(u) = rank(u) × ⌊(2^63 + ⌊degree/2⌋) / degree⌋       0 where u has no out-arcs
 *   jump            = 2^62 − 2^62 × damping + dangling × damping
 *   rank(v)         = jump × share(v) + (sum of what in-arcs bring) × damping
 *
 * With weights the contribution is the rank, and an arc brings contribution × ⌊2^63·(w/W)⌋ with
 * w/W in double precision, W the tail's weights by Neumaier's sum in the order of its arcs. All
 * ranks sum to about 2^62, two vectors differ by about 2^63 at most: nothing overflows.
 */

import type { Steps } from '../../graph/slices.js'
import type { PagerankPlan } from './types.js'

/** The rank 1. */
export const ONE = 2n ** 62n

/** The fraction 1. */
export const WHOLE = 2n ** 63n

/** A plan's numbers in fixed point. */
export interface FixedPlan {
  damping: bigint
  /** The run ends at a residual below this. */
  residualLimit: bigint
  /** Rank to start with, and share of the jump, where the plan has no vectors. */
  uniformRank: bigint
  uniformJump: bigint
  start: BigUint64Array | undefined
  personalization: BigUint64Array | undefined
}

/** Values between two turns of the event loop. */
const STRIDE = 1 << 15

/** A plan's numbers in fixed point, for n ≥ 1 vertices. */
export function* fixedPlan(plan: PagerankPlan, vertexCount: number): Steps<FixedPlan> {
  const { damping, tolerance, start, personalization } = plan
  return {
    damping: inUnits(damping, WHOLE),
    // No residual exceeds 2.
    residualLimit: tolerance < 0 ? 0n : inUnits(Math.min(tolerance, 3), ONE) + 1n,
    uniformRank: divided(ONE, vertexCount),
    uniformJump: divided(WHOLE, vertexCount),
    start: start && (yield* allInUnits(start, ONE)),
    personalization: personalization && (yield* allInUnits(personalization, WHOLE)),
  }
}

/** A rank or a residual as a number. */
export function fromFixed(value: bigint): number {
  return Number(value) / Number(ONE)
}

/** one/divisor, rounded to the nearest unit. */
export function divided(one: bigint, divisor: number): bigint {
  const by = BigInt(divisor)
  return (one + by / 2n) / by
}

/** Whole units in a number, rounded down; the product is exact. */
export function inUnits(value: number, one: bigint): bigint {
  return BigInt(Math.floor(value * Number(one)))
}

function* allInUnits(values: Float64Array, one: bigint): Steps<BigUint64Array> {
  const units = new BigUint64Array(values.length)
  for (let i = 0; i < values.length; i += STRIDE) {
    if (i > 0) yield
    const end = Math.min(values.length, i + STRIDE)
    for (let j = i; j < end; j++) units[j] = inUnits(values[j], one)
  }
  return units
}

/**
 * What fixed point can put between the ranks and the exact ones, in L1: the errors of one
 * iteration over 1 - d (webgpu-bound.ts says why), and of reading ranks as doubles. In units of
 * 2^-62: an arc's contribution is off by half of one, its share by at most as much again; a
 * vertex by a half for each of its two products and by a half for its share of the jump; the jump
 * by 2. Weights and a personalisation are doubles before they are shares: 4 roundings of the whole.
 */
export function fixedBound(plan: PagerankPlan, vertexCount: number, arcCount: number): number {
  const units = arcCount + 1.5 * vertexCount + 4
  const vectors = (plan.weighted ? 4 : 0) + (plan.personalization === undefined ? 0 : 4)
  // Weights' sums are compensated: (m·u)² on top, as in reference.ts.
  const summed = plan.weighted ? (arcCount * 2 ** -53) ** 2 : 0
  return (units * 2 ** -62 + vectors * 2 ** -53 + summed) / (1 - plan.damping) + 2 ** -53
}
