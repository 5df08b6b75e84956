/** Distinct values on WASM: sorts, finds where runs of equals begin, and takes the first of each. */

import type { WasmJob } from '../arrays/types.js'
import { keyMasks } from '../sort/keys.js'
import { OTHER } from '../sort/layout.js'
import { gather, sortKeys } from '../sort/wasm.js'
import { runKernel, threadsFor, widthOf } from '../sort/wasm-run.js'

/** @returns how many distinct values there are */
export async function uniqueWasm(job: WasmJob): Promise<number> {
  const [values] = job.inputs
  const [distinct, lengths] = job.outputs
  const { scratch } = job
  const { type, length: count } = values
  const width = widthOf(type)
  const sorted = { type, length: count, storage: await scratch.alloc(width * count) }
  await sortKeys(job, values, sorted, false)
  const starts = await scratch.alloc(4 * (count + 1))
  const found = await runKernel(job, 'sortRuns', {
    count,
    source: sorted.storage,
    result: lengths.storage,
    width,
    masks: keyMasks(type, false),
    counts: await scratch.alloc(4 * threadsFor(job, count)),
    more: (set) => set(OTHER, starts),
  })
  await gather(job, { ...sorted, length: found }, starts, distinct)
  return found
}
