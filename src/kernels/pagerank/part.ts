/** Opens parts of PageRank (part-cut.ts): chooses the implementation by device. */

import type { Device } from '../../devices/device.js'
import type { WasmDevice } from '../../devices/wasm/index.js'
import { NotSupportedError } from '../../errors.js'
import type { PagerankPart, PartRequest } from './part-cut.js'
import { ReferencePart } from './reference-part.js'
import { openWasmPart } from './wasm-part.js'

/** Opens a part on a device: plain JavaScript, or WASM, in f64. */
export async function openPart(device: Device, request: PartRequest): Promise<PagerankPart> {
  if (device.kind === 'reference') return new ReferencePart(request)
  if (device.kind === 'wasm') return openWasmPart((device as WasmDevice).pool, request)
  throw new NotSupportedError(
    `parts of PageRank run on devices 'reference' and 'wasm', not on '${device.kind}'`,
  )
}
