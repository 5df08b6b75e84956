/**
 * The option `weights` for formats that say themselves whether they have weights.
 */

import type { FormatInput } from './format.js'

/**
 * Whether weights are wanted of a file that declares them or doesn't.
 *
 * @throws RangeError for a column by name or number, and for weights that are not there
 */
export function wantsWeights(input: FormatInput, title: string, declared: boolean): boolean {
  const { weights } = input.options
  if (weights === undefined) return declared
  if (weights === false) return false
  if (weights !== true && weights !== 3) {
    throw new RangeError(
      `"weights" expected boolean for ${title}, which has no other columns, ` +
        `got ${JSON.stringify(weights)}`,
    )
  }
  if (declared) return true
  throw new RangeError(`"weights" is true, and ${input.name} declares none: leave it out`)
}
