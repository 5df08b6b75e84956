/**
 * The cost of a run: put together from figures that are known, compared with a second way to say
 * the same; and on every transport, what doesn't depend on the machine.
 */

import fc from 'fast-check'
import { calibrateTransport, defineComputation, run, type SuperstepReport } from 'ticktickclock/bsp'
import { analyzePerformance, type costParams, predictSuperstepTime } from 'ticktickclock/cost'
import { describe, expect, it } from 'vitest'
import { costReader, type EndedRun } from '../../src/bsp/cost.js'
import { FIGURE } from '../../src/bsp/figures.js'
import { SHIPPED_PROFILE } from '../../src/cost/shipped.js'
import { count, testSeed } from '../support/seed.js'

const COMPONENTS = new URL('../support/programs/components.mjs', import.meta.url)

/** What one processor does in a superstep. */
interface Did {
  startMs: number
  computeMs: number
  communicateMs: number
  sent: number
  received: number
}

function figuresOf(superstep: number, did: Did): Float64Array {
  const figures = new Float64Array(16)
  figures[FIGURE.startMs] = did.startMs
  figures[FIGURE.computeMs] = did.computeMs
  figures[FIGURE.communicateMs] = did.communicateMs
  figures[FIGURE.endMs] = did.startMs + did.computeMs + did.communicateMs
  figures[FIGURE.sentBytes] = did.sent
  figures[FIGURE.receivedBytes] = did.received
  figures[FIGURE.marker] = superstep + 1
  return figures
}

/** A run of supersteps from `first` on; figures by superstep and rank. */
function costOfTable(table: readonly (readonly Did[])[], workers: number, first = 0) {
  const source = {
    figures(superstep: number, rank: number) {
      const did = table[superstep - first]?.[rank]
      return did && figuresOf(superstep, did)
    },
  }
  return costOf({
    ...{ sources: [source], transport: 'threads', processors: table[0]?.length ?? 1, workers },
    ...{ supersteps: first + table.length, first },
    profile: { profile: SHIPPED_PROFILE, source: 'a test' },
  })
}

const did = (startMs: number, computeMs: number, communicateMs = 0, sent = 0, received = 0) => ({
  ...{ startMs, computeMs, communicateMs, sent, received },
})

const costOf = (run: EndedRun) => costReader(run)()

