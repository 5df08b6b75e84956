/** A greeting goes around a ring: every processor sends its own to the next one. */

import { defineComputation, message } from 'ticktickclock/bsp'

export default defineComputation({
  name: 'hello world',
  message: message<string>(),
  initialize: (name: string, ctx) => ({ greeting: `hello ${name}, from ${ctx.rank}`, heard: '' }),
  supersteps: [
    {
      name: 'greet',
      compute() {},
      communicate(state, send, ctx) {
        send((ctx.rank + 1) % ctx.processors, state.greeting)
      },
    },
    {
      name: 'listen',
      // What was sent before the barrier is here behind it.
      compute(state, inbox) {
        state.heard = inbox.messages[0]
      },
    },
  ],
  output: ({ heard }, ctx) => `${ctx.rank} of ${ctx.processors} heard "${heard}"`,
})
