/**
 * A thousand particles of a Lennard-Jones liquid, as argon near its triple point, on four
 * processors: each has some cells of the box, shows its neighbours what lies near them, and hands
 * over particles that leave. The forces are computed on WASM. Kinetic and potential energy go to
 * and fro; their sum must not.
 */

import { run } from 'ticktickclock/bsp'
import {
  createFluid,
  molecularDynamicsModule,
  type molecularDynamicsProgram,
} from 'ticktickclock/programs'

const steps = Number(process.argv[2] ?? 500)
const fluid = createFluid({ particles: 1000, density: 0.8442, temperature: 0.728, seed: 1 })
console.log(`1000 particles in a box of ${fluid.boxLength.toFixed(2)} a side, ${steps} steps`)

const { result, supersteps, messages, bytes, elapsedMs } = await run<
  typeof molecularDynamicsProgram
>(molecularDynamicsModule, {
  input: { ...fluid, steps, timeStep: 0.004, recordEvery: Math.ceil(steps / 5) },
  processors: 4,
  maxSupersteps: 3 * (steps + 1),
})

console.log('  step    kinetic  potential      total')
for (const { step, kinetic, potential, total } of result.energies) {
  const cells = [kinetic, potential, total].map((energy) => energy.toFixed(2).padStart(10))
  console.log(`${String(step).padStart(6)} ${cells.join(' ')}`)
}
const [first] = result.energies
const drift = Math.max(...result.energies.map(({ total }) => Math.abs(total / first.total - 1)))
console.log(`largest change of the total: ${(100 * drift).toFixed(4)} %`)
console.log(
  `${supersteps} supersteps, ${messages} particles sent (${(bytes / 2 ** 20).toFixed(1)} MiB), ` +
    `${(elapsedMs / steps).toFixed(2)} ms a step`,
)
