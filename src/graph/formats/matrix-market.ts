import { NotSupportedError } from '../../errors.js'
import type { Format } from './format.js'

export const matrixMarket: Format = {
  name: 'matrix-market',
  title: 'matrix-market',
  extensions: [],
  takes: ['vertices'],
  async read() {
    throw new NotSupportedError('not yet')
  },
}
