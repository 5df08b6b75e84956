/**
 * `ticktickclock/worker`: calls carried out in a worker give what direct calls give, results and
 * errors alike; abort, progress, parallel calls and the end of the worker.
 */

import {
  DisposedError,
  type Graph,
  GraphFormatError,
  GraphSourceError,
  generateRmat,
  type PagerankProgress,
  pagerank,
  type ReadGraphOptions,
  type ReadProgress,
  readGraph,
} from 'ticktickclock'
import { connectWorker, type WorkerClient, type WorkerPagerankOptions } from 'ticktickclock/worker'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { candidates } from '../support/devices.js'
import { namedGraphs } from '../support/graphs.js'

const TEXT = 'from,to,count\nATL,ORD,3\nORD,DEN,1\nDEN,ATL,2\nDEN,ORD,5\n'
const BYTES = new TextEncoder().encode(TEXT)
const ENDLESS = { iterations: 1_000_000, precision: 'f32' } as const

let worker: WorkerClient
beforeAll(async () => {
  worker = await connectWorker()
})
afterAll(() => worker.dispose())

/** What a rejection was; fails when there was none. */
async function rejection(promise: Promise<unknown>): Promise<Error> {
  const result = await promise.then(
    () => undefined,
    (error) => error,
  )
  if (result === undefined) throw new Error('expected a rejection')
  return result
}

async function* pieces(length: number) {
  for (let at = 0; at < BYTES.length; at += length) yield BYTES.slice(at, at + length)
}

describe('readGraph', () => {
  const direct = readGraph(BYTES.slice(), { weights: 'count' })
  const sources: Record<string, () => Parameters<typeof readGraph>[0]> = {
    bytes: () => BYTES.slice(),
    'part of a buffer': () => new Uint8Array([9, 9, ...BYTES, 9]).subarray(2, 2 + BYTES.length),
    'an ArrayBuffer': () => BYTES.slice().buffer,
    'a Blob': () => new Blob([BYTES]),
    'a stream': () => new Blob([BYTES]).stream(),
    'a response': () => new Response(BYTES),
    'an iterable': () => pieces(7),
    'a data URL': () => new URL(`data:text/csv;base64,${btoa(TEXT)}`),
    'a gzip stream': () => new Blob([BYTES]).stream().pipeThrough(new CompressionStream('gzip')),
  }

  it.each(Object.keys(sources))('takes %s', async (name) => {
    const graph = await worker.readGraph(sources[name](), { weights: 'count' })
    expect(graph.block).toStrictEqual((await direct).block)
  })

  it('leaves bytes with their owner', async () => {
    const bytes = BYTES.slice()
    await worker.readGraph(bytes)
    expect(bytes).toStrictEqual(BYTES)
  })

  it('takes vertices from a second source', async () => {
    const vertices = new Blob(['ATL\nDEN\nLAX\nORD\n'])
    const graph = await worker.readGraph(BYTES, { vertices: await vertices.arrayBuffer() })
    expect(graph.vertexCount).toBe(4)
    expect(graph.idOf(2)).toBe('LAX')
  })

  it('reads other formats, shaped as asked for', async () => {
    const head = '%%MatrixMarket matrix coordinate real general\n3 3 3\n'
    const bytes = new TextEncoder().encode(`${head}1 1 4\n1 2 1\n2 1 2\n`)
    const options: ReadGraphOptions = {
      format: 'matrix-market',
      directed: false,
      selfLoops: 'drop',
      parallelEdges: 'sum',
      vertices: new Blob(['b\na\nc\n']),
    }
    const graph = await worker.readGraph(bytes, options)
    expect(graph.block).toStrictEqual((await readGraph(bytes, options)).block)
    expect([graph.edgeCount, graph.idOf(0), graph.weights?.[0]]).toEqual([1, 'a', 3])
    const block = await worker.readGraph(graph.block)
    expect(block.block).toStrictEqual(graph.block)
  })

  it('carries bytes of many pieces, with progress and size', async () => {
    const line = '123456,654321\n'
    const bytes = new TextEncoder().encode(line.repeat(700_000))
    const seen: ReadProgress[] = []
    const graph = await worker.readGraph(bytes, { onProgress: (progress) => seen.push(progress) })
    expect(graph.edgeCount).toBe(700_000)
    const last = { bytes: bytes.length, totalBytes: bytes.length, edges: 700_000 }
    expect(seen.at(-1)).toEqual(last)
  })

  it('rejects with the class and the words of the direct call', async () => {
    const rubbish = new TextEncoder().encode('1 2\n3 x\n')
    const here = await rejection(readGraph(rubbish, { name: 'some.txt' }))
    const there = await rejection(worker.readGraph(rubbish, { name: 'some.txt' }))
    expect(there).toBeInstanceOf(GraphFormatError)
    expect(there.message).toBe(here.message)
    expect(there).toMatchObject({ code: 'ERR_TTC_GRAPH_FORMAT', file: 'some.txt', line: 2 })

    const missing = worker.readGraph('no-such-folder/no-such-file.txt')
    expect(await rejection(missing)).toBeInstanceOf(Error)
    const refused = worker.readGraph(new Response('', { status: 404, statusText: 'Not Found' }))
    expect(await rejection(refused)).toBeInstanceOf(GraphSourceError)
    const noSource = await rejection(worker.readGraph(5 as never))
    expect(noSource).toBeInstanceOf(TypeError)
    expect(noSource.message).toBe((await rejection(readGraph(5 as never))).message)
    const option = worker.readGraph(BYTES, { weights: 1 })
    expect(await rejection(option)).toBeInstanceOf(RangeError)
  })

  it("rejects with a source's own error, and closes what it leaves", async () => {
    const own = new Error('the disk is wet')
    const failing = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.error(own)
      },
    })
    const refusal = await rejection(worker.readGraph(failing))
    expect(refusal).toBeInstanceOf(GraphSourceError)
    expect(refusal.cause).toBe(own)

    let cancelled = false
    const controller = new AbortController()
    const hanging = new ReadableStream<Uint8Array>({
      cancel() {
        cancelled = true
      },
    })
    setTimeout(() => controller.abort(own), 20)
    await expect(worker.readGraph(hanging, { signal: controller.signal })).rejects.toBe(own)
    await expect.poll(() => cancelled).toBe(true)
  })
})

