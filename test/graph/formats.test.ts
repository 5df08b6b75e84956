/**
 * Graphs of every kind through every format and back: nothing is lost, or an error says what would
 * be. Naive parsers check the text on the way.
 */

import { Buffer } from 'node:buffer'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import {
  Graph,
  NotSupportedError,
  type ReadGraphOptions,
  readGraph,
  type WritableFormat,
  type WriteGraphOptions,
  writeGraph,
} from 'ticktickclock'
import { afterAll, describe, expect, it } from 'vitest'
import { type AnyGraph, anyGraph } from '../support/any-graphs.js'
import {
  naiveMatrixMarket,
  naiveMetis,
  naiveRecords,
  type PlainGraph,
  plainGraph,
} from '../support/naive-formats.js'
import { count, testSeed } from '../support/seed.js'

const folder = mkdtempSync(join(tmpdir(), 'ticktickclock-formats-'))
afterAll(() => rmSync(folder, { recursive: true }))

const GRAPHS = count(500)

function graphs(simple = false): AnyGraph[] {
  const seed = testSeed()
  return Array.from({ length: GRAPHS }, (_, i) => anyGraph(seed + i, simple))
}

/** Writes to a file, compressed every third time; gives where. */
let files = 0
async function write(
  graph: Graph,
  end: string,
  options: WriteGraphOptions = {},
): Promise<{ path: string; text: string }> {
  const path = join(folder, `g${++files}${end}${files % 3 === 0 ? '.gz' : ''}`)
  await writeGraph(graph, path, options)
  const bytes = readFileSync(path)
  return { path, text: String(files % 3 === 0 ? gunzipSync(bytes) : bytes) }
}

/** How a graph's own direction, names and weights are asked for where the file doesn't say them. */
function readingOf(graph: Graph, vertices: string): ReadGraphOptions {
  const ids = graph.idKind === 'string' ? 'string' : 'integer'
  const weights = graph.weights !== undefined && graph.arcCount > 0
  return { directed: graph.directed, ids, weights, vertices }
}

function namesIn(text: string): string[] {
  return naiveRecords(text, '\u0001').map(([name]) => name)
}

/** A graph without edges has no place for weights in an edge list. */
function withoutEmptyWeights(plain: PlainGraph): PlainGraph {
  return { ...plain, weighted: plain.weighted && plain.edges.length > 0 }
}

describe('edge lists', () => {
  for (const [format, end, separator] of [
    ['edge-list', '.txt', '\t'],
    ['csv', '.csv', ','],
  ] as const) {
    it(`hold every graph, with its vertices beside it: ${format}`, async () => {
      for (const { graph, what } of graphs()) {
        const vertices = join(folder, `v${files}.txt`)
        const { path, text } = await write(graph, end, { vertices })
        const plain = withoutEmptyWeights(plainGraph(graph))
        expect(namesIn(readFileSync(vertices, 'utf8')), what).toEqual(plain.ids)
        const records = naiveRecords(text, separator)
        if (records[0]?.[0] === 'source' && records.length > graph.edgeCount) records.shift()
        const edges = records.map(([a, b, w]) =>
          JSON.stringify(plain.weighted ? [a, b, Number(w)] : [a, b]),
        )
        expect(edges.sort(), what).toEqual(plain.edges)
        const read = await readGraph(path, readingOf(graph, vertices))
        expect(plainGraph(read), what).toEqual(plain)
        expect(read.idKind, what).toBe(graph.idKind)
        // Rows of directed graphs keep their order, too.
        if (!graph.directed || plain.weighted !== (graph.weights !== undefined)) continue
        expect(Buffer.compare(read.block, graph.block), what).toBe(0)
      }
    })
  }

  it('refuse to lose vertices unless told to', async () => {
    for (const { graph, what } of graphs()) {
      const inDegree = new Set(graph.targets)
      const isolated = Array.from({ length: graph.vertexCount }, (_, v) => v).filter(
        (v) => graph.outDegree(v) === 0 && !inDegree.has(v),
      )
      if (isolated.length === 0) {
        await write(graph, '.txt')
        continue
      }
      await expect(write(graph, '.txt'), what).rejects.toThrow(NotSupportedError)
      await expect(write(graph, '.txt'), what).rejects.toThrow(/vertices: 'graph.v'/)
      const { text } = await write(graph, '.csv', { vertices: false })
      expect(naiveRecords(text, ',').length, what).toBe(graph.edgeCount + 1)
    }
  })

  it('find graph.v beside graph.e', async () => {
    const { graph } = anyGraph(7)
    await writeGraph(graph, join(folder, 'pair.e'), { vertices: join(folder, 'pair.v') })
    const { vertices: _, ...reading } = readingOf(graph, '')
    const read = await readGraph(join(folder, 'pair.e'), reading)
    expect(plainGraph(read)).toEqual(withoutEmptyWeights(plainGraph(graph)))
  })
})