describe('what is put together', () => {
  it('takes the slowest processor, the largest h, and time from start to start', () => {
    const cost = costOfTable(
      [
        [did(100, 3, 1, 50, 999), did(101, 4, 2, 10, 999)],
        [did(110, 5, 0, 0, 20), did(112, 1, 1, 7, 60)],
      ],
      2,
    )
    expect([...cost.workMs]).toEqual([4, 5])
    // Rank 1 receives 60 of superstep 0; what was received before it counts for nothing.
    expect([...cost.hBytes]).toEqual([60, 7])
    expect([...cost.actualMs]).toEqual([10, 5])
    expect(cost).toMatchObject({ first: 0, omitted: 0, source: 'a test' })
    const { workMs, communicateMs, barrierMs, actualMs } = cost.total
    expect([workMs, communicateMs, barrierMs, actualMs]).toEqual([9, 2, 4, 15])
  })

  it('adds up processors that share a worker, and counts once what overlaps', () => {
    const inTurn = [did(0, 2), did(1, 4), did(2, 3)]
    // Ranks 0 | 1 and 2 on two workers: the second computes from 1 to 5.
    expect([...costOfTable([inTurn], 2).workMs]).toEqual([4])
    expect([...costOfTable([[did(0, 2), did(3, 3)]], 1).workMs]).toEqual([5])
    expect([...costOfTable([[did(0, 9), did(3, 3)]], 1).workMs]).toEqual([9])
  })

  it('ends a superstep after which a restart came with its last arrival', () => {
    const old = { figures: (s: number) => (s === 0 ? figuresOf(0, did(0, 2, 1)) : undefined) }
    const now = { figures: (s: number) => (s === 1 ? figuresOf(1, did(1000, 2)) : undefined) }
    const cost = costOf({
      ...{ sources: [now, old], transport: 'inline', processors: 1, workers: 1 },
      ...{ supersteps: 2, first: 0, profile: { profile: SHIPPED_PROFILE, source: '' } },
    })
    expect([...cost.actualMs]).toEqual([3, 2])
  })

  it('says how many supersteps are not kept', () => {
    const cost = costOfTable([[did(0, 1)], [did(2, 1)]], 1, 7)
    expect(cost).toMatchObject({ first: 7, omitted: 0 })
    const source = { figures: (s: number) => (s < 5 ? undefined : figuresOf(s, did(s, 1))) }
    const late = costOf({
      ...{ sources: [source], transport: 'inline', processors: 1, workers: 1 },
      ...{ supersteps: 9, first: 2, profile: { profile: SHIPPED_PROFILE, source: '' } },
    })
    expect(late).toMatchObject({ first: 5, omitted: 3 })
    expect(late.workMs).toHaveLength(4)
  })

  it('takes the shipped table where a profile has nothing of the transport', () => {
    const profile = { ...SHIPPED_PROFILE, transports: {} }
    const cost = costOf({
      ...{ sources: [], transport: 'inline', processors: 2, workers: 1, supersteps: 0, first: 0 },
      profile: { profile, source: 'mine' },
    })
    expect(cost.source).toBe('the table that comes with the package (mine has nothing of inline)')
    expect(cost.params).toMatchObject({ processors: 2, basis: 'measured' })
    expect(cost).toMatchObject({ omitted: 0, medianErrorPercent: 0 })
    expect(cost.total).toMatchObject({ actualMs: 0, predictedMs: 0, errorPercent: 0 })
  })

  it('predicts by the formula, and its errors are those of analyzePerformance', () => {
    // Eighths: sums of them are exact.
    const amount = fc.nat(80).map((eighths) => eighths / 8)
    const bytes = fc.nat(2 ** 20)
    const one = fc.tuple(amount, amount, bytes, bytes)
    const steps = fc
      .integer({ min: 1, max: 5 })
      .chain((p) => fc.array(fc.array(one, { minLength: p, maxLength: p }), { minLength: 1 }))
    fc.assert(
      fc.property(steps, (all) => {
        const table = all.map((ranks, s) =>
          ranks.map(([compute, send, sent, received]) =>
            did(100 * s, compute, send, sent, received),
          ),
        )
        const cost = costOfTable(table, table[0].length)
        const errors = table.map((ranks, s) => {
          const work = Math.max(...ranks.map(({ computeMs }) => computeMs))
          const received = table[s + 1]?.map((each) => each.received) ?? []
          const hRelation = Math.max(...ranks.map(({ sent }) => sent), ...received)
          expect([cost.workMs[s], cost.hBytes[s]]).toEqual([work, hRelation])
          const predicted = predictSuperstepTime({ work, hRelation, params: plain(cost.params) })
          expect(cost.predictedMs[s]).toBeCloseTo(predicted, 9)
          return analyzePerformance(cost.actualMs[s], cost.predictedMs[s]).errorPercent
        })
        errors.sort((a, b) => a - b)
        const { length } = errors
        const middle = (errors[(length - 1) >> 1] + errors[length >> 1]) / 2
        expect(cost.medianErrorPercent).toBeCloseTo(middle, 6)
      }),
      { seed: testSeed(), numRuns: count(300) },
    )
  })
})

function plain({ processors, g, l, workers }: ReturnType<typeof costParams>) {
  return { processors, g, l, workers }
}

const counting = defineComputation({
  name: 'counting',
  message: { value: 'f64' },
  initialize: () => 0,
  supersteps: [
    {
      name: 'count',
      compute: (state) => state + 1,
      communicate: (state, send, ctx) =>
        send.batch((ctx.rank + 1) % ctx.processors, { value: new Float64Array(state) }),
      converged: () => false,
    },
  ],
})

