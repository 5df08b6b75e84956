// Processors of a run that has failed go on sending; `traffic` shows whether anything of that gets
// into the run after it.
import { defineComputation, message } from 'ticktickclock/bsp'

/** @typedef {{ isBad: boolean }} Input */

const pauseMs = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms))
const GOOD = 'good'.repeat(500)
const BAD = 'bad'.repeat(5000)

export default defineComputation({
  name: 'late',
  message: /** @type {typeof message<string>} */ (message)(),
  initialize: (/** @type {Input} */ { isBad }) => ({ isBad, damaged: 0 }),
  supersteps: [
    {
      name: 'send',
      async compute({ isBad }, _inbox, { rank }) {
        if (isBad && rank === 1) throw new Error('on purpose')
        await pauseMs(isBad ? 50 : 1)
      },
      async communicate({ isBad }, send) {
        for (let i = 0; isBad && i < 500; i++) {
          send('all', BAD)
          await pauseMs(2)
        }
        send('all', GOOD)
        await pauseMs(10)
      },
    },
    {
      name: 'look',
      compute(state, inbox) {
        for (const text of inbox) if (text !== GOOD) state.damaged++
      },
      converged: (_before, _now, { round }) => round === 30,
    },
  ],
  output: ({ damaged }) => damaged,
})
