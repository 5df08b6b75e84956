/** The arguments of `scan`: what is refused, and in which words. */

import { scan } from 'ticktickclock'
import { describe, expect, it } from 'vitest'

/** Calls with arguments that no type allows. */
const call = scan as (...args: unknown[]) => Promise<unknown>
const values = new Float64Array([1, 2])

describe('scan refuses', () => {
  it.each([
    [[[1, 2]], TypeError, '"values" expected Uint32Array, Int32Array, Float32Array'],
    [[new BigInt64Array(2)], TypeError, 'got BigInt64Array'],
    [[values, { inclusive: 1 }], TypeError, '"inclusive" expected boolean, got 1'],
    [[values, { exclusive: true }], TypeError, 'no option "exclusive"'],
    [[values, { into: new Float32Array(2) }], TypeError, '"into" expected Float64Array'],
    [[values, { into: new Float64Array(3) }], RangeError, '"into" expected length 2, got 3'],
    [[values, 3], TypeError, '"options" expected object, got 3'],
    [[values, { threads: 0 }], RangeError, '"threads" expected'],
  ])('%o', async (args, type, message) => {
    await expect(call(...args)).rejects.toThrow(type)
    await expect(call(...args)).rejects.toThrow(message)
  })
})