describe('the cost of a run', () => {
  it('has a value for every superstep, as the reports have them', async () => {
    const handle = run(counting, { processors: 1, maxSupersteps: 40 })
    const reports: SuperstepReport[] = []
    for await (const report of handle) reports.push(report)
    const { cost } = await handle
    expect([...cost.workMs]).toEqual(reports.map(({ computeMs }) => computeMs))
    expect([...cost.hBytes]).toEqual(reports.map(({ bytes }) => bytes))
    expect(cost.actualMs.every((ms) => ms >= 0)).toBe(true)
    const { workMs, communicateMs, barrierMs, actualMs } = cost.total
    expect(workMs + communicateMs + barrierMs).toBeCloseTo(actualMs, 9)
    expect(cost.params).toMatchObject({ processors: 1, workers: 1 })
  })

  it('keeps about a thousand, and says how many it has not', async () => {
    const { cost } = await run(counting, { processors: 2, maxSupersteps: 1500 })
    const kept = cost.workMs.length
    expect(kept).toBeGreaterThan(1000)
    expect(kept).toBeLessThanOrEqual(1024)
    expect(cost).toMatchObject({ first: 1500 - kept, omitted: 1500 - kept })
    // Message k has k values in packets of 64: what rank 0 sent is what rank 1 received.
    expect(cost.hBytes.at(-1)).toBe(64 + 8 * 64 * Math.ceil(1500 / 64))
  })

  it('is empty for a run without supersteps', async () => {
    const { cost } = await run(counting, { processors: 2, maxSupersteps: 0 })
    expect(cost).toMatchObject({ first: 0, omitted: 0 })
    expect(cost.workMs).toHaveLength(0)
  })

  it.each(['threads', 'transfer'] as const)('is there on %s', async (transport) => {
    const input = { vertexCount: 4, edges: [[0, 3]] }
    const options = { transport, processors: 3, input }
    const { cost, supersteps } = await run(COMPONENTS, options as never)
    expect(supersteps).toBeGreaterThan(0)
    expect(cost.workMs).toHaveLength(supersteps)
    expect(cost.actualMs.every((ms) => ms > 0)).toBe(true)
    expect(cost.params.processors).toBe(3)
  })
})

describe('calibrateTransport', () => {
  it('measures a range of h with a line through it', async () => {
    const found = await calibrateTransport({ transport: 'inline', processors: 2 })
    expect(found).toMatchObject({ transport: 'inline', processors: 2, workers: 1 })
    expect(found.samples.length).toBeGreaterThanOrEqual(6)
    expect(found.samples[0].hRelation).toBe(0)
    expect(found.samples.at(-1)?.hRelation).toBeGreaterThanOrEqual(2 ** 20)
    expect(found.count).toBe(found.samples.length)
    for (const value of [found.g, found.l, found.r2, found.residual]) {
      expect(Number.isFinite(value)).toBe(true)
    }
  })

  it('ends with the reason of its signal', async () => {
    const reason = new Error('enough')
    const ended = { transport: 'inline', signal: AbortSignal.abort(reason) } as const
    await expect(calibrateTransport(ended)).rejects.toBe(reason)
    const controller = new AbortController()
    setTimeout(() => controller.abort(reason), 20)
    const options = { transport: 'threads', processors: 2, signal: controller.signal } as const
    await expect(calibrateTransport(options)).rejects.toBe(reason)
  })

  it('refuses wrong options', async () => {
    await expect(calibrateTransport({ transport: 'mpi' as 'inline' })).rejects.toThrow(
      '"transport" expected',
    )
    await expect(calibrateTransport({ transport: 'inline', processors: 0 })).rejects.toThrow(
      '"processors" expected whole number',
    )
  })
})