for (const { name, options, missing } of await candidates()) {
  describe.skipIf(missing !== undefined)(`pagerank in a worker: ${name}`, () => {
    const precision = options.kind === 'webgpu' ? 'f32' : 'f64'
    const { kind, threads } = options

    it.each(['karate club', 'weights', 'dangling vertices'])(
      'ranks %s as a direct call does',
      async (graphName) => {
        const graph = namedGraphs()[graphName]
        const direct = await pagerank(graph, { device: kind, threads, precision })
        const called = await worker.pagerank(graph, { device: kind, threads, precision })
        expect(called.ranks).toStrictEqual(direct.ranks)
        const { iterations, residual, errorBound, device } = direct
        expect(called).toMatchObject({ iterations, residual, errorBound, converged: true })
        expect(called.device.kind).toBe(device.kind)

        const held = await worker.upload(graph, options)
        const resident = await worker.pagerank(held, { precision })
        expect(resident.ranks).toStrictEqual(direct.ranks)
        expect(resident.device).toEqual(held.device)
        await held.dispose()
        await held.dispose()
        const late = worker.pagerank(held, { precision })
        expect(await rejection(late)).toBeInstanceOf(DisposedError)
      },
    )

    it('steps through iterations from a start', async () => {
      const graph = namedGraphs()['karate club']
      const held = await worker.upload(graph, options)
      let start: Float64Array | Float32Array | undefined
      for (let i = 0; i < 5; i++) {
        const step = await worker.pagerank(held, { iterations: 1, start, precision: 'f32' })
        start = step.ranks
      }
      const once = await pagerank(graph, { iterations: 5, device: 'reference' })
      for (const [v, rank] of once.ranks.entries()) expect(start?.[v]).toBeCloseTo(rank, 5)
      await held.dispose()
    })

    it('stops on abort with its reason, reports progress, and works on', async () => {
      const held = await worker.upload(generateRmat({ scale: 12, seed: 2 }), options)
      await worker.pagerank(held, { precision: 'f32' })
      for (const afterMs of [0, 50]) {
        const controller = new AbortController()
        const reason = new Error('enough')
        let abortedMs = 0
        setTimeout(() => {
          abortedMs = performance.now()
          controller.abort(reason)
        }, afterMs)
        const call = worker.pagerank(held, { ...ENDLESS, signal: controller.signal })
        await expect(call).rejects.toBe(reason)
        // 100 ms are promised; a busy machine with two cores may be late by a scheduling slice.
        expect(performance.now() - abortedMs).toBeLessThan(300)
      }
      const seen: PagerankProgress[] = []
      const own = new Error('from the report')
      const onProgress = (progress: PagerankProgress) => {
        if (seen.push(progress) === 3) throw own
      }
      await expect(worker.pagerank(held, { ...ENDLESS, onProgress })).rejects.toBe(own)
      expect(seen).toHaveLength(3)
      expect(seen[2].iteration).toBeGreaterThan(seen[0].iteration)
      expect((await worker.pagerank(held, { precision: 'f32' })).converged).toBe(true)
      await held.dispose()
    })
  })
}

