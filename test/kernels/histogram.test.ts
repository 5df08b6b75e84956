/** The arguments of `histogram`: what is refused, and in which words. */

import { histogram } from 'ticktickclock'
import { describe, expect, it } from 'vitest'

/** Calls with arguments that no type allows. */
const call = histogram as (...args: unknown[]) => Promise<unknown>
const values = new Float64Array([1, 2])

describe('histogram refuses', () => {
  it.each([
    [[[1, 2], { bins: 2 }], TypeError, '"values" expected Uint32Array, Int32Array, Float32Array'],
    [[values], TypeError, '"options" expected object'],
    [[values, {}], TypeError, '"bins" expected number or ascending edges, got undefined'],
    [[values, { bins: '3' }], TypeError, 'got "3"'],
    [[values, { bins: 0 }], RangeError, '"bins" expected whole number in [1, 1048576], got 0'],
    [[values, { bins: 2.5 }], RangeError, 'got 2.5'],
    [[values, { bins: 2 ** 21 }], RangeError, 'got 2097152'],
    [[values, { bins: [1] }], RangeError, '2 to 1048577 of them, got 1'],
    [[values, { bins: [1, 0] }], RangeError, 'got 0 at 1'],
    [[values, { bins: [1, Number.NaN] }], RangeError, 'got NaN at 1'],
    [[values, { bins: [1, '2'] }], TypeError, 'got "2" at 1'],
    [[values, { bins: [1, 2], range: [0, 1] }], TypeError, '"range" goes with a number of bins'],
    [[values, { bins: 2, range: [1, 0] }], RangeError, 'low ≤ high, got [1, 0]'],
    [[values, { bins: 2, range: [0, Infinity] }], RangeError, 'got [0, Infinity]'],
    [[values, { bins: 2, range: [0] }], TypeError, '"range" expected [low, high]'],
    [[values, { bins: 2, range: 1 }], TypeError, 'got 1'],
    [[values, { bins: 2, into: new Float64Array(2) }], TypeError, '"into" expected Uint32Array'],
    [[values, { bins: 2, into: new Uint32Array(3) }], RangeError, 'expected length 2, got 3'],
    [[values, { bins: 2, width: 3 }], TypeError, 'no option "width"'],
  ])('%o', async (args, type, message) => {
    await expect(call(...args)).rejects.toThrow(type)
    await expect(call(...args)).rejects.toThrow(message)
  })
})
