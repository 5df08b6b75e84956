/**
 * graphology's serialised graphs: JSON with `nodes` and `edges`.
 */

import { NotSupportedError } from '../../errors.js'
import type { Format } from './format.js'

export const graphology: Format = {
  name: 'graphology',
  title: 'a graphology document',
  extensions: ['.json'],
  takes: [],
  isDocument: (document) =>
    typeof document === 'object' && document !== null && 'nodes' in document && 'edges' in document,
  async read() {
    throw new NotSupportedError('graphology documents are not read yet')
  },
  write() {
    throw new NotSupportedError('graphology documents are not written yet')
  },
}
