// A walk of many supersteps, each of which takes a few milliseconds, so that a page can be reloaded
// in the middle of it. Made with the package that the caller has: a bundle in pages.

/** @param {Pick<typeof import('ticktickclock/bsp'), 'defineComputation' | 'message'>} bsp */
export function walkProgram({ defineComputation, message }) {
  return defineComputation({
    name: 'walk',
    message: /** @type {typeof message<number>} */ (message)(),
    initialize: (/** @type {{ supersteps: number, pauseMs: number }} */ input, ctx) => ({
      ...{ input, at: ctx.random.nextFloat() },
      heard: /** @type {number[]} */ ([]),
    }),
    supersteps: [
      {
        name: 'step',
        async compute(state, inbox, ctx) {
          await new Promise((resolve) => setTimeout(resolve, state.input.pauseMs))
          for (const value of inbox) state.heard.push(value / 3)
          state.at += ctx.random.nextFloat()
        },
        communicate: ({ at }, send, ctx) => send(ctx.random.nextBelow(ctx.processors), at),
        converged: (_before, { input }, ctx) => ctx.superstep + 1 === input.supersteps,
      },
    ],
    output: ({ at, heard }) => [at, ...heard],
  })
}
