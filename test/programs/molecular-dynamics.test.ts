/** Molecular dynamics: right forces, conserved quantities, the same bits on any number of ranks. */

import { run, type TransportKind } from 'ticktickclock/bsp'
import {
  createFluid,
  type MolecularDynamicsInput,
  type MolecularDynamicsResult,
  molecularDynamicsModule,
  molecularDynamicsProgram,
} from 'ticktickclock/programs'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../dist/random.js'
import { failureOf } from '../support/failure.js'
import { count, testSeed } from '../support/seed.js'

const seed = testSeed()

async function simulate(
  input: MolecularDynamicsInput,
  processors = 1,
  transport: TransportKind = 'inline',
): Promise<MolecularDynamicsResult> {
  const options = { input, processors, transport, maxSupersteps: 3 * (input.steps + 1) }
  const done =
    transport === 'inline'
      ? run(molecularDynamicsProgram, options)
      : run<typeof molecularDynamicsProgram>(molecularDynamicsModule, options)
  return (await done).result
}

/** A fluid whose particles are a little off their lattice. */
function shaken(particles: number, density: number, from: number) {
  const fluid = createFluid({ particles, density, seed: from % 2 ** 32 })
  const random = createRandom(from)
  const positions = fluid.positions.map((place) => {
    const moved = place + 0.2 * (random.nextFloat() - 0.5)
    return Math.min(Math.max(moved, 0), fluid.boxLength * (1 - 1e-12))
  })
  return { ...fluid, positions }
}

/** Potential energy by the definition: all pairs, no cells. */
function potentialOf(positions: Float64Array, boxLength: number, cutoff: number): number {
  const lennardJones = (r: number) => 4 * (1 / r ** 12 - 1 / r ** 6)
  const slope = (r: number) => 4 * (-12 / r ** 13 + 6 / r ** 7)
  let energy = 0
  for (let i = 0; i < positions.length; i += 3) {
    for (let j = 0; j < i; j += 3) {
      const r = Math.hypot(
        ...[0, 1, 2].map((axis) => {
          const d = Math.abs(positions[i + axis] - positions[j + axis])
          return Math.min(d, boxLength - d)
        }),
      )
      if (r >= cutoff) continue
      energy += lennardJones(r) - lennardJones(cutoff) - (r - cutoff) * slope(cutoff)
    }
  }
  return energy
}

describe('forces', () => {
  it.each(['wasm', 'reference'] as const)('are the slope of the energy: %s', async (device) => {
    for (let i = 0; i < count(20); i++) {
      const what = `seed ${seed + i}`
      // From boxes of 2 cells a side, where images are neighbours twice, to 5.
      const fluid = shaken(100 + 40 * (i % 8), 0.8, (seed + i) >>> 0)
      const { boxLength, positions } = fluid
      const still = { ...fluid, velocities: new Float64Array(positions.length) }
      const cutoff = Math.min(2.5, boxLength / 2)
      const timeStep = 1e-4
      const input = { ...still, cutoff, steps: 1, timeStep, device }
      const { energies, velocities } = await simulate(input, 1 + (i % 3))
      const potential = potentialOf(positions, boxLength, cutoff)
      expect(energies[0].potential, what).toBeCloseTo(potential, 6)
      // One step from rest: v = (F(0) + F(1))·dt/2, and F changes little in so short a time.
      const at = (7 * i) % positions.length
      const moved = (by: number) => {
        const copy = positions.slice()
        copy[at] += by
        return potentialOf(copy, boxLength, cutoff)
      }
      const force = -(moved(1e-6) - moved(-1e-6)) / 2e-6
      expect(Math.abs(velocities[at] / timeStep - force), what).toBeLessThan(
        1e-3 * (1 + Math.abs(force)) + 1e-2,
      )
    }
  })

  it('move two particles apart and together as the formula says', async () => {
    const input = {
      positions: Float64Array.of(4, 5, 5, 5, 5, 5),
      velocities: new Float64Array(6),
      ...{ boxLength: 10, steps: 1, timeStep: 1e-3, cutoff: 2.5 },
    }
    const { velocities } = await simulate(input)
    // F(1) = 24, less F(2.5) = 24·(2/2.5^13 - 1/2.5^7) of the shift.
    const shift = 24 * (2 / 2.5 ** 13 - 1 / 2.5 ** 7)
    expect(velocities[3] / 1e-3).toBeCloseTo(24 - shift, 1)
    expect(velocities[0]).toBeCloseTo(-velocities[3], 12)
    expect([...velocities.subarray(1, 3)]).toEqual([0, 0])
  })
})

