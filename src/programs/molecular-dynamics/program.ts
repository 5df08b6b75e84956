/**
 * Molecular dynamics as a BSP program: a Lennard-Jones fluid, integrated by velocity Verlet. Every
 * processor has some cells of the box. A time step is a round of three supersteps: move (and hand
 * over who leaves), halo (show others what lies near them), force. Default export, so that `run`
 * can load it on threads by URL.
 *
 * A particle's forces are added up in the order of cells and ids, and energies cell by cell: the
 * bits depend on neither the number of processors nor the transport.
 */

import { defineComputation } from '../../bsp/computation.js'
import type { Columns, Computation, Context, MessageSpec } from '../../bsp/types.js'
import type { ForcePass, Forces } from '../../kernels/lennard-jones/forces.js'
import { openForces } from '../../kernels/lennard-jones/open.js'
import { leaseProgramDevice } from '../place.js'
import { CellGrid, type LocalCells, localCells } from './cells.js'
import {
  checkInput,
  type MolecularDynamicsInput,
  type MolecularDynamicsResult,
  type Settings,
} from './input.js'
import {
  joinParticles,
  type Particles,
  pickParticles,
  type SortedParticles,
  sortParticles,
} from './particles.js'

/** Energies at one time step, by own cell. */
interface Record {
  step: number
  kinetic: Float64Array
  potential: Float64Array
}

interface State {
  readonly settings: Settings
  readonly cells: LocalCells
  readonly pass: ForcePass
  readonly release: () => Promise<void>
  own: SortedParticles
  /** On own particles, in their order: from the last force superstep. */
  forces: Forces
  /** Who leaves for other processors. */
  leaving: Map<number, number[]>
  readonly records: Record[]
}

/** What leaves a processor. */
interface Output {
  particleCount: number
  particles: Particles
  records: readonly Record[]
}

const COLUMNS = {
  id: 'u32',
  x: 'f64',
  y: 'f64',
  z: 'f64',
  vx: 'f64',
  vy: 'f64',
  vz: 'f64',
} as const

const program = defineComputation({
  name: 'molecular-dynamics',
  message: COLUMNS,
  initialize: (input: MolecularDynamicsInput, ctx): Promise<State> => begin(checkInput(input), ctx),
  supersteps: [
    {
      name: 'move',
      compute(state, _inbox, ctx) {
        if (ctx.round === 0) return
        const { own, forces, settings } = state
        kick(own, forces, settings.timeStep / 2)
        drift(own, settings)
        leave(state)
      },
      communicate({ own, leaving }, send) {
        for (const [rank, indices] of leaving) send.batch(rank, { ...pickParticles(own, indices) })
      },
    },
    {
      name: 'halo',
      compute(state, inbox) {
        const { own, cells, leaving } = state
        const gone = new Set([...leaving.values()].flat())
        const stays = own.id.length > 0 ? [...own.id.keys()].filter((i) => !gone.has(i)) : []
        const all = joinParticles(pickParticles(own, stays), inbox.columns)
        state.own = sortParticles(all, cells, cells.ownCount)
        leaving.clear()
      },
      communicate({ own, cells }, send) {
        for (const { rank, cells: shown } of cells.links) {
          send.batch(
            rank,
            pickParticles(
              own,
              shown.flatMap((cell) => inCell(own, cell)),
            ),
          )
        }
      },
    },
    {
      name: 'force',
      async compute(state, inbox, ctx) {
        const { own, pass, settings } = state
        state.forces = noForces(own.id.length)
        await pass.compute(withHalo(state, inbox.columns), state.forces)
        if (ctx.round > 0) kick(own, state.forces, settings.timeStep / 2)
        checkFinite(state, ctx)
        const { steps, recordEvery } = settings
        if (ctx.round % recordEvery === 0 || ctx.round === steps) record(state, ctx.round)
      },
      converged: (_before, { settings }, ctx) => ctx.round >= settings.steps,
    },
  ],
  // Votes look at the round: no copy of a state is needed.
  snapshot: (state) => state,
  // Not the box and its cells, which the input gives again.
  save: ({ own, forces, leaving, records }) => ({ own, forces, leaving, records }),
  async restore(saved, ctx, input) {
    if (input === undefined) throw new TypeError('pass "input", with the settings of the run')
    const state = await begin(checkInput(input), ctx)
    if (saved.own.starts.length === state.own.starts.length) return { ...state, ...saved }
    throw new RangeError('"input" has another box or cutoff than the one of the checkpoint')
  },
  output: ({ settings, own, records }): Output => ({
    particleCount: settings.positions.length / 3,
    particles: pickParticles(
      own,
      own.id.map((_, i) => i),
    ),
    records,
  }),
  async dispose({ pass, release }) {
    pass.dispose()
    await release()
  },
  finalize: (outputs: Output[]): MolecularDynamicsResult => {
    const [{ particleCount, records }] = outputs
    const positions = new Float64Array(3 * particleCount)
    const velocities = new Float64Array(3 * particleCount)
    for (const { particles } of outputs) {
      const { id, x, y, z, vx, vy, vz } = particles
      for (let i = 0; i < id.length; i++) {
        positions.set([x[i], y[i], z[i]], 3 * id[i])
        velocities.set([vx[i], vy[i], vz[i]], 3 * id[i])
      }
    }
    // Cell by cell: the same order whoever has them.
    const sum = (of: (record: Record) => Float64Array, at: number) => {
      let total = 0
      for (const output of outputs) for (const part of of(output.records[at])) total += part
      return total
    }
    const energies = records.map(({ step }, at) => {
      const kinetic = sum((record) => record.kinetic, at)
      const potential = sum((record) => record.potential, at)
      return { step, kinetic, potential, total: kinetic + potential }
    })
    return { positions, velocities, energies }
  },
})

