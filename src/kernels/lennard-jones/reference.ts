/** The force pass in plain JavaScript, as the formula has it. */

import {
  type Cells,
  type ForcePass,
  type ForceRequest,
  type Forces,
  lennardJonesPair,
} from './forces.js'

export class ReferenceForces implements ForcePass {
  readonly #request: ForceRequest

  constructor(request: ForceRequest) {
    this.#request = request
  }

  async compute(cells: Cells, forces: Forces): Promise<void> {
    const { ownCells, neighborStarts, neighbors } = this.#request
    for (let cell = 0; cell < ownCells; cell++) {
      const around = neighbors.subarray(neighborStarts[cell], neighborStarts[cell + 1])
      for (let i = cells.starts[cell]; i < cells.starts[cell + 1]; i++) {
        this.#addUp(cells, around, i, forces)
      }
    }
  }

  dispose(): void {}

  #addUp({ starts, x, y, z }: Cells, around: Uint32Array, i: number, forces: Forces): void {
    const { boxLength, cutoff } = this.#request
    const atCutoff = lennardJonesPair(cutoff)
    const nearest = (d: number) => d - boxLength * Math.round(d / boxLength)
    forces.x[i] = 0
    forces.y[i] = 0
    forces.z[i] = 0
    forces.energy[i] = 0
    for (const cell of around) {
      for (let j = starts[cell]; j < starts[cell + 1]; j++) {
        if (j === i) continue
        const [dx, dy, dz] = [nearest(x[i] - x[j]), nearest(y[i] - y[j]), nearest(z[i] - z[j])]
        const distance = Math.sqrt(dx * dx + dy * dy + dz * dz)
        if (distance >= cutoff) continue
        const { energy, force } = lennardJonesPair(distance)
        const shifted = (force - atCutoff.force) / distance
        forces.x[i] += shifted * dx
        forces.y[i] += shifted * dy
        forces.z[i] += shifted * dz
        forces.energy[i] += (energy - atCutoff.energy + (distance - cutoff) * atCutoff.force) / 2
      }
    }
  }
}
