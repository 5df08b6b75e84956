/** Opens force passes: chooses the implementation by device. */

import type { Device } from '../../devices/device.js'
import type { WasmDevice } from '../../devices/wasm/index.js'
import { NotSupportedError } from '../../errors.js'
import type { ForcePass, ForceRequest } from './forces.js'
import { ReferenceForces } from './reference.js'
import { openWasmForces } from './wasm.js'

/** Opens a force pass on a device: plain JavaScript, or WASM, in f64. */
export async function openForces(device: Device, request: ForceRequest): Promise<ForcePass> {
  if (device.kind === 'reference') return new ReferenceForces(request)
  if (device.kind === 'wasm') return openWasmForces((device as WasmDevice).pool, request)
  throw new NotSupportedError(
    `forces are computed on devices 'reference' and 'wasm', not on '${device.kind}'`,
  )
}
