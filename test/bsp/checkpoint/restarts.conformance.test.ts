/** Faults of programs on one thread, in Node and in pages: the same bits, from checkpoints. */

import { allReduce, defineComputation, memoryStore, message, resume, run } from 'ticktickclock/bsp'
import { expect, it } from 'vitest'
import { encodeValue } from '../../../dist/bsp/codec.js'
import { createRandom } from '../../../dist/random.js'
import { count, testSeed } from '../../support/seed.js'

const total = allReduce('total', { op: 'sum' })

/** Throws or hangs once or twice, on that rank and in that superstep. */
interface Fault {
  kind: 'throw' | 'hang'
  rank: number
  step: number
  times: number
}

function programWith({ kind, rank, step, times }: Fault) {
  let left = times
  return defineComputation({
    name: 'drawing',
    message: message<Float64Array>(),
    initialize: (_input, ctx) => ({ own: Float64Array.of(ctx.random.nextFloat()), total: 0 }),
    supersteps: [
      {
        name: 'draw',
        compute(state, inbox, ctx) {
          for (const part of inbox) state.own = Float64Array.of(...state.own, part[0] / 3)
          if (ctx.superstep > 0) state.total = total.receive(inbox)
          if (rank !== ctx.rank || step !== ctx.superstep || left-- <= 0) return
          if (kind === 'throw') throw new Error('on purpose')
          return new Promise<never>(() => {})
        },
        communicate(state, send, ctx) {
          total.send(send, state.own[0])
          send(ctx.random.nextBelow(ctx.processors), Float64Array.of(ctx.random.nextFloat()))
        },
        converged: (_before, _now, ctx) => ctx.superstep === 15,
      },
    ],
  })
}

const nothing = { kind: 'throw', rank: -1, step: 0, times: 0 } as const

it(`has the same bits after faults, ${count(200)} seeded cases`, async () => {
  for (let i = 0; i < count(200); i++) {
    const seed = (testSeed() + i) >>> 0
    const random = createRandom(seed)
    const processors = 1 + random.nextBelow(6)
    const fault: Fault = {
      kind: random.nextBelow(8) === 0 ? 'hang' : 'throw',
      rank: random.nextBelow(processors),
      step: random.nextBelow(16),
      times: 1 + random.nextBelow(3),
    }
    const options = { processors, seed, transport: 'inline' } as const
    const expected = encodeValue((await run(programWith(nothing), options)).result)
    const store = memoryStore()
    const checkpoint = { every: 1 + random.nextBelow(5), store, maxRestarts: 20 }
    const barrierTimeoutMs = fault.kind === 'hang' ? 100 : 60_000
    const handle = run(programWith(fault), { ...options, checkpoint, barrierTimeoutMs })
    const { result, restarts } = await handle
    // A busy machine may time out once more.
    const counted = fault.kind === 'hang' ? Math.min(restarts, fault.times) : restarts
    expect({ seed, fault, counted }).toEqual({ seed, fault, counted: fault.times })
    expect(encodeValue(result)).toEqual(expected)
    const again = await resume(programWith(nothing), { store, transport: 'inline' })
    expect(encodeValue(again.result)).toEqual(expected)
  }
})