/** The ids that a graph has by number. */
function isNumbered(graph: Graph): boolean {
  if (graph.idKind === 'string') return false
  return Array.from({ length: graph.vertexCount }, (_, v) => v + 1).every(
    (number) => graph.idKind === 'dense' || Number(graph.idOf(number - 1)) === number,
  )
}

describe.each([
  ['matrix-market', '.mtx', naiveMatrixMarket, false],
  ['metis', '.graph', naiveMetis, true],
] as const)('%s', (format, end, naive, simple) => {
  it('holds every graph, its names beside it', async () => {
    for (const { graph, what } of graphs(simple)) {
      const vertices = join(folder, `v${files}.txt`)
      const { path, text } = await write(graph, end, { vertices, format })
      const names = namesIn(readFileSync(vertices, 'utf8'))
      const plain = plainGraph(graph)
      expect(naive(text, names), what).toEqual(plain)
      const { ids } = readingOf(graph, vertices)
      const read = await readGraph(path, { vertices, ids })
      expect(plainGraph(read), what).toEqual(plain)
      expect(read.idKind, what).toBe(graph.idKind)
      if (graph.directed || simple) {
        expect(Buffer.compare(read.block, graph.block), what).toBe(0)
      }
    }
  })

  it('numbers vertices from 1, and refuses to lose other names unless told to', async () => {
    for (const { graph, what } of graphs(simple)) {
      if (!isNumbered(graph)) {
        await expect(write(graph, end), what).rejects.toThrow(/numbers its vertices.*vertices: /)
      }
      const vertices = isNumbered(graph) ? undefined : false
      const { path, text } = await write(graph, end, { vertices })
      const expected = naive(text)
      expect(expected.edges.length, what).toBe(graph.edgeCount)
      expect(plainGraph(await readGraph(path)), what).toEqual(expected)
    }
  })
})

describe('metis', () => {
  it('refuses what it has no place for, and names the remedy', async () => {
    for (const { graph, what } of graphs()) {
      const plain = plainGraph(graph)
      const isLoop = (edge: string) => JSON.parse(edge)[0] === JSON.parse(edge)[1]
      const ends = plain.edges.map((edge) => String(JSON.parse(edge).slice(0, 2)))
      const isSimple = !plain.edges.some(isLoop) && new Set(ends).size === ends.length
      const isWhole = graph.weights?.every((w) => Number.isInteger(w) && w > 0 && w < 1e15) ?? true
      const writing = write(graph, '.metis', { vertices: false })
      if (!graph.directed && isSimple && isWhole) await writing
      else
        await expect(writing, what).rejects.toThrow(/no direction|no self-|no parallel|whole num/)
    }
  })
})

describe('blocks', () => {
  it('hold every graph, bit by bit', async () => {
    for (const { graph, what } of graphs()) {
      const { path } = await write(graph, '.ttcg')
      const read = await readGraph(path)
      expect(Buffer.compare(read.block, graph.block), what).toBe(0)
      expect(Buffer.compare((await readGraph(graph.block)).block, graph.block)).toBe(0)
    }
  })
})

