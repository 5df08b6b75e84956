import { NotSupportedError } from '../../errors.js'
import type { Format } from './format.js'

export const metis: Format = {
  name: 'metis',
  title: 'metis',
  extensions: [],
  takes: ['vertices'],
  async read() {
    throw new NotSupportedError('not yet')
  },
}
