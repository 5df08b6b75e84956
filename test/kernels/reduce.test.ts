/** Reductions' arguments: what is refused, and in which words. */

import { openDevice, reduce, reduceColumn } from 'ticktickclock'
import { describe, expect, it } from 'vitest'

/** Calls with arguments that no type allows. */
const call = reduce as (...args: unknown[]) => Promise<unknown>
const callColumn = reduceColumn as (...args: unknown[]) => Promise<unknown>
const values = new Float64Array([1, 2])

describe('reduce refuses', () => {
  it.each([
    [[[1, 2], 'sum'], TypeError, '"values" expected Uint32Array, Int32Array, Float32Array'],
    [[new Uint8Array(2), 'sum'], TypeError, 'got Uint8Array'],
    [[undefined, 'sum'], TypeError, 'got undefined'],
    [[values], TypeError, `"operation" expected 'sum' | 'product'`],
    [[values, 'mean'], RangeError, 'got "mean"'],
    [[values, 'sum', { thread: 2 }], TypeError, 'no option "thread"'],
    [[values, 'sum', null], TypeError, '"options" expected object, got null'],
    [[values, 'sum', { signal: 1 }], TypeError, '"signal" expected AbortSignal'],
    [[values, 'sum', { onRun: 1 }], TypeError, '"onRun" expected function'],
    [[values, 'sum', { device: 'gpu' }], RangeError, '"device" expected'],
  ])('%o', async (args, type, message) => {
    await expect(call(...args)).rejects.toThrow(type)
    await expect(call(...args)).rejects.toThrow(message)
  })
})

describe('reduceColumn refuses', () => {
  it.each([
    [[values, 'sum'], TypeError, 'array of host arrays of one type, got Float64Array'],
    [[[], 'sum'], TypeError, 'got no part'],
    [[[values, new Float32Array(1)], 'sum'], TypeError, 'got f64 and f32'],
    [[[values, [1]], 'sum'], TypeError, '"parts[1]" expected'],
    [[[values], 'sum', { signal: {} }], TypeError, '"signal" expected AbortSignal'],
  ])('%o', async (args, type, message) => {
    await expect(callColumn(...args)).rejects.toThrow(type)
    await expect(callColumn(...args)).rejects.toThrow(message)
  })

  it('residents', async () => {
    await using device = await openDevice({ kind: 'reference' })
    const resident = await device.upload(values)
    const refused = callColumn([values, resident], 'sum')
    await expect(refused).rejects.toThrow('got a resident at 1: read() it first')
  })
})
