// A computation whose processors can go wrong at any point: throw, reject, end their thread, never
// return. `input` says who does what, and when.
import { defineComputation, message } from 'ticktickclock/bsp'

/**
 * @typedef {import('ticktickclock/bsp').Context} Context
 * @typedef {{ fault: keyof typeof FAULTS, rank: number, step: number, where: string,
 *   supersteps: number, hangs?: number }} Input
 */

const FAULTS = {
  throw() {
    throw new RangeError('thrown on purpose')
  },
  reject: () => Promise.reject(new RangeError('rejected on purpose')),
  fail: (/** @type {Context} */ ctx) => ctx.fail('failed on purpose'),
  // biome-ignore lint/nursery/noProcessExit: what the test is about
  exit: () => process.exit(3),
  /** @returns {never} */
  hang() {
    for (;;);
  },
  sleep: () => new Promise(() => {}),
}

/**
 * @param {string} part
 * @param {Input} input
 * @param {Context} ctx
 * @returns {Promise<void> | undefined}
 */
function happen(part, input, ctx) {
  const { fault, rank, step, where, hangs } = input
  if (hangs === ctx.rank && part === where && ctx.superstep === step) FAULTS.hang()
  if (part === where && ctx.rank === rank && ctx.superstep === step) return FAULTS[fault](ctx)
  return
}

export default defineComputation({
  name: 'misbehave',
  message: /** @type {typeof message<number>} */ (message)(),
  async initialize(/** @type {Input} */ input, ctx) {
    await happen('initialize', input, ctx)
    return { input, sum: 0 }
  },
  supersteps: [
    {
      name: 'work',
      compute(state, inbox, ctx) {
        for (const value of inbox) state.sum += value
        return happen('compute', state.input, ctx)
      },
      communicate(state, send, ctx) {
        send('all', ctx.rank)
        return happen('communicate', state.input, ctx)
      },
      converged: (_before, now, ctx) => {
        happen('converged', now.input, ctx)
        return ctx.superstep >= now.input.supersteps - 1
      },
    },
  ],
  output: (state) => state.sum,
})
