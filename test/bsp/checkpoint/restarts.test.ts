/**
 * Restarts seen from outside: what may be tried again and what not, stores that fail or hang, and
 * the controls of a handle meanwhile.
 */

import {
  BarrierTimeoutError,
  CheckpointError,
  DefinitionError,
  DisposedError,
  MessageLimitError,
  ProcessorError,
} from 'ticktickclock'
import {
  type CheckpointStore,
  Coordinator,
  createRuntime,
  defineComputation,
  memoryStore,
  message,
  type RunOptions,
  resume,
  run,
} from 'ticktickclock/bsp'
import { describe, expect, it } from 'vitest'
import { KeepingStore } from '../../support/blocks.js'
import { failureOf } from '../../support/failure.js'
import { answerFault, bitsOf, type Fault, NO_FAULT, PROGRAMS } from '../../support/faults.js'

const inline = { transport: 'inline' } as const
const [, , mixture] = PROGRAMS

/** Counts up to 12; `happen` is called in each superstep, on rank 0. */
function countdown(happen: (superstep: number) => unknown, parts: object = {}) {
  return defineComputation({
    name: 'countdown',
    message: message<number>(),
    initialize: () => ({ count: 0, heard: [] as number[] }),
    supersteps: [
      {
        name: 'count',
        async compute(state, inbox, ctx) {
          if (ctx.rank === 0) await happen(ctx.superstep)
          state.count++
          state.heard.push(...inbox)
        },
        communicate: ({ count }, send, ctx) => send('all', 100 * ctx.rank + count),
        converged: (_before, { count }) => count === 12,
      },
    ],
    ...parts,
  })
}

/** Throws in that superstep, so many times. */
function throwing(superstep: number, times: number): (now: number) => void {
  let left = times
  return (now) => {
    if (now === superstep && left-- > 0) throw new Error('on purpose')
  }
}

const undisturbed = await run(
  countdown(() => {}),
  { processors: 2, ...inline },
)

describe('a restart', () => {
  it('begins with the input as long as there is no checkpoint', async () => {
    const store = new KeepingStore()
    const program = countdown(throwing(3, 2))
    const options = { processors: 2, checkpoint: { every: 5, store }, ...inline }
    const { result, restarts } = await run(program, options)
    expect({ result, restarts }).toEqual({ result: undisturbed.result, restarts: 2 })
    expect(store.supersteps).toEqual([5, 10])
  })

  it('does not begin with what another run has left in the store', async () => {
    const store = new KeepingStore()
    await run(
      countdown(() => {}),
      { processors: 2, checkpoint: { every: 5, store }, ...inline },
    )
    const program = countdown(throwing(3, 1))
    const options = { processors: 2, checkpoint: { every: 5, store }, ...inline }
    const handle = run(program, options)
    const { result, messages } = await handle
    expect({ result, messages }).toEqual({
      result: undisturbed.result,
      messages: undisturbed.messages,
    })
    expect(store.supersteps).toEqual([5, 10, 5, 10])
  })

  it('happens as often as allowed, then the error says how often', async () => {
    const program = countdown(throwing(6, 100))
    for (const [maxRestarts, text] of [
      [0, 'compute failed: on purpose'],
      [1, 'compute failed: on purpose (after 1 restart)'],
      [3, 'compute failed: on purpose (after 3 restarts)'],
    ] as const) {
      const options = { processors: 2, checkpoint: { maxRestarts }, ...inline }
      const error = await failureOf(run(program, options))
      expect(error).toBeInstanceOf(ProcessorError)
      expect(error.message.endsWith(text)).toBe(true)
      expect(error.step).toBe(6)
    }
  })

  it('has random numbers and saved states that go on', async () => {
    const seen: unknown[] = []
    const program = (happen: (now: number) => void) =>
      defineComputation({
        name: 'random',
        initialize: (_input: number[], ctx) => ({
          drawn: [ctx.random.nextUint32()],
          secret: () => 1,
        }),
        supersteps: [
          {
            name: 'draw',
            compute(state, _inbox, ctx) {
              state.drawn.push(ctx.random.nextUint32() + state.secret())
              if (ctx.rank === 1) happen(ctx.superstep)
            },
            converged: (_before, { drawn }) => drawn.length > 9,
          },
        ],
        snapshot: (state) => state,
        save: ({ drawn }, ctx) => ({ drawn, at: [ctx.superstep, ctx.round, ctx.rank] }),
        restore({ drawn, at }, ctx, input) {
          // What it draws is drawn in vain: the stream goes on from where it was.
          ctx.random.nextUint32()
          seen.push([at, [ctx.superstep, ctx.round, ctx.rank], input])
          return { drawn, secret: () => 1 }
        },
        output: ({ drawn }) => drawn,
      })
    const options = { processors: 2, seed: 4, input: [5], ...inline }
    const expected = await run(
      program(() => {}),
      options,
    )
    const again = await run(program(throwing(5, 1)), { ...options, checkpoint: { every: 2 } })
    expect(again.result).toEqual(expected.result)
    expect(seen).toEqual([0, 1].map((rank) => [[4, 4, rank], [4, 4, rank], [5]]))
    expect(program(() => {}).describe().parts).toEqual(['snapshot', 'output', 'save', 'restore'])
  })

  it('needs both of save and restore', () => {
    const define = (parts: object) => () => countdown(() => {}, parts)
    expect(define({ save: () => 0 })).toThrow(DefinitionError)
    expect(define({ save: () => 0 })).toThrow(/"countdown" has "save" but no "restore"/)
    expect(define({ restore: () => 0 })).toThrow(/has "restore" but no "save"/)
    expect(define({ save: 1, restore: () => 0 })).toThrow(/"save" must be a function/)
  })
})

