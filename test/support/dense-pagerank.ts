/**
 * PageRank by dense linear algebra in f64, an oracle for small graphs: solves
 * (I − d·Pᵀ − d·p·danglingᵀ)·x = (1 − d)·p by Gaussian elimination with partial pivoting. Shares no
 * code with src.
 */

/** A graph as plain rows: the arcs of v are targets[offsets[v]] … targets[offsets[v + 1] - 1]. */
export interface DenseGraph {
  vertexCount: number
  offsets: ArrayLike<number>
  targets: ArrayLike<number>
  weights?: ArrayLike<number> | undefined
}

export interface DensePagerankOptions {
  /** d. Default 0.85. */
  damping?: number
  /** False counts every arc as 1. Default: weights where there are any. */
  weighted?: boolean
  /** Jump distribution, sums to 1. Default uniform. */
  personalization?: ArrayLike<number> | undefined
  /** False loses the mass of dangling vertices. Default true: it goes to the jump distribution. */
  redistributeDangling?: boolean
}

/** Exact ranks, up to about 1e-15; n ≤ some hundreds. */
export function densePagerank(graph: DenseGraph, options: DensePagerankOptions = {}): number[] {
  const { vertexCount: n, offsets, targets } = graph
  const { damping = 0.85, redistributeDangling = true } = options
  const weights = options.weighted === false ? undefined : graph.weights
  const jump = Array.from({ length: n }, (_, v) => options.personalization?.[v] ?? 1 / n)
  const matrix = Array.from({ length: n }, (_, row) =>
    Array.from({ length: n }, (_, column) => (row === column ? 1 : 0)),
  )
  for (let v = 0; v < n; v++) {
    let total = 0
    for (let e = offsets[v]; e < offsets[v + 1]; e++) total += weights?.[e] ?? 1
    if (total === 0) {
      if (!redistributeDangling) continue
      for (let row = 0; row < n; row++) matrix[row][v] -= damping * jump[row]
      continue
    }
    for (let e = offsets[v]; e < offsets[v + 1]; e++) {
      matrix[targets[e]][v] -= (damping * (weights?.[e] ?? 1)) / total
    }
  }
  return solve(
    matrix,
    jump.map((share) => (1 - damping) * share),
  )
}

/** Solves matrix·x = right, destroying both. */
export function solve(matrix: number[][], right: number[]): number[] {
  const n = right.length
  for (let column = 0; column < n; column++) {
    let pivot = column
    for (let row = column + 1; row < n; row++) {
      if (Math.abs(matrix[row][column]) > Math.abs(matrix[pivot][column])) pivot = row
    }
    ;[matrix[column], matrix[pivot]] = [matrix[pivot], matrix[column]]
    ;[right[column], right[pivot]] = [right[pivot], right[column]]
    for (let row = column + 1; row < n; row++) {
      const factor = matrix[row][column] / matrix[column][column]
      if (factor === 0) continue
      for (let k = column; k < n; k++) matrix[row][k] -= factor * matrix[column][k]
      right[row] -= factor * right[column]
    }
  }
  for (let row = n - 1; row >= 0; row--) {
    for (let k = row + 1; k < n; k++) right[row] -= matrix[row][k] * right[k]
    right[row] /= matrix[row][row]
  }
  return right
}

/** Σ |a − b|. */
export function l1Distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += Math.abs(a[i] - b[i])
  return sum
}

/** Ranks after so many steps of power iteration from 1/n each, with a dense matrix; d = 0.85. */
export function densePowerIteration(graph: DenseGraph, iterations: number): number[] {
  const { vertexCount: n, offsets, targets, weights } = graph
  const matrix = Array.from({ length: n }, () => new Array<number>(n).fill(1 / n))
  for (let v = 0; v < n; v++) {
    let total = 0
    for (let e = offsets[v]; e < offsets[v + 1]; e++) total += weights?.[e] ?? 1
    if (total === 0) continue
    matrix[v].fill(0)
    for (let e = offsets[v]; e < offsets[v + 1]; e++) {
      matrix[v][targets[e]] += (weights?.[e] ?? 1) / total
    }
  }
  let ranks = new Array<number>(n).fill(1 / n)
  for (let k = 0; k < iterations; k++) {
    ranks = ranks.map(
      (_, to) => 0.15 / n + 0.85 * ranks.reduce((sum, rank, v) => sum + rank * matrix[v][to], 0),
    )
  }
  return ranks
}
