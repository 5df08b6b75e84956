/**
 * Arrow tables (IPC files, Feather) with an edge a row.
 */

import { NotSupportedError } from '../../errors.js'
import { beginsWith } from './begins.js'
import type { Format } from './format.js'

export const arrow: Format = {
  name: 'arrow',
  title: 'an Arrow file',
  extensions: ['.arrow', '.feather'],
  takes: [],
  begins: (head) => beginsWith(head, 'ARROW1'),
  async read() {
    throw new NotSupportedError('Arrow files are not read as graphs yet')
  },
}
