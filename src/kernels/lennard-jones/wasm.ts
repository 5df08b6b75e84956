/** The force pass on WASM: drives assembly/lennard-jones.ts on one thread. */

import type { WasmDevice } from '../../devices/wasm/index.js'
import { bytesOf, Region } from '../../devices/wasm/region.js'
import {
  type Cells,
  type ForcePass,
  type ForceRequest,
  type Forces,
  lennardJonesPair,
} from './forces.js'
import * as at from './layout.js'

type WorkerPool = WasmDevice['pool']

/** Addresses of arrays that every pass writes or reads. */
interface Places {
  parameters: number
  starts: number
  coordinates: readonly number[]
  results: readonly number[]
}

export async function openWasmForces(pool: WorkerPool, request: ForceRequest): Promise<ForcePass> {
  const region = new Region(pool)
  try {
    return new WasmForces(pool, region, await place(region, request))
  } catch (error) {
    region.dispose()
    throw error
  }
}

async function place(region: Region, request: ForceRequest): Promise<Places> {
  const { boxLength, cutoff, ownCells, neighborStarts, neighbors, capacity } = request
  const parameters = new DataView(new ArrayBuffer(at.PARAMETER_BYTES))
  const columns: number[] = []
  for (const offset of [at.X, at.Y, at.Z, at.FORCE_X, at.FORCE_Y, at.FORCE_Z, at.ENERGY]) {
    // Two are read at a time: one beyond the last, too.
    const address = await region.alloc(8 * (capacity + 1))
    parameters.setUint32(offset, address, true)
    columns.push(address)
  }
  const cells = neighbors.reduce((most, cell) => Math.max(most, cell + 1), ownCells)
  const starts = await region.alloc(4 * (cells + 1))
  parameters.setUint32(at.CELL_START, starts, true)
  parameters.setUint32(at.OWN_CELLS, ownCells, true)
  parameters.setUint32(at.NEIGHBOR_START, await region.write(neighborStarts), true)
  parameters.setUint32(at.NEIGHBORS, await region.write(neighbors), true)
  const atCutoff = lennardJonesPair(cutoff)
  parameters.setFloat64(at.BOX_LENGTH, boxLength, true)
  parameters.setFloat64(at.CUTOFF, cutoff, true)
  parameters.setFloat64(at.CUTOFF_ENERGY, atCutoff.energy, true)
  parameters.setFloat64(at.CUTOFF_FORCE, atCutoff.force, true)
  return {
    parameters: await region.write(parameters),
    starts,
    coordinates: columns.slice(0, 3),
    results: columns.slice(3),
  }
}

class WasmForces implements ForcePass {
  readonly #pool: WorkerPool
  readonly #region: Region
  readonly #places: Places

  constructor(pool: WorkerPool, region: Region, places: Places) {
    this.#pool = pool
    this.#region = region
    this.#places = places
  }

  async compute({ starts, x, y, z }: Cells, forces: Forces): Promise<void> {
    const { memory } = this.#pool
    const { parameters, coordinates, results } = this.#places
    await memory.write(this.#places.starts, bytesOf(starts))
    for (const [i, column] of [x, y, z].entries()) {
      await memory.write(coordinates[i], bytesOf(column))
    }
    await this.#pool.run('lennardJones', parameters, { threads: 1 })
    for (const [i, column] of [forces.x, forces.y, forces.z, forces.energy].entries()) {
      await memory.read(results[i], bytesOf(column))
    }
  }

  dispose(): void {
    if (!this.#pool.disposed) this.#region.dispose()
  }
}
