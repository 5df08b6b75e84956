/**
 * The best values on WASM: counts keys by their upper 16 bits, picks the positions that can be among
 * the best, and orders only those.
 */

import { bytesOf } from '../../devices/wasm/region.js'
import type { WasmJob } from '../arrays/types.js'
import { keyMasks } from '../sort/keys.js'
import { DIGIT_KINDS, LAST_DIGIT } from '../sort/layout.js'
import type { TopKPlan } from '../sort/types.js'
import { gather, orderOf } from '../sort/wasm.js'
import { runKernel, threadsFor, widthOf } from '../sort/wasm-run.js'

/** See `TopKPlan` for inputs and outputs. */
export async function topKWasm(job: WasmJob, { k, largest }: TopKPlan): Promise<void> {
  const [values] = job.inputs
  const [best, indices] = job.outputs
  const { type, length: count, storage: source } = values
  if (k === 0) return
  const { scratch, pool, signal } = job
  const masks = keyMasks(type, largest)
  const width = widthOf(type)
  const threads = threadsFor(job, count)
  const counts = await scratch.alloc(4 * threads * DIGIT_KINDS)
  await runKernel(job, 'sortTally', { count, source, result: 0, width, masks, counts })
  const tallies = new Uint32Array(threads * DIGIT_KINDS)
  await pool.memory.read(counts, bytesOf(tallies), signal)
  const { last, found } = lastDigit(tallies, threads, k)
  const positions = await scratch.alloc(4 * found)
  const more = (set: (offset: number, value: number) => void) => set(LAST_DIGIT, last)
  await runKernel(job, 'sortPick', { count, source, result: positions, width, masks, counts, more })
  const picked = { type, length: found, storage: await scratch.alloc(width * found) }
  await gather(job, { ...values, length: found }, positions, picked)
  const order = await scratch.alloc(4 * found)
  await orderOf(job, picked, order, largest)
  await gather(job, { ...picked, length: k }, order, best)
  await gather(job, { type: 'u32', length: k, storage: positions }, order, indices)
}

/** The digit up to which there are at least k values, and how many there are. */
function lastDigit(
  tallies: Uint32Array,
  threads: number,
  k: number,
): { last: number; found: number } {
  let found = 0
  for (let last = 0; ; last++) {
    for (let thread = 0; thread < threads; thread++) found += tallies[thread * DIGIT_KINDS + last]
    if (found >= k || last === DIGIT_KINDS - 1) return { last, found }
  }
}
