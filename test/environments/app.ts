/**
 * The small program that every environment runs: a kernel on WASM, the calls of a worker, a sort,
 * a BSP program. Bundled, loaded by a script tag, or run by Node; test/house/environments.test.ts
 * looks at what it says.
 */

import type * as main from 'ticktickclock'
import type * as bsp from 'ticktickclock/bsp'
import type * as worker from 'ticktickclock/worker'

/** What the program uses of the package, however it got hold of it. */
export type Package = Pick<
  typeof main,
  'configure' | 'doctor' | 'generateUniform' | 'GraphFormatError' | 'pagerank' | 'sort'
> &
  Pick<typeof bsp, 'defineComputation' | 'message' | 'run'> &
  Pick<typeof worker, 'connectWorker'>

/** What it says. */
export interface Report {
  device: string
  /** Why that device. */
  reason: string
  threads: number
  sharedMemory: boolean
  /** Sum of the ranks. */
  rankSum: string
  isSorted: boolean
  bsp: number
  /** Sorted in the worker, and a graph ranked that it has read; or why it can't. */
  worker: { isSorted: boolean; vertices: number | string; device: string }
  /** An error of the worker's: its name, and whether it is of the class. */
  error: string
  /** What `doctor` says of WASM. */
  wasm: string
}

const isSorted = (values: Float64Array) =>
  values.every((value, index) => index === 0 || values[index - 1] <= value)

/** Runs it all. */
export async function app(ticktickclock: Package): Promise<Report> {
  const { configure, doctor, generateUniform, pagerank, sort } = ticktickclock
  configure({ threads: 2 })
  const graph = generateUniform({ vertexCount: 5000, edgeCount: 20_000, seed: 1 })
  const { ranks, device, reason } = await pagerank(graph)
  const numbers = Float64Array.from({ length: 20_000 }, (_, index) => Math.sin(index))
  const sorted = await sort(numbers)
  const { wasm } = await doctor()
  return {
    device: device.kind,
    reason,
    threads: device.threads,
    sharedMemory: device.sharedMemory,
    rankSum: ranks.reduce((sum, rank) => sum + rank, 0).toFixed(9),
    isSorted: isSorted(sorted),
    bsp: await sumInSupersteps(ticktickclock),
    worker: await inWorker(ticktickclock, numbers),
    error: await errorOfWorker(ticktickclock),
    wasm: wasm.available ? (wasm.whyNotShared ?? 'all well') : `${wasm.why}: ${wasm.remedy}`,
  }
}

/** 1 + … + 100 on four processors. */
async function sumInSupersteps({ defineComputation, message, run }: Package): Promise<number> {
  const sum = defineComputation({
    name: 'sum',
    message: message<number>(),
    initialize: (input: number, ctx) => {
      const { start, end } = ctx.block(input)
      let part = 0
      for (let index = start; index < end; index++) part += index + 1
      return { part }
    },
    supersteps: [
      { name: 'send', compute() {}, communicate: (state, send) => send(0, state.part) },
      {
        name: 'add',
        compute(state, inbox) {
          state.part = 0
          for (const part of inbox) state.part += part
        },
      },
    ],
    finalize: ([first]) => first.part,
  })
  const { result } = await run(sum, { input: 100, processors: 4 })
  return result
}

async function inWorker({ connectWorker }: Package, numbers: Float64Array) {
  const worker = await connectWorker()
  try {
    const sorted = await worker.sort(numbers)
    const { graph, problem } = await worker
      .readGraph(new TextEncoder().encode('1 2\n2 3\n3 1\n'), { name: 'ring.txt' })
      .then(
        (read) => ({ graph: read, problem: '' }),
        (error) => ({ graph: undefined, problem: String(error) }),
      )
    if (graph === undefined) return { isSorted: isSorted(sorted), vertices: problem, device: '' }
    const { ranks, device } = await worker.pagerank(graph, { device: 'wasm' })
    return { isSorted: isSorted(sorted), vertices: ranks.length, device: device.name }
  } finally {
    await worker.dispose()
  }
}

async function errorOfWorker({ connectWorker, GraphFormatError }: Package): Promise<string> {
  const worker = await connectWorker()
  try {
    await worker.readGraph(new TextEncoder().encode('1 2\n2 -3\n'), { name: 'web.txt' })
    return 'none'
  } catch (error) {
    return `${(error as Error).name} ${error instanceof GraphFormatError}`
  } finally {
    await worker.dispose()
  }
}
