/** Binary search on WASM: each thread looks for its part of the queries. */

import type { WasmJob } from '../arrays/types.js'
import { keyMasks } from '../sort/keys.js'
import { IS_RIGHT, OTHER, SORTED_COUNT } from '../sort/layout.js'
import type { SearchPlan } from '../sort/types.js'
import { runKernel, widthOf } from '../sort/wasm-run.js'

/** See `SearchPlan` for inputs and outputs. */
export async function searchWasm(job: WasmJob, { side }: SearchPlan): Promise<void> {
  const [sorted, queries] = job.inputs
  await runKernel(job, 'sortSearch', {
    count: queries.length,
    source: sorted.storage,
    result: job.outputs[0].storage,
    width: widthOf(sorted.type),
    masks: keyMasks(sorted.type, false),
    more: (set) => {
      set(SORTED_COUNT, sorted.length)
      set(OTHER, queries.storage)
      set(IS_RIGHT, side === 'right' ? 1 : 0)
    },
  })
}
