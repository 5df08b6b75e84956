/**
 * One column in parts: whole units are reduced where they lie, units that a cut divides are put
 * together first; then the partial results are laid out as if the column had been whole. Pure
 * bookkeeping, called by `reduceColumn`.
 */

import { glue, wholeUnits } from '../../graph/reduction/cut.js'
import { type Partials, UNIT } from '../../graph/reduction/types.js'
import type { Steps } from '../../graph/slices.js'
import type { NumberArray } from '../arrays/numbers.js'

/** What to reduce: whole units of the parts, and as the last input the divided ones. */
interface CutColumn {
  inputs: NumberArray[]
  /** For each input, the numbers of its units in the column. */
  units: number[][]
}

/** Cuts a column whose parts begin and end anywhere. */
export function* cutColumn(parts: readonly NumberArray[]): Steps<CutColumn> {
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  const cut: CutColumn = { inputs: [], units: [] }
  const seams: NumberArray[] = []
  const seamUnits: number[] = []
  const addSeam = (piece: NumberArray, offset: number) => {
    if (piece.length === 0) return
    const unit = Math.floor(offset / UNIT)
    seams.push(piece)
    if (seamUnits.at(-1) !== unit) seamUnits.push(unit)
  }
  let offset = 0
  for (const part of parts) {
    const end = offset + part.length
    const { first, last } = wholeUnits(offset, end, length, UNIT)
    addSeam(part.subarray(0, first - offset) as NumberArray, offset)
    if (last > first) {
      cut.inputs.push(part.subarray(first - offset, last - offset) as NumberArray)
      const count = Math.ceil((last - first) / UNIT)
      cut.units.push(Array.from({ length: count }, (_, index) => first / UNIT + index))
    }
    addSeam(part.subarray(last - offset) as NumberArray, last)
    offset = end
    yield
  }
  if (seams.length > 0) {
    cut.inputs.push(glue(seams))
    cut.units.push(seamUnits)
  }
  return cut
}

/** The pairs of the whole column from those of its inputs. */
export function assemble({ units }: CutColumn, results: readonly Partials[]): Partials | undefined {
  if (results.length === 0) return undefined
  const count = results.reduce((sum, { pairs }) => sum + pairs.length, 0)
  const pairs = new Float64Array(count)
  for (const [input, { pairs: own, pairsPerUnit }] of results.entries()) {
    for (const [index, unit] of units[input].entries()) {
      const piece = own.subarray(2 * index * pairsPerUnit, 2 * (index + 1) * pairsPerUnit)
      pairs.set(piece, 2 * unit * pairsPerUnit)
    }
  }
  const blockRounding = Math.max(...results.map((result) => result.blockRounding))
  return { pairs, pairsPerUnit: results[0].pairsPerUnit, blockRounding }
}
