/**
 * How far rounding in f32 can take the GPU's ranks from the exact fixed point. webgpu.ts calls it
 * once a run, with numbers that the run has anyway.
 *
 * Let F be the exact iteration, x* its fixed point, and x₀, x₁, … what the GPU computes. In L1, F
 * is a contraction by d (its matrix P is column-substochastic). Call e the error of the last
 * iteration alone: x_K = F(x_{K-1}) + e. Then
 *
 *   ‖x_K − x*‖ ≤ d·‖x_{K-1} − x*‖ + ‖e‖ ≤ d·(‖x_K − x_{K-1}‖ + ‖x_K − x*‖) + ‖e‖
 *   ‖x_K − x*‖ ≤ d/(1−d)·‖x_K − x_{K-1}‖ + ‖e‖/(1−d)
 *
 * The first term is the usual bound by the residual; the second is rounding. Earlier iterations
 * don't count, whatever they did: they only chose the start of the last one.
 *
 * ‖e‖ follows from counting roundings (Higham, Accuracy and Stability of Numerical Algorithms,
 * section 3.1): all terms are ≥ 0, so a value that k operations of relative error ≤ u lead to is
 * off by at most γ(k) = ku/(1 − ku) of itself. u is 2^-23, one unit in the last place: WGSL
 * (15.7.4) lets an addition or multiplication round to either neighbour. Fused multiply-add and
 * reordering, which WGSL allows where they are at least as accurate, only remove roundings.
 * Conversions on the host round to nearest and count half. WGSL may flush subnormal numbers (below
 * 2^-126) to zero, which costs at most 2^-126 an operation.
 */

/** One unit in the last place of f32. */
const ULP = 2 ** -23

/** Least normal f32. */
const FLUSH = 2 ** -126

/**
 * Roundings of a link sum's terms outside the sum: 1/degree (half: host) times rank, or weight
 * (half) times contribution; damping (half) times sum; plus the jump. Those of the jump are fewer.
 */
const OUTER_ROUNDINGS = 4

/** γ(k): relative error of k roundings. */
function gamma(count: number): number {
  const product = count * ULP
  return product < 0.5 ? product / (1 - product) : Number.POSITIVE_INFINITY
}

/** Most additions that one of `count` terms goes through in the loops of pagerank.wgsl. */
export function depthOf(count: number): number {
  const fours = Math.floor(count / 4)
  const rest = count % 4
  if (fours === 0) return Math.max(0, rest - 1)
  // fours - 1 additions in a running sum (the first is to 0, exact), 2 across, 1 for the rest.
  return fours + 1 + (rest > 0 ? 1 : 0)
}

/** Sizes of the levels of the sum over all vertices, from n down to at most `fan`. */
export function reductionSizes(vertexCount: number, fan: number): number[] {
  const sizes = [vertexCount]
  while (sizes[sizes.length - 1] > fan) sizes.push(Math.ceil(sizes[sizes.length - 1] / fan))
  return sizes
}

/** Additions that a value goes through in the sum over all vertices. */
function reductionDepth(vertexCount: number, fan: number): number {
  const sizes = reductionSizes(vertexCount, fan)
  return (sizes.length - 1) * depthOf(fan) + depthOf(sizes[sizes.length - 1])
}

/** What the bound is computed from. */
export interface RoundingInput {
  damping: number
  /** x_K, as read from the GPU. */
  ranks: Float32Array
  /** Additions in the link sum of each vertex, see `depthOf`. */
  depths: Uint8Array
  arcCount: number
  /** Dangling mass that the last iteration spread, as the GPU computed it. */
  danglingBefore: number
  /** ‖x_K − x_{K-1}‖ as the GPU computed it. */
  residual: number
  /** Most values that one addition loop takes. */
  fan: number
}

/** Vertices between two pauses. */
const STRIDE = 1 << 18

/** The second term above, plus the rounding in the residual of the first. */
export async function roundingBound(
  input: RoundingInput,
  pause: () => Promise<void>,
): Promise<number> {
  const { damping, ranks, depths, arcCount, danglingBefore, residual, fan } = input
  const n = ranks.length
  const reduction = reductionDepth(n, fan)
  let local = 0
  for (let v = 0; v < n; v += STRIDE, await pause()) {
    local += linkErrors(ranks, depths, v, Math.min(n, v + STRIDE))
  }
  local += damping * outward(danglingBefore, reduction + 1) * (1 + gamma(OUTER_ROUNDINGS))
  // The GPU's jump mass is 1 - (rounded d).
  local += Math.abs(Math.fround(damping) - damping)
  local += (8 * arcCount + 32 * n) * FLUSH
  const residualError = damping * outward(residual, reduction + 1)
  // Sums of n doubles are off by less than a millionth.
  return ((local + residualError) / (1 - damping)) * 1.000001
}

/** Error of an exact value of which `computed` is known to be off by `roundings`: γ/(1 − γ). */
function outward(computed: number, roundings: number): number {
  const relative = gamma(roundings)
  return (relative / (1 - relative)) * computed
}

function linkErrors(ranks: Float32Array, depths: Uint8Array, begin: number, end: number): number {
  let sum = 0
  for (let v = begin; v < end; v++) {
    const relative = (OUTER_ROUNDINGS + depths[v]) * ULP
    // γ/(1 − γ) for γ = r/(1 − r).
    sum += (relative / (1 - 2 * relative)) * ranks[v]
  }
  return sum
}
