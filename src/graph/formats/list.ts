/**
 * All formats, in the order in which their first bytes are compared.
 */

import { arrow } from './arrow.js'
import { block } from './block.js'
import { edgeList } from './edge-list.js'
import type { Format, GraphFormat } from './format.js'
import { graphology } from './graphology.js'
import { matrixMarket } from './matrix-market.js'
import { metis } from './metis.js'
import { packageLock } from './package-lock.js'
import { parquet } from './parquet.js'

export const FORMATS: readonly Format[] = [
  matrixMarket,
  block,
  parquet,
  arrow,
  packageLock,
  graphology,
  metis,
  edgeList,
]

/** The format of that name. */
export function formatOf(name: GraphFormat): Format {
  return FORMATS.find((format) => format.name === name) as Format
}
