/**
 * A million numbers sorted by four processors on threads, in four supersteps: each draws samples of
 * its share, one picks pivots from all samples, every number goes to the processor in whose range
 * it lies, and each sorts what arrives. Skewed on purpose: pivots follow the data.
 */

import { run } from 'ticktickclock/bsp'
import { sampleSortModule, type sampleSortProgram } from 'ticktickclock/programs'

// In shared memory, so that threads read it where it lies.
const values = new Float64Array(new SharedArrayBuffer(8 * 1_000_000))
for (let i = 0, state = 1; i < values.length; i++) {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
  values[i] = (state / 2 ** 32) ** 4
}

const handle = run<typeof sampleSortProgram>(sampleSortModule, { input: { values }, processors: 4 })
for await (const { name, messages, bytes } of handle) {
  console.log(`${name.padEnd(9)} ${String(messages).padStart(2)} messages, ${bytes} bytes`)
}

const { result } = await handle
for (const [rank, slice] of result.slices.entries()) {
  const range = `${slice[0]} to ${slice.at(-1)}`
  console.log(`processor ${rank}: ${slice.length} values, ${range}`)
}
const inOrder = result.values.every((value, i) => i === 0 || result.values[i - 1] <= value)
console.log(`${result.values.length} values, in order: ${inOrder}`)
