/** Particles as columns, sorted by local cell and, within a cell, by id: the order of all sums. */

import type { LocalCells } from './cells.js'

const COLUMNS = ['x', 'y', 'z', 'vx', 'vy', 'vz'] as const

/** Columns of one length. */
export interface Particles {
  id: Uint32Array
  x: Float64Array
  y: Float64Array
  z: Float64Array
  vx: Float64Array
  vy: Float64Array
  vz: Float64Array
}

/** Particles in order, and where each cell's begin. */
export interface SortedParticles extends Particles {
  /** u32[cells + 1]. */
  starts: Uint32Array
}

function emptyParticles(count: number): Particles {
  const column = () => new Float64Array(count)
  const id = new Uint32Array(count)
  return { id, x: column(), y: column(), z: column(), vx: column(), vy: column(), vz: column() }
}

/** Some of them, in the order of `indices`. */
export function pickParticles(from: Particles, indices: ArrayLike<number>): Particles {
  const picked = emptyParticles(indices.length)
  for (let i = 0; i < indices.length; i++) {
    picked.id[i] = from.id[indices[i]]
    for (const name of COLUMNS) picked[name][i] = from[name][indices[i]]
  }
  return picked
}

/** All of the first, then all of the second. */
export function joinParticles(first: Particles, second: Particles): Particles {
  const joined = emptyParticles(first.id.length + second.id.length)
  joined.id.set(first.id)
  joined.id.set(second.id, first.id.length)
  for (const name of COLUMNS) {
    joined[name].set(first[name])
    joined[name].set(second[name], first.id.length)
  }
  return joined
}

/** Sorts particles that all lie in cells with a local number below `cellCount`. */
export function sortParticles(
  particles: Particles,
  { grid, localOf }: LocalCells,
  cellCount: number,
): SortedParticles {
  const { id, x, y, z } = particles
  const cells = Uint32Array.from(id, (_, i) => localOf[grid.cellOf(x[i], y[i], z[i])])
  const order = Uint32Array.from(id, (_, i) => i)
  order.sort((a, b) => cells[a] - cells[b] || id[a] - id[b])
  const starts = new Uint32Array(cellCount + 1)
  for (const cell of cells) starts[cell + 1]++
  for (let cell = 0; cell < cellCount; cell++) starts[cell + 1] += starts[cell]
  return { ...pickParticles(particles, order), starts }
}