/** A processor before the first superstep. */
async function begin(settings: Settings, ctx: Context): Promise<State> {
  const { boxLength, cutoff, device: kind } = settings
  const grid = new CellGrid(boxLength, cutoff)
  const cells = localCells(grid, ctx.block(grid.cellCount))
  const own = ownParticles(settings, cells)
  const { device, release } = await leaseProgramDevice(kind)
  const { neighborStarts, neighbors, ownCount: ownCells } = cells
  const capacity = settings.positions.length / 3
  const request = { boxLength, cutoff, ownCells, neighborStarts, neighbors, capacity }
  const pass = await openForces(device, request).catch(async (error) => {
    await release()
    throw error
  })
  const forces = noForces(0)
  return { settings, cells, pass, release, own, forces, leaving: new Map(), records: [] }
}

/** A processor's share of the input. */
function ownParticles({ positions, velocities }: Settings, cells: LocalCells): SortedParticles {
  const { grid, block } = cells
  const columnOf = (values: Float64Array, axis: number) =>
    Float64Array.from({ length: values.length / 3 }, (_, i) => values[3 * i + axis])
  const [x, y, z] = [0, 1, 2].map((axis) => columnOf(positions, axis))
  const [vx, vy, vz] = [0, 1, 2].map((axis) => columnOf(velocities, axis))
  const all = { id: Uint32Array.from(x, (_, i) => i), x, y, z, vx, vy, vz }
  const isOwn = (i: number) => {
    const cell = grid.cellOf(x[i], y[i], z[i])
    return cell >= block.start && cell < block.end
  }
  return sortParticles(pickParticles(all, all.id.filter(isOwn)), cells, cells.ownCount)
}

function noForces(count: number): Forces {
  const column = () => new Float64Array(count)
  return { x: column(), y: column(), z: column(), energy: column() }
}

/** Velocities after a time under constant forces. */
function kick({ vx, vy, vz }: Particles, forces: Forces, time: number): void {
  for (let i = 0; i < vx.length; i++) {
    vx[i] += time * forces.x[i]
    vy[i] += time * forces.y[i]
    vz[i] += time * forces.z[i]
  }
}

