import { NotSupportedError } from '../../errors.js'
import type { Format } from './format.js'

export const block: Format = {
  name: 'block',
  title: 'block',
  extensions: [],
  takes: ['vertices'],
  async read() {
    throw new NotSupportedError('not yet')
  },
}
