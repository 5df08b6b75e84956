/** The reduction on all devices: what `reduce`, `reduceColumn` and `histogram` run. */

import type { Partials } from '../../graph/reduction/types.js'
import type { ArrayKernel } from '../arrays/types.js'
import { reduceReference } from './reference.js'
import type { ReducePlan } from './types.js'
import { reduceWasm } from './wasm.js'

export const REDUCE: ArrayKernel<ReducePlan, Partials[]> = {
  name: 'reduce',
  profiled: 'reduce',
  reference: reduceReference,
  wasm: reduceWasm,
  webgpu: async () => (await import('./webgpu.js')).reduceWebgpu,
}
