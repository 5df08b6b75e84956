/**
 * What PageRank on the GPU computes in: f32, or 64-bit fixed point as fixed.ts defines it. Each has
 * a shader with the same entry points and bindings; here is how the host writes for it and reads.
 */

import {
  pagerankFixedSizes,
  pagerankFixedWgsl,
  pagerankSizes,
  pagerankWgsl,
} from '../../devices/webgpu/shaders.generated.js'
import { runSliced } from '../../graph/slices.js'
import { divided, fixedPlan, fromFixed, inUnits, ONE, WHOLE } from './fixed.js'
import type { PagerankPlan, Precision } from './types.js'

/** Numbers as a shader has them. */
export type Elements = Float32Array | BigUint64Array

/** `State` of a shader, as far as the host needs it. */
export interface RunState {
  done: boolean
  iterations: number
  residual: number
  /** Dangling mass that the last iteration spread; 0 in fixed point, which needs no such bound. */
  danglingBefore: number
}

/** A plan's numbers for a shader. */
export interface GpuPlan {
  /** `Params`. */
  parameters: Uint8Array
  start: Elements
  /** One element if uniform. */
  jump: Elements
}

export interface Arithmetic {
  /** Of the module's pipelines, and of the layouts that a graph keeps. */
  readonly name: 'pagerank' | 'pagerank-fixed'
  readonly code: string
  readonly elementBytes: 4 | 8
  readonly workgroup: number
  readonly segment: number
  /** Room for shares of ranks. */
  shares(length: number): Elements
  /** Sets a share: 1/degree of a vertex, or w/W of an arc. */
  setDegree(shares: Elements, index: number, degree: number): void
  setShare(shares: Elements, index: number, share: number): void
  planFor(plan: PagerankPlan, vertexCount: number): Promise<GpuPlan>
  /** @param words 6 of them */
  readState(words: Uint32Array): RunState
}

export function arithmeticFor(precision: Precision): Arithmetic {
  return precision === 'exact' ? FIXED : F32
}

const F32: Arithmetic = {
  name: 'pagerank',
  code: pagerankWgsl,
  elementBytes: 4,
  workgroup: pagerankSizes.WORKGROUP,
  segment: pagerankSizes.SEGMENT,
  shares: (length) => new Float32Array(length),
  setDegree(shares, index, degree) {
    shares[index] = 1 / degree
  },
  setShare(shares, index, share) {
    shares[index] = share
  },
  async planFor(plan, n) {
    const words = new Uint32Array(8)
    words.set(flagsOf(plan, n))
    // 1 - d from the rounded d: so the mass stays 1, instead of growing by their two roundings.
    const jumpMass = 1 - Math.fround(plan.damping)
    const floats = [plan.damping, jumpMass, 1 / n, roundedDown(plan.tolerance)]
    new Float32Array(words.buffer).set(floats, 3)
    return {
      parameters: new Uint8Array(words.buffer),
      start: plan.start ? new Float32Array(plan.start) : new Float32Array(n).fill(1 / n),
      jump: new Float32Array(plan.personalization ?? [0]),
    }
  },
  readState(words) {
    const floats = new Float32Array(words.buffer)
    return {
      ...{ done: words[0] !== 0, iterations: words[1] },
      ...{ residual: floats[2], danglingBefore: floats[5] },
    }
  },
}

const FIXED: Arithmetic = {
  name: 'pagerank-fixed',
  code: pagerankFixedWgsl,
  elementBytes: 8,
  workgroup: pagerankFixedSizes.WORKGROUP,
  segment: pagerankFixedSizes.SEGMENT,
  shares: (length) => new BigUint64Array(length),
  setDegree(shares, index, degree) {
    shares[index] = divided(WHOLE, degree)
  },
  setShare(shares, index, share) {
    shares[index] = inUnits(share, WHOLE)
  },
  async planFor(plan, n) {
    const fixed = await runSliced(fixedPlan(plan, n), plan.signal)
    const { damping, residualLimit, uniformRank, uniformJump } = fixed
    const words = new Uint32Array(12)
    words.set(flagsOf(plan, n))
    const jumpMass = ONE - (ONE * damping + ONE) / WHOLE
    new BigUint64Array(words.buffer).set([damping, jumpMass, uniformJump, residualLimit], 2)
    return {
      parameters: new Uint8Array(words.buffer),
      start: fixed.start ?? new BigUint64Array(n).fill(uniformRank),
      jump: fixed.personalization ?? new BigUint64Array(1),
    }
  },
  readState(words) {
    const [, residual] = new BigUint64Array(words.buffer)
    return {
      ...{ done: words[0] !== 0, iterations: words[1] },
      ...{ residual: fromFixed(residual), danglingBefore: 0 },
    }
  },
}

/** The first words of `Params`, the same in both. */
function flagsOf(plan: PagerankPlan, vertexCount: number): number[] {
  return [vertexCount, plan.personalization ? 1 : 0, plan.redistributeDangling ? 1 : 0]
}

/** The f32 at or below, so that what the GPU calls converged is so for the host's tolerance too. */
function roundedDown(value: number): number {
  const near = Math.fround(value)
  if (near <= value) return near
  const bits = new Int32Array(1)
  const float = new Float32Array(bits.buffer)
  float[0] = near
  bits[0] += near > 0 ? -1 : 1
  return float[0]
}
