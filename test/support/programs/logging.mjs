// A computation that prints: `input` lines a processor.
import { defineComputation } from 'ticktickclock/bsp'

export default defineComputation({
  name: 'logging',
  initialize: (/** @type {number} */ input) => input,
  supersteps: [
    {
      name: 'print',
      compute(lines) {
        for (let i = 0; i < lines; i++) console.log(`${i} of ${lines}`)
      },
    },
  ],
})
