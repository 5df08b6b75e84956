// What processors see of their input: what they got, and whether writing to it shows elsewhere.
import { defineComputation } from 'ticktickclock/bsp'

/**
 * @typedef {{ list?: Float64Array, graph?: import('ticktickclock').Graph, output?: string }} Input
 */

export default defineComputation({
  name: 'input',
  initialize(/** @type {Input} */ input) {
    const first = input.list?.[0]
    if (input.list !== undefined) input.list[0]++
    const degrees = input.graph && [...input.graph.offsets]
    return { first, degrees, name: input.graph?.constructor.name, output: input.output }
  },
  supersteps: [{ name: 'none', compute() {} }],
  output({ output, ...state }) {
    if (output === 'function') return { ...state, deep: [() => 1] }
    return { ...state, deep: [] }
  },
})