describe('the worker', () => {
  const graph: Graph = namedGraphs()['karate club']

  it('carries out calls in parallel', async () => {
    const dampings = [0, 0.2, 0.5, 0.85, 0.9, 0.99]
    const held = await worker.upload(graph, { kind: 'wasm', threads: 1 })
    const called = await Promise.all(
      dampings.flatMap((damping) => [
        worker.pagerank(held, { damping, maxIterations: 5000 }),
        worker.pagerank(graph, { damping, maxIterations: 5000, device: 'reference' }),
        worker.readGraph(BYTES),
      ]),
    )
    for (const [i, damping] of dampings.entries()) {
      const [wasm, reference] = called.slice(3 * i) as Awaited<ReturnType<typeof pagerank>>[]
      const direct = await pagerank(graph, { damping, maxIterations: 5000, device: 'reference' })
      expect(reference.ranks).toStrictEqual(direct.ranks)
      for (const [v, rank] of direct.ranks.entries()) expect(wasm.ranks[v]).toBeCloseTo(rank, 9)
    }
    await held.dispose()
  })

  it('says what is wrong with arguments, as the class that it is', async () => {
    const cases: [unknown, WorkerPagerankOptions, typeof Error][] = [
      [graph, { damping: 1.5 }, RangeError],
      [graph, { damping: '1' as never }, TypeError],
      [graph, { tolerence: 1 } as never, TypeError],
      [graph, { into: new Float64Array(34) } as never, TypeError],
      [graph, { device: { kind: 'wasm' } as never }, TypeError],
      [graph, { signal: 5 as never }, TypeError],
      [undefined, {}, TypeError],
      [{ graph }, {}, TypeError],
    ]
    for (const [input, options, expected] of cases) {
      const error = await rejection(worker.pagerank(input as Graph, options))
      expect(error).toBeInstanceOf(expected)
      expect(error.message).toMatch(/^"/)
    }
    const direct = await rejection(pagerank(graph, { damping: 1.5 }))
    const called = await rejection(worker.pagerank(graph, { damping: 1.5 }))
    expect(called.message).toBe(direct.message)
    expect(await rejection(worker.upload({} as Graph, { kind: 'wasm' }))).toBeInstanceOf(TypeError)
    expect(await rejection(worker.upload(graph, { kind: 'tpu' as never }))).toBeInstanceOf(
      RangeError,
    )
  })

  it('tells what it can compute on', async () => {
    const report = await worker.doctor()
    expect(report.reference.available).toBe(true)
    expect(report.wasm).toMatchObject({
      available: true,
      sharedMemory: typeof SharedArrayBuffer === 'function',
    })
  })

  it('ends: running calls reject at once, later ones too, and twice is allowed', async () => {
    const other = await connectWorker()
    const held = await other.upload(generateRmat({ scale: 12, seed: 2 }), { kind: 'reference' })
    const running = [
      other.pagerank(held, ENDLESS),
      other.pagerank(graph, { ...ENDLESS, device: 'wasm' }),
      other.readGraph(new ReadableStream<Uint8Array>()),
    ].map(rejection)
    await new Promise((resolve) => setTimeout(resolve, 50))
    const ended = other.dispose()
    for (const error of running) expect(await error).toBeInstanceOf(DisposedError)
    expect(await rejection(other.pagerank(held))).toBeInstanceOf(DisposedError)
    await ended
    await other.dispose()
    await held.dispose()
    expect(await rejection(other.readGraph(BYTES))).toBeInstanceOf(DisposedError)
    expect((await worker.pagerank(graph)).converged).toBe(true)
  })
})