describe('no restart', () => {
  const checkpoint = { every: 1 }

  it('after an abort, a disposal, too many messages', async () => {
    const options = { processors: 2, checkpoint, ...inline }
    const aborted = run(
      countdown(() => new Promise((resolve) => setTimeout(resolve, 10))),
      options,
    )
    setTimeout(() => aborted.abort(new Error('enough')), 30)
    expect((await failureOf(aborted)).message).toBe('enough')
    const runtime = createRuntime()
    const disposed = runtime.run(
      countdown(() => new Promise(() => {})),
      options,
    )
    await runtime.dispose()
    expect(await failureOf(disposed)).toBeInstanceOf(DisposedError)
    const large = countdown(() => {}, {
      supersteps: [
        {
          name: 'much',
          compute() {},
          communicate: (_state: unknown, send: (to: number, text: string) => void) =>
            send(0, 'x'.repeat(10_000)),
          converged: () => false,
        },
      ],
    })
    const error = await failureOf(run(large, { ...options, messageMemoryBytes: 4096 }))
    expect(error).toBeInstanceOf(MessageLimitError)
    expect(error.message).not.toMatch(/restart/)
  })

  it('for a state that can not be kept, with what to do', async () => {
    const program = countdown(() => {}, {
      initialize: () => ({ count: 0, heard: [], f() {} }),
      snapshot: (state: unknown) => state,
    })
    const error = await failureOf(run(program, { checkpoint, ...inline }))
    expect(error).toBeInstanceOf(ProcessorError)
    expect(error).toMatchObject({ part: 'save', rank: 0, step: 1 })
    expect(error.message).toMatch(
      /save failed: can't send the state\.f: a function .*; give the definition "save" and "rest/,
    )
    expect(error.message).not.toMatch(/restart/)
  })
})

describe('a store', () => {
  const hanging = (from: number): CheckpointStore => {
    const kept = memoryStore()
    return {
      save: (block, info) =>
        info.superstep < from ? kept.save(block, info) : new Promise(() => {}),
      load: () => kept.load(),
    }
  }

  it.each(['inline', 'threads'] as const)('that fails ends the run: %s', async (transport) => {
    const store: CheckpointStore = {
      save: async (_block, { superstep }) => {
        if (superstep === 4) throw new Error('disk full')
      },
      load: async () => undefined,
    }
    const input = mixture.inputOf(NO_FAULT, 1)
    const options: RunOptions = { processors: 2, transport, checkpoint: { every: 2, store } }
    const error = await failureOf(run(mixture.module, { ...options, input }))
    expect(error).toBeInstanceOf(CheckpointError)
    expect(error.message).toBe("the store can't keep the checkpoint of superstep 4: disk full")
    expect(error.finding).toBe('store')
    expect(error.cause.message).toBe('disk full')
  })

  it('that fails with the last checkpoint ends the run, too', async () => {
    const store: CheckpointStore = {
      save: () => new Promise((_, reject) => setTimeout(reject, 20, new Error('late'))),
      load: async () => undefined,
    }
    const options = { processors: 2, checkpoint: { every: 11, store }, ...inline }
    await expect(
      run(
        countdown(() => {}),
        options,
      ),
    ).rejects.toThrow(/superstep 11: late/)
  })

  it.each(['inline', 'threads'] as const)(
    'that hangs is a time-out that says so: %s',
    async (transport) => {
      const input = mixture.inputOf(NO_FAULT, 1)
      const checkpoint = { store: hanging(5) }
      const options: RunOptions = { processors: 3, transport, checkpoint, barrierTimeoutMs: 2000 }
      const error = await failureOf(run(mixture.module, { ...options, input }))
      expect(error).toBeInstanceOf(BarrierTimeoutError)
      expect(error.missing).toEqual([0, 1, 2].map((rank) => ({ rank, phase: 'saving' })))
      expect(error.message).toMatch(/\(number 6\): .* rank 0 \(saving\), rank 1 \(saving\)/)
      expect(error.message).not.toMatch(/restart/)
    },
  )

  it('that hangs with the last checkpoint is named', async () => {
    const checkpoint = { every: 11, store: hanging(1) }
    const options = { processors: 2, checkpoint, barrierTimeoutMs: 50, ...inline }
    const error = await failureOf(
      run(
        countdown(() => {}),
        options,
      ),
    )
    expect(error).toBeInstanceOf(CheckpointError)
    expect(error.message).toMatch(/not kept the checkpoint of superstep 11 within 50 ms/)
  })

  it.each(['inline', 'threads'] as const)('that is slow is waited for: %s', async (transport) => {
    let busy = 0
    const most: number[] = []
    const supersteps: number[] = []
    const store: CheckpointStore = {
      async save(_block, { superstep }) {
        most.push(++busy)
        await new Promise((resolve) => setTimeout(resolve, 15))
        supersteps.push(superstep)
        busy--
      },
      load: async () => undefined,
    }
    const input = mixture.inputOf(NO_FAULT, 1)
    const options: RunOptions = { processors: 4, transport, checkpoint: { store } }
    await run(mixture.module, { ...options, input })
    expect(supersteps).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
    expect(new Set(most)).toEqual(new Set([1]))
  })

  it('does not hold an abort up, also while it saves', async () => {
    for (const transport of ['inline', 'threads'] as const) {
      const input = mixture.inputOf(NO_FAULT, 1)
      const options: RunOptions = { processors: 2, transport, checkpoint: { store: hanging(3) } }
      const handle = run(mixture.module, { ...options, input })
      while (handle.superstep < 4) await new Promise((resolve) => setTimeout(resolve, 2))
      const startMs = performance.now()
      handle.abort('stop')
      expect(await failureOf(handle)).toBe('stop')
      expect(performance.now() - startMs).toBeLessThan(500)
    }
  })
})

