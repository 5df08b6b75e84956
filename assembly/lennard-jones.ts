// Lennard-Jones forces between particles in cells, in the shape of
// src/kernels/lennard-jones/layout.ts. Every pair is computed from both ends, and a particle's
// pairs in the order of cells and of particles in them: the bits depend on that order alone. One
// thread. Kernel ABI: control.ts.
import {
  BOX_LENGTH,
  CELL_START,
  CUTOFF,
  CUTOFF_ENERGY,
  CUTOFF_FORCE,
  ENERGY,
  FORCE_X,
  FORCE_Y,
  FORCE_Z,
  NEIGHBOR_START,
  NEIGHBORS,
  OWN_CELLS,
  X,
  Y,
  Z,
} from '../src/kernels/lennard-jones/layout'
import { ABORTED, DONE, isAborted } from './control'

/** Cells between two looks at the abort flag. */
const CELLS_AT_ONCE: u32 = 64

export function lennardJones(_thread: i32, _threads: i32, p: usize): i32 {
  const cells = load<u32>(p, OWN_CELLS)
  for (let cell: u32 = 0; cell < cells; cell++) {
    if (cell % CELLS_AT_ONCE == 0 && isAborted()) return ABORTED
    lennardJonesCell(p, cell)
  }
  return DONE
}

/** Forces on the particles of a cell. */
export function lennardJonesCell(p: usize, cell: u32): void {
  const starts = <usize>load<u32>(p, CELL_START)
  const end = load<u32>(starts + ((<usize>cell + 1) << 2))
  for (let i = load<u32>(starts + ((<usize>cell) << 2)); i < end; i++) {
    lennardJonesParticle(p, cell, i)
  }
}

/** Forces on a particle. Two partners at a time are looked at; few of them are near enough. */
export function lennardJonesParticle(p: usize, cell: u32, i: u32): void {
  const x = <usize>load<u32>(p, X)
  const y = <usize>load<u32>(p, Y)
  const z = <usize>load<u32>(p, Z)
  const starts = <usize>load<u32>(p, CELL_START)
  const length = f64x2.splat(load<f64>(p, BOX_LENGTH))
  const perLength = f64x2.splat(1 / load<f64>(p, BOX_LENGTH))
  const cutoff = load<f64>(p, CUTOFF)
  const cutoffEnergy = load<f64>(p, CUTOFF_ENERGY)
  const cutoffForce = load<f64>(p, CUTOFF_FORCE)
  const square = cutoff * cutoff
  const squares = f64x2.splat(square)
  const own = (<usize>i) << 3
  const ownX = v128.load64_splat(x + own)
  const ownY = v128.load64_splat(y + own)
  const ownZ = v128.load64_splat(z + own)
  let forceX: f64 = 0
  let forceY: f64 = 0
  let forceZ: f64 = 0
  let energy: f64 = 0
  const places = <usize>load<u32>(p, NEIGHBOR_START) + ((<usize>cell) << 2)
  const list = <usize>load<u32>(p, NEIGHBORS)
  for (let at = load<u32>(places), last = load<u32>(places, 4); at < last; at++) {
    const neighbor = starts + ((<usize>load<u32>(list + ((<usize>at) << 2))) << 2)
    const end = load<u32>(neighbor, 4)
    for (let first = load<u32>(neighbor); first < end; first += 2) {
      const other = (<usize>first) << 3
      // To the nearest of the others' images.
      let dx = f64x2.sub(ownX, v128.load(x + other))
      let dy = f64x2.sub(ownY, v128.load(y + other))
      let dz = f64x2.sub(ownZ, v128.load(z + other))
      dx = f64x2.sub(dx, f64x2.mul(length, f64x2.nearest(f64x2.mul(dx, perLength))))
      dy = f64x2.sub(dy, f64x2.mul(length, f64x2.nearest(f64x2.mul(dy, perLength))))
      dz = f64x2.sub(dz, f64x2.mul(length, f64x2.nearest(f64x2.mul(dz, perLength))))
      let sum = f64x2.add(f64x2.mul(dx, dx), f64x2.mul(dy, dy))
      sum = f64x2.add(sum, f64x2.mul(dz, dz))
      if (!v128.any_true(f64x2.lt(sum, squares))) continue
      for (let lane: u32 = 0; lane < 2; lane++) {
        const j = first + lane
        const r2 = lane == 0 ? f64x2.extract_lane(sum, 0) : f64x2.extract_lane(sum, 1)
        if (j >= end || j == i || !(r2 < square)) continue
        const distance = sqrt(r2)
        const inverse2 = 1 / r2
        const inverse6 = inverse2 * inverse2 * inverse2
        // Force and energy go to 0 at the cutoff: what is there is taken from all (shifted force).
        const force = 24 * inverse6 * (2 * inverse6 - 1) * inverse2 - cutoffForce / distance
        energy += 4 * inverse6 * (inverse6 - 1) - cutoffEnergy + (distance - cutoff) * cutoffForce
        forceX += force * (lane == 0 ? f64x2.extract_lane(dx, 0) : f64x2.extract_lane(dx, 1))
        forceY += force * (lane == 0 ? f64x2.extract_lane(dy, 0) : f64x2.extract_lane(dy, 1))
        forceZ += force * (lane == 0 ? f64x2.extract_lane(dz, 0) : f64x2.extract_lane(dz, 1))
      }
    }
  }
  store<f64>(<usize>load<u32>(p, FORCE_X) + own, forceX)
  store<f64>(<usize>load<u32>(p, FORCE_Y) + own, forceY)
  store<f64>(<usize>load<u32>(p, FORCE_Z) + own, forceZ)
  store<f64>(<usize>load<u32>(p, ENERGY) + own, 0.5 * energy)
}