describe('options of every format', () => {
  /** The same choices on plain lists of edges, in the order of the file. */
  function naiveShape(graph: Graph, options: ReadGraphOptions) {
    const directed = options.directed ?? graph.directed
    const kept = new Map<string, { a: number; b: number; weight: number }>()
    let next = 0
    for (let v = 0; v < graph.vertexCount; v++) {
      for (const [i, target] of graph.neighbors(v).entries()) {
        const weight = graph.weights?.[graph.offsets[v] + i] ?? 0
        // An undirected edge counts once if it stays one, and as two arcs otherwise.
        if (!graph.directed && !directed && target < v) continue
        if (options.selfLoops === 'drop' && target === v) continue
        const ends = directed || v <= target ? [v, target] : [target, v]
        const key = (options.parallelEdges ?? 'keep') === 'keep' ? `${next++}` : String(ends)
        const known = kept.get(key)
        if (known === undefined) kept.set(key, { a: ends[0], b: ends[1], weight })
        else if (options.parallelEdges === 'sum') known.weight += weight
      }
    }
    return { directed, edges: [...kept.values()].map(({ a, b, weight }) => [a, b, weight]) }
  }

  function edgesOf(graph: Graph) {
    const edges: number[][] = []
    for (let v = 0; v < graph.vertexCount; v++) {
      for (const [i, target] of graph.neighbors(v).entries()) {
        if (!graph.directed && target < v) continue
        edges.push([v, target, graph.weights?.[graph.offsets[v] + i] ?? 0])
      }
    }
    return edges
  }

  const sorted = (edges: number[][]) => edges.map(String).sort()

  it('direction, self-loops and parallel edges, on blocks and Matrix Market', async () => {
    for (const { graph, what } of graphs()) {
      for (const directed of [undefined, true, false]) {
        for (const selfLoops of ['keep', 'drop'] as const) {
          for (const parallelEdges of ['keep', 'first', 'sum'] as const) {
            if (parallelEdges === 'sum' && graph.weights === undefined) continue
            const options = { directed, selfLoops, parallelEdges }
            const expected = naiveShape(graph, options)
            const read = await readGraph(graph.block, options)
            const message = `${what}, ${JSON.stringify(options)}`
            expect(read.directed, message).toBe(expected.directed)
            expect(sorted(edgesOf(read)), message).toEqual(sorted(expected.edges))
            expect(plainGraph(Graph.fromBlock(read.block)).edges.length).toBe(read.edgeCount)
          }
        }
      }
    }
  })

  it('are the same for text as for the block of what it says', async () => {
    for (const { graph, what } of graphs()) {
      const { path } = await write(graph, '.mtx', { vertices: false })
      const block = (await readGraph(path)).block
      for (const directed of [undefined, true, false]) {
        const options = { directed, selfLoops: 'drop', parallelEdges: 'first' } as const
        const [text, other] = [await readGraph(path, options), await readGraph(block, options)]
        expect(plainGraph(text), what).toEqual(plainGraph(other))
      }
      const bare = await readGraph(path, { weights: false })
      expect([bare.weights, bare.edgeCount], what).toEqual([undefined, graph.edgeCount])
    }
  })

  it('sums need weights', async () => {
    const sum = readGraph(new TextEncoder().encode('1 2\n1 2\n'), { parallelEdges: 'sum' })
    await expect(sum).rejects.toThrow(RangeError)
    await expect(sum).rejects.toThrow(/'sum' needs weights.*'first'/)
  })
})

describe('names of files', () => {
  const { graph } = anyGraph(11, true)
  it.each<[string, WritableFormat]>([
    ['a.MTX', 'matrix-market'],
    ['a.metis.gz', 'metis'],
    ['a.ttcg', 'block'],
    ['a.CSV.GZ', 'csv'],
    ['a.unknown', 'edge-list'],
  ])('%s is %s', async (name, format) => {
    const [path, explicit] = [join(folder, name), join(folder, `explicit-${format}`)]
    await writeGraph(graph, path, { vertices: false })
    await writeGraph(graph, explicit, { vertices: false, format })
    const bytes = readFileSync(path)
    const plain = name.toLowerCase().endsWith('.gz') ? gunzipSync(bytes) : bytes
    expect(plain.equals(readFileSync(explicit))).toBe(true)
  })
})