describe('a handle', () => {
  it('is paused and stepped across a restart, every superstep reported once', async () => {
    const program = countdown(throwing(6, 1))
    const options = { processors: 2, checkpoint: { every: 4 }, ...inline }
    const handle = run(program, options)
    await handle.pause()
    const stepped: (number | undefined)[] = []
    for (let report = await handle.step(); report; report = await handle.step()) {
      stepped.push(report.superstep)
    }
    expect(stepped).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
    const seen: number[] = []
    for await (const { superstep, dropped } of handle) {
      expect(dropped).toBe(0)
      seen.push(superstep)
    }
    expect(seen).toEqual(stepped)
    const { result, restarts } = await handle
    expect({ result, restarts }).toEqual({ result: undisturbed.result, restarts: 1 })
  })

  it('takes checkpoints while it is stepped', async () => {
    const store = new KeepingStore()
    const handle = run(
      countdown(() => {}),
      { processors: 2, checkpoint: { store }, ...inline },
    )
    await handle.pause()
    for (let i = 0; i < 5; i++) await handle.step()
    const held = store.supersteps.length
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(store.supersteps.length).toBe(held)
    expect(held).toBeGreaterThanOrEqual(4)
    handle.resume()
    await handle
    expect(store.supersteps).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
  })

  it('has a fault that comes while a checkpoint is stored go back to that one', async () => {
    const kept = new KeepingStore()
    const store: CheckpointStore = {
      async save(block, info) {
        await new Promise((resolve) => setTimeout(resolve, 30))
        await kept.save(block, info)
      },
      load: () => kept.load(),
    }
    const restored: number[] = []
    const program = countdown(throwing(8, 1), {
      save: (state: unknown) => state,
      restore(state: unknown, ctx: { rank: number; superstep: number }) {
        if (ctx.rank === 0) restored.push(ctx.superstep)
        return state
      },
    })
    const { result } = await run(program, {
      processors: 2,
      checkpoint: { every: 8, store },
      ...inline,
    })
    expect({ result, restored }).toEqual({ result: undisturbed.result, restored: [8] })
  })

  it('belongs to a coordinator as to a runtime', async () => {
    const store = memoryStore()
    const place = { part: 'compute', rank: 1, step: 5, channel: 'coordinator' } as const
    const fault: Fault = { ...place, kind: 'exit', times: 1 }
    using _ = answerFault(fault)
    const input = mixture.inputOf(fault, 1)
    const options = { processors: 2, checkpoint: { every: 2, store } }
    await using coordinator = await Coordinator.start(mixture.module, input as never, options)
    const { result, restarts, workers } = await coordinator.run()
    expect({ restarts, workers }).toEqual({ restarts: 1, workers: 2 })
    await using runtime = createRuntime({ workers: 1 })
    const again = await runtime.resume(mixture.module, { store })
    expect(again).toMatchObject({ resumedFrom: 10, workers: 1 })
    expect(bitsOf(again.result)).toBe(bitsOf(result))
    await using resumed = await Coordinator.resume(mixture.module, { store })
    expect(resumed.status).toBe('ready')
    expect(resumed.describe().name).toBe('mixture')
    const once = await resumed.run()
    expect(once).toMatchObject({ resumedFrom: 10, workers: 2 })
    expect(bitsOf(once.result)).toBe(bitsOf(result))
    await expect(Coordinator.resume(mixture.module, {} as never)).rejects.toThrow(/"store" expec/)
    const failing = resume(mixture.module, { store: { ...store, load: async () => undefined } })
    expect(failing.status).toBe('starting')
    await failureOf(failing)
    expect(failing.status).toBe('failed')
  })
})
