/**
 * npm's `package-lock.json`: packages and what they depend on.
 */

import { NotSupportedError } from '../../errors.js'
import type { Format } from './format.js'

export const packageLock: Format = {
  name: 'package-lock',
  title: 'a package-lock.json of npm',
  extensions: ['package-lock.json', 'npm-shrinkwrap.json'],
  takes: [],
  isDocument: (document) =>
    typeof document === 'object' && document !== null && 'lockfileVersion' in document,
  async read() {
    throw new NotSupportedError('package-lock.json is not read yet')
  },
}
