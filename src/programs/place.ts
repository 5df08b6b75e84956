/** Where the processors of a program compute: on the thread that they run on, if it can be. */

import { checkOneOf } from '../check.js'
import { type Lease, leaseDevice } from '../devices/open.js'
import { whyNoWasm } from '../wasm.js'

/** Devices of programs: WASM on one thread, in place on a BSP worker; or plain JavaScript. */
export type ProgramDevice = 'wasm' | 'reference'

/** @throws TypeError, RangeError */
export function checkProgramDevice(device: unknown): ProgramDevice {
  const otherwise = whyNoWasm() === undefined ? 'wasm' : 'reference'
  return checkOneOf('device', device ?? otherwise, ['wasm', 'reference'])
}

/** A device for one processor; processors on one thread share it. */
export function leaseProgramDevice(kind: ProgramDevice): Promise<Lease> {
  return leaseDevice(kind, kind === 'wasm' ? 1 : undefined)
}
