/**
 * Cells of a periodic box, at least as wide as the cutoff: a particle's partners lie in its own
 * cell and the 26 around it. A processor owns a block of consecutive cells and sees those around
 * them, its halo.
 */

import type { BlockPartition } from '../../graph/partition.js'

/** A cube of cells. */
export class CellGrid {
  readonly boxLength: number
  /** Cells along each edge. */
  readonly side: number

  /** @param width least width of a cell */
  constructor(boxLength: number, width: number) {
    this.boxLength = boxLength
    this.side = Math.max(1, Math.floor(boxLength / width))
  }

  get cellCount(): number {
    return this.side ** 3
  }

  /** The cell of a point of the box. */
  cellOf(x: number, y: number, z: number): number {
    const { side, boxLength } = this
    const along = (place: number) => Math.min(side - 1, Math.floor((place / boxLength) * side))
    return (along(x) * side + along(y)) * side + along(z)
  }

  /** The cells around one and itself, ascending, each once: fewer than 27 in a small box. */
  around(cell: number): number[] {
    const { side } = this
    const [x, y, z] = [Math.floor(cell / side ** 2), Math.floor(cell / side) % side, cell % side]
    const steps = [-1, 0, 1]
    const wrap = (at: number) => (at + side) % side
    const cells = steps.flatMap((dx) =>
      steps.flatMap((dy) =>
        steps.map((dz) => (wrap(x + dx) * side + wrap(y + dy)) * side + wrap(z + dz)),
      ),
    )
    return [...new Set(cells)].sort((a, b) => a - b)
  }
}

/** What another processor must see of this one's particles. */
export interface Link {
  rank: number
  /** Own cells, by local number. */
  cells: number[]
}

/** The cells that one processor deals with, by local number: own ones first, then its halo. */
export interface LocalCells {
  readonly grid: CellGrid
  readonly block: BlockPartition
  readonly ownCount: number
  readonly count: number
  /** Local number by cell; -1 for cells that are none of its business. */
  readonly localOf: Int32Array
  /** Neighbours of own cells, in order of global numbers: the order in which forces are added. */
  readonly neighborStarts: Uint32Array
  readonly neighbors: Uint32Array
  readonly links: readonly Link[]
}

export function localCells(grid: CellGrid, block: BlockPartition): LocalCells {
  const ownCount = block.end - block.start
  const own = Array.from({ length: ownCount }, (_, i) => block.start + i)
  const around = own.map((cell) => grid.around(cell))
  const isOwn = (cell: number) => cell >= block.start && cell < block.end
  const halo = [...new Set(around.flat().filter((cell) => !isOwn(cell)))].sort((a, b) => a - b)
  const localOf = new Int32Array(grid.cellCount).fill(-1)
  for (const [local, cell] of [...own, ...halo].entries()) localOf[cell] = local
  const neighborStarts = new Uint32Array(ownCount + 1)
  const cellsOf = new Map<number, number[]>()
  for (const [local, cells] of around.entries()) {
    neighborStarts[local + 1] = neighborStarts[local] + cells.length
    // Who owns a cell around this one has this one around that cell.
    const ranks = new Set(cells.filter((cell) => !isOwn(cell)).map((cell) => block.owner(cell)))
    for (const rank of ranks) cellsOf.set(rank, [...(cellsOf.get(rank) ?? []), local])
  }
  return {
    grid,
    block,
    ownCount,
    count: ownCount + halo.length,
    localOf,
    neighborStarts,
    neighbors: Uint32Array.from(around.flat(), (cell) => localOf[cell]),
    links: [...cellsOf].map(([rank, cells]) => ({ rank, cells })),
  }
}
