/** Drives assembly/reduce.ts: a parameter block and a list of pairs an input. */

import { bytesOf } from '../../devices/wasm/region.js'
import { BLOCK } from '../../graph/reduction/layout.js'
import { blockPartials, type Partials } from '../../graph/reduction/types.js'
import { type NumberType, TYPE_CODE } from '../arrays/numbers.js'
import type { WasmJob } from '../arrays/types.js'
import * as at from './layout.js'
import type { ReducePlan } from './types.js'

const OPERATION_CODE = {
  sum: at.SUM,
  product: at.PRODUCT,
  min: at.MIN,
  max: at.MAX,
  extent: at.EXTENT,
} as const

/** One list of pairs an input. */
export async function reduceWasm(
  { inputs, pool, scratch, signal }: Omit<WasmJob, 'outputs'>,
  { operation }: ReducePlan,
): Promise<Partials[]> {
  const all: Partials[] = []
  if (operation === 'count') return all
  for (const { storage, type, length } of inputs) {
    const partials = blockPartials(operation, length)
    const { pairs } = partials
    const parameters = new DataView(new ArrayBuffer(at.PARAMETER_BYTES))
    const set = (offset: number, value: number) => parameters.setUint32(offset, value, true)
    const pairsAddress = await scratch.alloc(pairs.byteLength)
    set(at.VALUES, storage)
    set(at.COUNT, length)
    set(at.TYPE, TYPE_CODE[type as NumberType])
    set(at.OPERATION, OPERATION_CODE[operation])
    set(at.PAIRS, pairsAddress)
    const address = await scratch.write(parameters)
    const strips = Math.ceil(length / (BLOCK * at.STRIP_BLOCKS))
    const threads = Math.max(1, Math.min(pool.size, strips))
    await pool.run('reduceBlocks', address, { threads, signal })
    await pool.memory.read(pairsAddress, bytesOf(pairs), signal)
    all.push(partials)
  }
  return all
}
