/**
 * Formats on every platform: graphs to a stream and back, in Node and in pages.
 */

import {
  type Graph,
  GraphTargetError,
  generateUniform,
  generateWattsStrogatz,
  graphFromEdges,
  NotSupportedError,
  readGraph,
  type WriteGraphOptions,
  type WriteProgress,
  writeGraph,
} from 'ticktickclock'
import { describe, expect, it } from 'vitest'
import { failureOf } from '../support/failure.js'

const inNode = typeof process === 'object' && process.versions?.node !== undefined

async function written(graph: Graph, options: WriteGraphOptions): Promise<Blob> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  const [blob] = await Promise.all([
    new Response(readable).blob(),
    writeGraph(graph, writable, options),
  ])
  return blob
}

function same(a: Graph, b: Graph): boolean {
  return a.block.length === b.block.length && a.block.every((byte, i) => byte === b.block[i])
}

const airports = graphFromEdges(
  [
    ['ATL', 'São Paulo', 853],
    ['São Paulo', 'a "b", c', 0.1],
    ['ATL', 'ATL', 1e-300],
  ],
  { vertices: ['lone'] },
)
const world = generateWattsStrogatz({ vertexCount: 20_000, neighbors: 6, rewiring: 0.2 })

describe('writeGraph and readGraph on this platform', () => {
  it.each(['edge-list', 'csv', 'matrix-market'] as const)(
    'names and weights: %s',
    async (format) => {
      const names = await vertexList(airports)
      const blob = await written(airports, { format, vertices: false })
      const weights = format === 'csv' ? 'weight' : true
      const ids = format === 'matrix-market' ? 'auto' : 'string'
      const read = await readGraph(blob.stream(), { weights, ids, vertices: names })
      expect(same(read, airports)).toBe(true)
    },
  )

  /** What `vertices` writes. */
  async function vertexList(graph: Graph): Promise<Blob> {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
    const rest = new WritableStream<Uint8Array>()
    const [blob] = await Promise.all([
      new Response(readable).blob(),
      writeGraph(graph, rest, { format: 'edge-list', vertices: writable }),
    ])
    return blob
  }

  it.each(['matrix-market', 'metis', 'block'] as const)(
    'an undirected graph, also gzipped and in crumbs: %s',
    async (format) => {
      const blob = await written(world, { format })
      const expected = await readGraph(blob, { format })
      expect([expected.directed, expected.edgeCount]).toEqual([false, 60_000])
      const zipped = blob.stream().pipeThrough(new CompressionStream('gzip'))
      expect(same(await readGraph(zipped, { format }), expected)).toBe(true)
      const crumbs = async function* () {
        const bytes = new Uint8Array(await blob.arrayBuffer())
        for (let at = 0, size = 1; at < bytes.length; at += size, size = (size * 7) % 4099) {
          yield bytes.slice(at, at + size)
        }
      }
      expect(same(await readGraph(crumbs(), { format }), expected)).toBe(true)
      if (format === 'block') expect(same(expected, world)).toBe(true)
    },
  )

  it('takes no more than its reader, and reports', async () => {
    const reports: WriteProgress[] = []
    let taken = 0
    const slow = new WritableStream<Uint8Array>({
      async write(piece) {
        expect(reports.length).toBeLessThanOrEqual(taken)
        await new Promise((resolve) => setTimeout(resolve, 5))
        taken++
        expect(piece.buffer).toBeInstanceOf(ArrayBuffer)
      },
    })
    const onProgress = (progress: WriteProgress) => reports.push({ ...progress })
    await writeGraph(world, slow, { format: 'csv', onProgress })
    expect(reports.length).toBeGreaterThan(5)
    const last = reports.at(-1)
    expect([last?.arcs, last?.totalArcs]).toEqual([world.arcCount, world.arcCount])
    expect(reports.every(({ bytes }, i) => i === 0 || bytes > reports[i - 1].bytes)).toBe(true)
  })

  it('stops on abort, though the stream hangs', async () => {
    const graph = generateUniform({ vertexCount: 100_000, edgeCount: 400_000 })
    for (const format of ['edge-list', 'matrix-market', 'block'] as const) {
      const controller = new AbortController()
      const target = new WritableStream<Uint8Array>({
        write: () => new Promise(() => controller.abort('enough')),
      })
      const { signal } = controller
      const writing = writeGraph(graph, target, { format, vertices: false, signal })
      await expect(writing).rejects.toBe('enough')
      expect(target.locked).toBe(false)
    }
  })

  it('aborts reads of other formats soon', async () => {
    const text: Record<string, string> = {
      'matrix-market':
        '%%MatrixMarket matrix coordinate pattern general\n99999999 99999999 99999999\n',
      metis: '99999999 99999999\n',
    }
    for (const [format, head] of Object.entries(text)) {
      const controller = new AbortController()
      const rows = new TextEncoder().encode('99999998 99999999\n'.repeat(20_000))
      let pieces = 0
      const endless = new ReadableStream<Uint8Array>({
        pull: (stream) => {
          stream.enqueue(pieces++ === 0 ? new TextEncoder().encode(head) : rows.slice())
        },
      })
      const { signal } = controller
      const reading = readGraph(endless, { format: format as 'metis', signal })
      await new Promise((resolve) => setTimeout(resolve, 30))
      const startMs = performance.now()
      controller.abort('enough')
      await expect(reading).rejects.toBe('enough')
      // 100 ms on a machine that does nothing else.
      expect(performance.now() - startMs).toBeLessThan(1000)
    }
  })

  it('says what became of a stream that breaks', async () => {
    const target = new WritableStream<Uint8Array>({
      write() {
        throw new Error('the disk is gone')
      },
    })
    const error = await failureOf(writeGraph(world, target, { format: 'metis' }))
    expect(error).toBeInstanceOf(GraphTargetError)
    expect(error.message).toMatch(/broke off while it was written: the disk is gone/)
  })

  it('refuses bad options and targets', async () => {
    const sink = () => new WritableStream<Uint8Array>()
    const bad: [unknown, object, RegExp][] = [
      [5, {}, /"target" expected path, file URL or WritableStream/],
      [sink(), {}, /"format" is needed for a stream/],
      [sink(), { format: 'parquet' }, /"format" expected 'auto' \| /],
      [sink(), { format: 'csv', vertices: true }, /"vertices" expected path/],
      [sink(), { format: 'csv', weights: 3 }, /"weights" expected boolean/],
      [sink(), { format: 'csv', compress: true }, /no option "compress"/],
      ['x.parquet', {}, /ends in .parquet, which is read, but not written/],
    ]
    for (const [target, options, message] of bad) {
      await expect(writeGraph(world, target as never, options)).rejects.toThrow(message)
    }
    await expect(writeGraph({} as never, sink())).rejects.toThrow(/"graph" expected Graph/)
    const locked = sink()
    locked.getWriter()
    await expect(writeGraph(world, locked, { format: 'csv' })).rejects.toThrow(/locked/)
  })

  it.skipIf(inNode)('has no paths in a page', async () => {
    const error = await failureOf(writeGraph(world, 'world.ttcg'))
    expect(error).toBeInstanceOf(NotSupportedError)
    expect(error.message).toMatch(/world.ttcg: a browser writes to no path; give a WritableStream/)
  })
})
