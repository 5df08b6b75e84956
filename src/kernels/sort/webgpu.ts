/**
 * Sorting on the GPU: radix sort for keys of up to 32 bits, sample sort for longer ones, and the
 * payload gathered by the order. The kernel loads it when a GPU runs; topK and unique use its parts.
 */

import type { ElementType } from '../../devices/device.js'
import type { GpuJob, Operand } from '../arrays/types.js'
import type { SortPlan } from './types.js'
import { radixSort, type SortTargets } from './webgpu-radix.js'
import { sampleSort } from './webgpu-sample.js'
import { checkSortSize, gather, untouched, widthOf } from './webgpu-steps.js'

/** `SortPlan` says what the job's inputs and outputs are. */
export async function sortWebgpu(job: GpuJob, plan: SortPlan): Promise<void> {
  const [keys, values] = job.inputs
  const [first, second] = job.outputs
  const { result, descending } = plan
  if (keys.length === 0) return
  checkSortSize(job, keys)
  if (result === 'keys') return sortInto(job, keys, descending, { keys: first.storage })
  if (result === 'order') return sortInto(job, keys, descending, { order: first.storage })
  const order = await job.scratch('sort order', 4 * keys.length)
  const payload = await untouched(job, values)
  const isShort = !isLong(keys.type)
  // The radix sort has the keys at hand; the sample sort moves them only until they are in place.
  const source = isShort ? keys : await untouched(job, keys)
  await sortInto(job, keys, descending, isShort ? { keys: first.storage, order } : { order })
  if (!isShort) await gather(job, source, order, first)
  await gather(job, payload, order, second)
}

/** @param targets both only for keys of up to 32 bits */
export function sortInto(
  job: GpuJob,
  source: Operand<GPUBuffer>,
  descending: boolean,
  targets: SortTargets,
): Promise<void> {
  const sort = isLong(source.type) ? sampleSort : radixSort
  return sort(job, source, descending, targets)
}

function isLong(type: ElementType): boolean {
  return widthOf(type) === 3
}