/** Positions after a time step at constant velocity, back in the box. */
function drift(
  { x, y, z, vx, vy, vz }: Particles,
  { timeStep, boxLength }: Pick<Settings, 'timeStep' | 'boxLength'>,
): void {
  const wrap = (place: number) => {
    const inside = place - boxLength * Math.floor(place / boxLength)
    // A little below 0 rounds to the edge itself.
    return inside < boxLength ? inside : 0
  }
  for (let i = 0; i < x.length; i++) {
    x[i] = wrap(x[i] + timeStep * vx[i])
    y[i] = wrap(y[i] + timeStep * vy[i])
    z[i] = wrap(z[i] + timeStep * vz[i])
  }
}

/** Finds whose new cells are another processor's. */
function leave({ own, cells, leaving }: State): void {
  const { grid, block } = cells
  for (let i = 0; i < own.id.length; i++) {
    const cell = grid.cellOf(own.x[i], own.y[i], own.z[i])
    if (cell >= block.start && cell < block.end) continue
    const rank = block.owner(cell)
    const others = leaving.get(rank)
    if (others === undefined) leaving.set(rank, [i])
    else others.push(i)
  }
}

function inCell({ starts }: SortedParticles, cell: number): number[] {
  return Array.from({ length: starts[cell + 1] - starts[cell] }, (_, i) => starts[cell] + i)
}

/** Own particles, in place, and behind them those of the halo. */
function withHalo({ own, cells }: State, halo: Columns<typeof COLUMNS>): SortedParticles {
  const all = joinParticles(own, halo)
  const seen = sortParticles(halo, cells, cells.count)
  // Halo cells have the higher numbers: own particles stay where they are.
  const around = joinParticles(
    pickParticles(
      all,
      own.id.map((_, i) => i),
    ),
    seen,
  )
  const starts = seen.starts.map((start) => start + own.id.length)
  starts.set(own.starts)
  return { ...around, starts }
}

function checkFinite({ own, settings }: State, ctx: Context): void {
  const isLost = (i: number) => !Number.isFinite(own.vx[i] + own.vy[i] + own.vz[i])
  const lost = own.id.find((_, i) => isLost(i))
  if (lost === undefined) return
  ctx.fail(
    `particle ${lost} has no finite velocity after step ${ctx.round}: particles came too close; ` +
      `take a smaller timeStep than ${settings.timeStep}, or start further apart`,
  )
}

function record({ own, forces, cells, records }: State, step: number): void {
  const kinetic = new Float64Array(cells.ownCount)
  const potential = new Float64Array(cells.ownCount)
  for (let cell = 0; cell < cells.ownCount; cell++) {
    for (let i = own.starts[cell]; i < own.starts[cell + 1]; i++) {
      kinetic[cell] += (own.vx[i] ** 2 + own.vy[i] ** 2 + own.vz[i] ** 2) / 2
      potential[cell] += forces.energy[i]
    }
  }
  records.push({ step, kinetic, potential })
}

/**
 * Molecular dynamics of a Lennard-Jones fluid in a periodic cube, in reduced units (σ = ε = m = 1):
 * velocity Verlet (Swope, Andersen, Berens and Wilson, J. Chem. Phys. 76, 637, 1982), forces cut
 * off with shifted force, cells with a halo exchange. The same bits for every number of processors
 * and on every transport.
 *
 * A time step takes three supersteps, and so does the start: set `maxSupersteps` to
 * `3 · (steps + 1)` or more.
 *
 * @throws what `run` throws; TypeError, RangeError (as cause of a ProcessorError) for the input;
 *   ProcessorError when particles come so close that numbers overflow
 * @example
 * ```ts
 * const input = { ...createFluid({ particles: 512 }), timeStep: 0.004, steps: 20 }
 * const { result } = await run(molecularDynamicsProgram, { input, maxSupersteps: 100 })
 * for (const { step, total } of result.energies) console.log(step, total)
 * ```
 */
const molecularDynamicsProgram: Computation<
  MolecularDynamicsInput,
  unknown,
  MessageSpec,
  unknown,
  MolecularDynamicsResult
> = program

/** Module of `molecularDynamicsProgram`, for `run` on threads. */
export const molecularDynamicsModule = new URL('./program.js', import.meta.url)

// biome-ignore lint/style/noDefaultExport: what `run` looks for in a module
export default molecularDynamicsProgram
