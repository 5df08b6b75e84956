/** Graph blocks from outside: damaged ones are refused, or are graphs that kernels can take. */

import {
  BlockFormatError,
  Graph,
  graphFromEdges,
  MemoryLimitError,
  pagerank,
  type VertexId,
} from 'ticktickclock'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../src/random.js'
import { rowsOf } from '../support/naive-graph.js'
import { count, testSeed } from '../support/seed.js'

const HEADER_BYTES = 64

const idKinds: Record<string, (v: number) => VertexId> = {
  dense: (v) => v,
  integer: (v) => 5n + 2n ** 40n * BigInt(v * v),
  string: (v) => ['é', 'zürich', 'a', 'ab', 'b', '東京', '𝄞'][v],
}

/** Every form of block, with loops, parallel edges and a sink. */
function blocks(): { name: string; graph: Graph }[] {
  const pairs = [
    [0, 1],
    [1, 2],
    [1, 2],
    [2, 2],
    [4, 0],
    [5, 6],
    [6, 3],
    [3, 5],
  ]
  return Object.entries(idKinds).flatMap(([kind, id]) =>
    [true, false].flatMap((directed) =>
      [true, false].map((weighted) => {
        const edges = pairs.map(([a, b], i): [VertexId, VertexId, number?] =>
          weighted ? [id(a), id(b), i / 3] : [id(a), id(b)],
        )
        const name = `${kind}, ${directed ? '' : 'un'}directed, ${weighted ? '' : 'un'}weighted`
        return { name, graph: graphFromEdges(edges as [VertexId, VertexId][], { directed }) }
      }),
    ),
  )
}

/** Either BlockFormatError and undefined, or the graph; whatever else is thrown fails the test. */
function accepted(block: Uint8Array): Graph | undefined {
  try {
    return Graph.fromBlock(block)
  } catch (error) {
    expect(error).toBeInstanceOf(BlockFormatError)
    expect((error as Error).message).toMatch(/^[^\p{Cc}]{10,200}$/u)
    return undefined
  }
}

/** What can be asked of a graph answers within its arrays. */
async function use(graph: Graph): Promise<void> {
  for (let v = 0; v < graph.vertexCount; v++) {
    expect(graph.indexOf(graph.idOf(v))).toBe(v)
    for (const target of graph.neighbors(v)) expect(target).toBeLessThan(graph.vertexCount)
  }
  for (const weighted of graph.weights === undefined ? [false] : [false, true]) {
    const run = await pagerank(graph, { device: 'reference', weighted, iterations: 3 })
    const sum = run.ranks.reduce((total, rank) => total + rank, 0)
    if (graph.vertexCount > 0) expect(Math.abs(sum - 1)).toBeLessThan(1e-9)
  }
}

describe('Graph.fromBlock', () => {
  for (const { name, graph } of blocks()) {
    it(`reads its own block: ${name}`, async () => {
      expect(rowsOf(Graph.fromBlock(graph.block.slice()))).toEqual(rowsOf(graph))
      expect(rowsOf(Graph.fromBlock(graph.block, { trusted: true }))).toEqual(rowsOf(graph))
      await use(graph)
    })

    it(`refuses every shorter block: ${name}`, () => {
      for (let length = 0; length < graph.block.length; length++) {
        expect(accepted(graph.block.slice(0, length)), `length ${length}`).toBeUndefined()
      }
    })

    it(`refuses every change of its header: ${name}`, () => {
      const rows = rowsOf(graph)
      for (let at = 0; at < HEADER_BYTES; at++) {
        for (let bit = 0; bit < 8; bit++) {
          const block = graph.block.slice()
          block[at] ^= 1 << bit
          const read = accepted(block)
          // One that means the same is let through: 0 and -0 bytes of ids.
          if (read !== undefined) expect(rowsOf(read), `bit ${bit} of byte ${at}`).toEqual(rows)
        }
      }
    })

    it(`takes no other damage that could lead a kernel astray: ${name}`, async () => {
      const random = createRandom(testSeed())
      for (let i = 0; i < count(1000); i++) {
        const block = graph.block.slice()
        for (let flips = random.nextBelow(3); flips >= 0; flips--) {
          const at = HEADER_BYTES + random.nextBelow(block.length - HEADER_BYTES)
          block[at] = random.nextBelow(2) === 0 ? block[at] ^ (1 << random.nextBelow(8)) : 255
        }
        const read = accepted(block)
        if (read !== undefined) await use(read)
      }
    })
  }

  it('says what is wrong', () => {
    const graph = graphFromEdges([
      ['a', 'b', 1],
      ['b', 'c', 2],
    ])
    const cases: [(graph: Graph) => void, RegExp][] = [
      [(g) => g.offsets.set([2, 1], 1), /offsets do not ascend at vertex 1/],
      [(g) => g.offsets.fill(1, 0, 1), /offsets begin at 1/],
      [(g) => g.targets.fill(3, 1), /arc 1 leads to vertex 3 of 3/],
      [(g) => g.weights?.fill(-1, 1), /arc 1 has the weight -1/],
      [(g) => g.weights?.fill(Number.NaN), /arc 0 has the weight NaN/],
      [(g) => g.weights?.fill(Number.POSITIVE_INFINITY), /weights of vertex 0 sum to Infinity/],
      [(g) => g.stringIds?.text.fill(98), /ids do not ascend at vertex 1/],
      [(g) => g.stringIds?.text.fill(255, 2), /ids are not UTF-8/],
      [(g) => g.stringIds?.offsets.fill(9, 2, 3), /offsets of ids do not ascend/],
      [(g) => g.block.fill(1, 63, 64), /bytes 40 to 63 are reserved/],
    ]
    for (const [damage, message] of cases) {
      const copy = Graph.fromBlock(graph.block.slice())
      damage(copy)
      expect(() => Graph.fromBlock(copy.block)).toThrow(message)
    }
    expect(() => Graph.fromBlock(graph.block, { trust: true } as never)).toThrow(/"trust"/)
  })
})

describe('Graph.allocate', () => {
  const shape = { arcCount: 0, edgeCount: 0, directed: true, weighted: false } as const

  it('says that a graph is too large for the format or for the memory', () => {
    const large = { ...shape, vertexCount: 2, idKind: 'string', idBytes: 2 ** 32 } as const
    expect(() => Graph.allocate(large)).toThrow(MemoryLimitError)
    expect(() => Graph.allocate(large)).toThrow(/4294967296 bytes of ids needs/)
    const most = { ...shape, vertexCount: 2 ** 32 - 2, idKind: 'integer', weighted: true } as const
    for (const shared of [false, true]) {
      try {
        Graph.allocate({ ...most, arcCount: 2 ** 32 - 1, edgeCount: 2 ** 32 - 1, shared })
        throw new Error('not reached')
      } catch (error) {
        expect(error).toBeInstanceOf(MemoryLimitError)
        expect((error as Error).message).toMatch(/the graph needs \d+ bytes, more than is free/)
        expect((error as Error).cause).toBeInstanceOf(RangeError)
      }
    }
  })
})
