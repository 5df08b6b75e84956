// A computation whose result can't leave its thread.
import { defineComputation } from 'ticktickclock/bsp'

export default defineComputation({
  name: 'unsendable',
  initialize: () => 0,
  supersteps: [{ name: 'none', compute() {} }],
  finalize: () => ({ action: () => 1 }),
})
