/**
 * The transport contract, kept by every transport: packets arrive once, whole, at the next exchange
 * and for as long as promised; votes are counted; barriers can be held, stepped and ended.
 */

import { afterAll, describe, expect, it } from 'vitest'
import { openInline } from '../../dist/transport/inline.js'
import { hasSharedMemory } from '../../dist/transport/open.js'
import { openThreads } from '../../dist/transport/threads.js'
import { openTransfer } from '../../dist/transport/transfer.js'
import {
  type Endpoint,
  type Job,
  MessageMemoryFull,
  RunEnded,
  type Transport,
} from '../../dist/transport/transport.js'
import { openPool } from '../../dist/workers/open.js'
import { count, testSeed } from '../support/seed.js'

interface Traffic {
  ranks: number[]
  faults: string[]
  answers: boolean[]
  packets: number
}

const shape = (processors: number) => ({ processors, messageMemoryBytes: 64 * 2 ** 20 })

/** A job of a module in test/support/programs. */
async function jobOf<A, R>(name: string): Promise<Job<A, R>> {
  const url = new URL(`../support/programs/${name}.mjs`, import.meta.url)
  const { runMember } = await import(url.href)
  return { local: runMember, module: url.href }
}

const shared = hasSharedMemory() ? await openPool({ threads: 2, sharedMemory: true }) : undefined
const alone = await Promise.all(
  Array.from({ length: 3 }, () => openPool({ threads: 1, sharedMemory: false })),
)
afterAll(() => Promise.all([shared, ...alone].map((pool) => pool?.dispose())))

/** What this place has: threads need shared memory. */
const TRANSPORTS: [string, () => Transport][] = [
  ['inline', () => openInline()],
  ['transfer', () => openTransfer(alone)],
]
if (shared !== undefined) TRANSPORTS.push(['threads', () => openThreads(shared)])

describe.each(TRANSPORTS)('the transport %s', (_kind, open) => {
  it('delivers every packet once, at the next exchange', async () => {
    const job = await jobOf<object, Traffic>('traffic')
    for (let i = 0; i < count(100); i++) {
      const seed = (testSeed() + i) >>> 0
      const processors = [1, 2, 3, 8][i % 4]
      const replies = await open().run(job, { seed, supersteps: 6 }, shape(processors))
      const faults = replies.flatMap((reply) => reply.faults)
      expect({ seed, processors, faults }).toEqual({ seed, processors, faults: [] })
      const ranks = replies.flatMap((reply) => reply.ranks)
      expect(ranks).toEqual(Array.from({ length: processors }, (_, rank) => rank))
      if (processors > 2) expect(replies.some(({ packets }) => packets > 0)).toBe(true)
    }
  })

  it('tells all members whether all agreed', async () => {
    const job = await jobOf<object, Traffic>('traffic')
    const disagree = [
      [1, 0],
      [2, 4],
      [4, 2],
    ]
    const replies = await open().run(job, { seed: 1, supersteps: 6, disagree }, shape(5))
    for (const { answers } of replies) {
      expect(answers).toEqual([true, false, false, true, false, true])
    }
  })

  it('keeps the figures of each superstep', async () => {
    const transport = open()
    await transport.run(await jobOf('traffic'), { seed: 2, supersteps: 5 }, shape(3))
    // The first exchange ends what comes before superstep 0.
    expect(transport.state()?.superstep).toBe(4)
    expect(transport.figures(3, 2)?.[4]).toBe(5)
    expect(transport.figures(4, 0)).toBeUndefined()
  })

  it('refuses more messages than there is memory for, and names the limit', async () => {
    const job = await jobOf('traffic')
    const small = { processors: 4, messageMemoryBytes: 4096 }
    const run = open().run(job, { seed: 3, supersteps: 3 }, small)
    await expect(run).rejects.toThrow('more than 2048 bytes of messages')
  })

  it('holds a barrier, steps, goes on', async () => {
    const transport = open()
    const run = transport.run(await jobOf<object, Traffic>('traffic'), args(40), shape(2))
    transport.pause()
    await until(() => transport.state()?.held === true)
    const first = transport.state()?.superstep ?? -1
    transport.step()
    await until(
      () => transport.state()?.superstep === first + 1 && transport.state()?.held === true,
    )
    expect(transport.state()?.phases).toEqual(['waiting', 'waiting'])
    transport.resume()
    const replies = await run
    expect(replies.flatMap(({ faults }) => faults)).toEqual([])
  })

  it('ends a run that is held', async () => {
    const transport = open()
    const run = transport.run(await jobOf('traffic'), args(1000), shape(2))
    transport.pause()
    await until(() => transport.state()?.held === true)
    transport.end()
    await expect(run).rejects.toThrow(RunEnded)
  })
})

describe.each(TRANSPORTS)('what members save: %s', (_kind, open) => {
  it('arrives whole, by rank, one after the other', async () => {
    const job = await jobOf<object, number>('saving')
    for (const processors of [1, 2, 3]) {
      const seen: unknown[] = []
      let busy = 0
      const onSave = async (superstep: number, sections: readonly Uint8Array[]) => {
        expect(++busy).toBe(1)
        await new Promise((resolve) => setTimeout(resolve, 3))
        busy--
        seen.push([superstep, sections.map((section) => [...section])])
      }
      const from = { firstSuperstep: 20, onSave }
      await open().run(job, { saves: 4 }, { ...shape(processors), ...from })
      await until(() => busy === 0)
      const ranks = Array.from({ length: processors }, (_, rank) => rank)
      expect(seen).toEqual(
        [21, 22, 23, 24].map((superstep) => [superstep, ranks.map((rank) => [superstep, rank])]),
      )
    }
  })

  it('keeps nobody who ends the run', async () => {
    const transport = open()
    let saves = 0
    const onSave = () => {
      saves++
      return new Promise<void>(() => {})
    }
    const job = await jobOf<object, number>('saving')
    const run = transport.run(job, { saves: 4 }, { ...shape(2), onSave })
    await until(() => transport.state()?.phases.includes('saving') === true && saves === 1)
    transport.end()
    await expect(run).rejects.toThrow(RunEnded)
    expect(saves).toBe(1)
  })

  it('counts supersteps from the first one on', async () => {
    const transport = open()
    const job = await jobOf('traffic')
    await transport.run(job, { seed: 2, supersteps: 5 }, { ...shape(3), firstSuperstep: 1030 })
    expect(transport.state()?.superstep).toBe(1034)
    expect(transport.figures(1033, 2)?.[4]).toBe(5)
    expect(transport.figures(1034, 0)).toBeUndefined()
    expect(transport.figures(1029, 0)?.[8] ?? 0).toBe(0)
  })
})

describe('memory for messages', () => {
  it.each(TRANSPORTS)('that can’t be had is not taken: %s', async (_kind, open) => {
    const job = await jobOf<object, (number | string)[]>('greedy')
    const [answers] = await open().run(job, {}, { processors: 1, messageMemoryBytes: 4096 })
    const full = 'Error: more than 2048 bytes of messages'
    expect(answers).toEqual([1024, full, 900, full])
  })

  it('is an error of its own class within a thread', async () => {
    const local = async (endpoint: Endpoint) => {
      endpoint.alloc(0, 2000)
      endpoint.alloc(0, 100)
    }
    const run = openInline().run({ local, module: '' }, 0, {
      processors: 1,
      messageMemoryBytes: 4096,
    })
    await expect(run).rejects.toThrow(MessageMemoryFull)
  })
})

function args(supersteps: number): object {
  return { seed: 5, supersteps }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1))
}
