/**
 * In pages and web workers no package is loaded by itself: a bundler would have to find it. The
 * page reads the table and passes its columns. Twin of packages.node.ts; resolved by `#packages`.
 */

import { NotSupportedError } from '../../errors.js'
import type { PackageLoader } from './packages.js'

export const loadParquet: PackageLoader['loadParquet'] = async (purpose) => {
  throw new NotSupportedError(
    `${purpose} Parquet works in Node only: in a browser read the columns with hyparquet ` +
      '(parquetReadObjects, or parquetRead with onChunk) and pass them to graphFromTable',
  )
}

export const loadArrow: PackageLoader['loadArrow'] = async (purpose) => {
  throw new NotSupportedError(
    `${purpose} Arrow works in Node only: in a browser read the table with apache-arrow ` +
      '(tableFromIPC) and pass it to graphFromTable',
  )
}
