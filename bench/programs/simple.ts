/** The seed's `simple_computation`: one superstep of local work, no messages. */

import { defineComputation } from 'ticktickclock/bsp'

export default defineComputation({
  name: 'simple',
  initialize: (_input: undefined, ctx) => ({ value: ctx.rank + 1 }),
  supersteps: [
    {
      name: 'square',
      compute: ({ value }) => ({ value: value * value }),
    },
  ],
  finalize: (states) => states.reduce((sum, { value }) => sum + value, 0),
})
