/**
 * Pages and web workers have no paths. Twin of target.node.ts; resolved by `#target`.
 */

import { NotSupportedError } from '../errors.js'
import type { TargetOpener } from './target.js'

export const openTarget: TargetOpener['openTarget'] = async (location) => {
  throw new NotSupportedError(
    `${location}: a browser writes to no path; give a WritableStream, such as that of a file ` +
      'which showSaveFilePicker() gave',
  )
}
