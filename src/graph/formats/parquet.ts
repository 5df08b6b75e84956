/**
 * Parquet tables with an edge a row.
 */

import { NotSupportedError } from '../../errors.js'
import { beginsWith } from './begins.js'
import type { Format } from './format.js'

export const parquet: Format = {
  name: 'parquet',
  title: 'a Parquet file',
  extensions: ['.parquet'],
  takes: [],
  begins: (head) => beginsWith(head, 'PAR1'),
  async read() {
    throw new NotSupportedError('Parquet files are not read as graphs yet')
  },
}
