/** Start states for molecular dynamics: particles on a lattice with thermal velocities. */

import { checkInteger, checkNumber, checkOptions } from '../../check.js'
import { createRandom } from '../../random.js'

/** Options of `createFluid`, in reduced units (σ = ε = m = k_B = 1). */
export interface FluidOptions {
  /** Number of particles, n: 1 to 10,000,000. */
  particles: number
  /** Particles a unit of volume. Default 0.8442, a liquid near the triple point. */
  density?: number
  /**
   * Mean kinetic energy is 1.5 times this a particle, less what the total momentum takes. Default
   * 0.728.
   */
  temperature?: number
  /** Seed of the velocities. Default 0. */
  seed?: number
}

/** Particles in a periodic cube. */
export interface Fluid {
  /** f64[3n]: x, y and z of each particle in turn, in [0, boxLength). */
  positions: Float64Array
  /** f64[3n], likewise; they sum to 0. */
  velocities: Float64Array
  /** Edge of the cube. */
  boxLength: number
}

const MOST_PARTICLES = 10_000_000

/**
 * A start state: a simple cubic lattice, velocities after Maxwell and Boltzmann, no total momentum.
 *
 * @throws TypeError, RangeError for the options
 * @example
 * ```ts
 * const { positions, boxLength } = createFluid({ particles: 1000 })
 * console.log(positions.length, boxLength.toFixed(3)) // 3000 10.581
 * ```
 */
export function createFluid(options: FluidOptions): Fluid {
  checkOptions('options', options, ['particles', 'density', 'temperature', 'seed'])
  const { particles, density = 0.8442, temperature = 0.728, seed = 0 } = options
  checkInteger('particles', particles, 1, MOST_PARTICLES)
  checkNumber('density', density, { low: Number.MIN_VALUE })
  checkNumber('temperature', temperature, { low: 0 })
  checkInteger('seed', seed, 0, 2 ** 32 - 1)
  const boxLength = Math.cbrt(particles / density)
  const side = Math.ceil(Math.cbrt(particles) - 1e-9)
  const positions = new Float64Array(3 * particles)
  for (let i = 0; i < particles; i++) {
    const place = [Math.floor(i / side ** 2), Math.floor(i / side) % side, i % side]
    for (let axis = 0; axis < 3; axis++) {
      positions[3 * i + axis] = ((place[axis] + 0.5) * boxLength) / side
    }
  }
  return { positions, velocities: thermal(particles, temperature, seed), boxLength }
}

/** Normal numbers (Box and Muller, 1958), less their mean. */
function thermal(particles: number, temperature: number, seed: number): Float64Array {
  const random = createRandom(seed)
  const velocities = new Float64Array(3 * particles)
  for (let i = 0; i < velocities.length; i++) {
    const radius = Math.sqrt(-2 * temperature * Math.log(1 - random.nextFloat()))
    velocities[i] = radius * Math.cos(2 * Math.PI * random.nextFloat())
  }
  for (let axis = 0; axis < 3; axis++) {
    let sum = 0
    for (let i = axis; i < velocities.length; i += 3) sum += velocities[i]
    for (let i = axis; i < velocities.length; i += 3) velocities[i] -= sum / particles
  }
  return velocities
}
