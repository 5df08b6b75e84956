/** What `molecularDynamicsProgram` takes and gives, and the checks. */

import { checkInteger, checkNumber, checkOptions, show } from '../../check.js'
import { checkProgramDevice, type ProgramDevice } from '../place.js'

/** Input of `molecularDynamicsProgram`, in reduced units. */
export interface MolecularDynamicsInput {
  /** f64[3n]: x, y and z of each particle in turn, in [0, boxLength). Ids are 0 … n-1. */
  positions: Float64Array
  /** f64[3n], likewise. */
  velocities: Float64Array
  /** Edge of the periodic cube, at least twice the cutoff. */
  boxLength: number
  /** Time steps to go. */
  steps: number
  /** Length of a time step. Larger is faster and less exact. Default 0.004. */
  timeStep?: number
  /** Distance from which on particles don't see each other. Default 2.5. */
  cutoff?: number
  /** Energies are recorded at step 0, at the last and each so many between. Default: steps/100. */
  recordEvery?: number
  /** Where each processor computes. Default WASM where there is any. */
  device?: ProgramDevice
}

/** Energies of the whole fluid after a time step. */
export interface FluidEnergy {
  step: number
  kinetic: number
  potential: number
  total: number
}

/** Result of `molecularDynamicsProgram`. */
export interface MolecularDynamicsResult {
  /** f64[3n], by id. */
  positions: Float64Array
  velocities: Float64Array
  energies: FluidEnergy[]
}

/** Input with its defaults. */
export type Settings = Required<MolecularDynamicsInput>

const NAMES = [
  ...['positions', 'velocities', 'boxLength', 'steps', 'timeStep', 'cutoff', 'recordEvery'],
  'device',
]

/** @throws TypeError, RangeError */
export function checkInput(input: MolecularDynamicsInput): Settings {
  checkOptions('input', input, NAMES)
  const { boxLength, steps, timeStep = 0.004, cutoff = 2.5 } = input
  checkNumber('boxLength', boxLength, { low: Number.MIN_VALUE })
  checkInteger('steps', steps, 0, 2 ** 32)
  checkNumber('timeStep', timeStep, { low: Number.MIN_VALUE })
  checkNumber('cutoff', cutoff, { low: Number.MIN_VALUE })
  if (cutoff > boxLength / 2) {
    throw new RangeError(
      `"cutoff" expected at most half of the box's edge ${boxLength}, got ${cutoff}: in a ` +
        'smaller box a particle would meet its own images; take more particles',
    )
  }
  const { recordEvery = Math.max(1, Math.ceil(steps / 100)) } = input
  checkInteger('recordEvery', recordEvery, 1, 2 ** 32)
  const positions = checkCoordinates('positions', input.positions)
  const velocities = checkCoordinates('velocities', input.velocities)
  if (velocities.length !== positions.length) {
    const expected = `"velocities" expected length ${positions.length}, as "positions" has`
    throw new RangeError(`${expected}, got ${velocities.length}`)
  }
  const outside = positions.findIndex((place) => place < 0 || place >= boxLength)
  if (outside >= 0) {
    const expected = `"positions" expected numbers in [0, ${boxLength})`
    throw new RangeError(`${expected}, got ${positions[outside]} of particle ${at(outside)}`)
  }
  const device = checkProgramDevice(input.device)
  return { positions, velocities, boxLength, steps, timeStep, cutoff, recordEvery, device }
}

function checkCoordinates(name: string, values: unknown): Float64Array {
  if (!(values instanceof Float64Array)) {
    throw new TypeError(`"${name}" expected Float64Array, got ${show(values)}`)
  }
  if (values.length % 3 !== 0) {
    throw new RangeError(`"${name}" expected x, y and z of each particle, got ${values.length}`)
  }
  const bad = values.findIndex((value) => !Number.isFinite(value))
  if (bad < 0) return values
  throw new RangeError(
    `"${name}" expected finite numbers, got ${values[bad]} of particle ${at(bad)}`,
  )
}

function at(coordinate: number): number {
  return Math.floor(coordinate / 3)
}