describe('a fluid', () => {
  it(`of 1,000 particles keeps its energy over ${count(10_000)} steps`, async () => {
    const steps = count(10_000)
    const input = { ...createFluid({ particles: 1000 }), steps }
    const { energies, velocities } = await simulate(input, 2, 'threads')
    const [first] = energies
    const drift = Math.max(...energies.map(({ total }) => Math.abs(total / first.total - 1)))
    console.log(`energy ${first.total.toFixed(3)}, largest change ${(100 * drift).toFixed(4)} %`)
    expect(drift).toBeLessThan(0.001)
    // A tenth of the energy went to and fro: it was no standing still.
    const kinetic = energies.map((energy) => energy.kinetic)
    expect(Math.max(...kinetic) / Math.min(...kinetic)).toBeGreaterThan(1.1)
    for (let axis = 0; axis < 3; axis++) {
      const momentum = velocities.filter((_, i) => i % 3 === axis).reduce((sum, v) => sum + v, 0)
      expect(Math.abs(momentum)).toBeLessThan(1e-8)
    }
  })

  it('goes back to where it came from when its velocities are turned', async () => {
    const fluid = createFluid({ particles: 343, seed: seed % 1000 })
    const there = await simulate({ ...fluid, steps: 50 }, 3)
    const velocities = there.velocities.map((v) => -v)
    const back = await simulate({ ...fluid, positions: there.positions, velocities, steps: 50 })
    const { boxLength, positions } = fluid
    for (let i = 0; i < positions.length; i++) {
      const d = Math.abs(back.positions[i] - positions[i])
      expect(Math.min(d, boxLength - d)).toBeLessThan(1e-8)
    }
  })

  it('has the same bits for every number of processors and transport', async () => {
    const input = { ...shaken(400, 0.5, seed), steps: 40 }
    const expected = await simulate(input, 1)
    for (const processors of [2, 3, 8, 40]) {
      expect(await simulate(input, processors), `p = ${processors}`).toEqual(expected)
    }
    expect(await simulate(input, 3, 'threads')).toEqual(expected)
    expect(await simulate(input, 2, 'transfer')).toEqual(expected)
  })

  it('differs between devices by rounding only', async () => {
    const input = { ...shaken(200, 0.6, seed), steps: 5 }
    const [wasm, reference] = await Promise.all([
      simulate({ ...input, device: 'wasm' }),
      simulate({ ...input, device: 'reference' }),
    ])
    for (let i = 0; i < wasm.positions.length; i++) {
      expect(wasm.positions[i]).toBeCloseTo(reference.positions[i], 9)
    }
  })

  it('may be empty, or one particle that flies out at one side and in at the other', async () => {
    const empty = { positions: new Float64Array(0), velocities: new Float64Array(0) }
    const nothing = await simulate({ ...empty, boxLength: 10, steps: 3 }, 2)
    expect(nothing.energies.map(({ total }) => total)).toEqual([0, 0, 0, 0])
    const alone = { positions: Float64Array.of(1, 2, 3), velocities: Float64Array.of(0, -1, 0) }
    const { positions } = await simulate({ ...alone, boxLength: 10, steps: 750 }, 2)
    expect([...positions].map((place) => Math.round(place * 1e6) / 1e6)).toEqual([1, 9, 3])
  })
})

describe('bad input', () => {
  const good = { ...createFluid({ particles: 200 }), steps: 1 }
  it.each([
    [{ steps: -1 }, /"steps" expected whole number/],
    [{ cutoff: 4 }, /"cutoff" expected at most half of the box's edge .* more particles/],
    [{ velocities: new Float64Array(3) }, /"velocities" expected length 600/],
    [{ positions: new Float64Array(4) }, /expected x, y and z of each particle, got 4/],
    [{ positions: good.positions.map(() => -1) }, /in \[0, 6.*\), got -1 of particle 0/],
    [{ positions: good.positions.map((x, i) => (i === 5 ? Number.NaN : x)) }, /NaN of particle 1/],
    [{ positions: new Float64Array(600), steps: 1 }, /particles came too close; take a smaller/],
    [{ speed: 1 }, /"input" has no option "speed"/],
  ])('%#: is refused in words', async (change, problem) => {
    const error = await failureOf(simulate({ ...good, ...change } as MolecularDynamicsInput))
    expect(error.message).toMatch(problem)
  })

  it('of a fluid, too', () => {
    expect(() => createFluid({ particles: 0 })).toThrow('"particles" expected whole number')
    expect(() => createFluid({ particles: 8, density: 0 })).toThrow('"density" expected number')
  })
})
