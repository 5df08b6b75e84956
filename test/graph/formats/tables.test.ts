/**
 * Tables as graphs: round trips through Parquet and Arrow that other packages wrote, every type
 * that is taken, refusals with column and row, damaged bytes, and three million flights.
 */

import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  Bool,
  Float16,
  Float32,
  Int8,
  Int16,
  Int32,
  Int64,
  LargeUtf8,
  Table,
  Uint8,
  Uint16,
  Uint32,
  Uint64,
  Utf8,
  vectorFromArray,
} from 'apache-arrow'
import { parquetReadObjects } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { parquetWriteBuffer } from 'hyparquet-writer'
import {
  type Graph,
  GraphFormatError,
  graphFromEdges,
  graphFromTable,
  pagerank,
  readGraph,
  TickTickClockError,
} from 'ticktickclock'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRandom } from '../../../src/random.js'
import { arrowOf, edgeTable, ipcOf, parquetOf } from '../../support/edge-tables.js'
import { failureOf } from '../../support/failure.js'
import { graphCase, shapeOf } from '../../support/graph-cases.js'
import { ROOT } from '../../support/paths.js'
import { inPieces } from '../../support/pieces.js'
import { count, testSeed } from '../../support/seed.js'

const FLIGHTS = join(ROOT, 'node_modules/vega-datasets/data/flights-3m.parquet')

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ticktickclock-tables-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const COLUMNS = { source: 'from', target: 'to' }

/** A seed, its graph and how to read it again: all vertices have an edge. */
function* cases(fullCount: number) {
  for (let i = 0; i < count(fullCount); i++) {
    const seed = testSeed() + i
    const graph = graphCase(seed, { isolated: false })
    const weights = graph.weights === undefined ? undefined : 'weight'
    yield { seed, graph, options: { ...COLUMNS, directed: graph.directed, weights } }
  }
}

/** Where the bytes come from: memory, a Blob, a stream, a file on disk. */
async function sourceOf(bytes: Uint8Array<ArrayBuffer>, seed: number) {
  if (seed % 4 === 0) return bytes
  if (seed % 4 === 1) return new Blob([bytes])
  if (seed % 4 === 2) return inPieces(bytes, seed)
  const path = join(folder, `${seed}.bin`)
  await writeFile(path, bytes)
  return path
}

describe('round trips', () => {
  it('through Parquet', async () => {
    for (const { seed, graph, options } of cases(500)) {
      const bytes = parquetOf(edgeTable(graph), { rowGroupSize: 1 + (seed % 50) }).slice()
      const back = await readGraph(await sourceOf(bytes, seed), options)
      expect(shapeOf(back), `seed ${seed}`).toEqual(shapeOf(graph))
    }
  })

  it.each(['stream', 'file'] as const)('through Arrow, %s', async (kind) => {
    for (const { seed, graph, options } of cases(500)) {
      // A file has one dictionary for all of its record batches, and apache-arrow writes no other.
      const isPacked = kind === 'stream' && seed % 3 === 0
      const bytes = ipcOf(arrowOf(edgeTable(graph), 1 + (seed % 50), isPacked), kind)
      const back = await readGraph(await sourceOf(bytes.slice(), seed), options)
      expect(shapeOf(back), `seed ${seed}`).toEqual(shapeOf(graph))
    }
  })

  it('through tables in memory, of Arrow and plain', () => {
    for (const { seed, graph, options } of cases(500)) {
      const table = edgeTable(graph)
      const inArrow = graphFromTable(arrowOf(table, 1 + (seed % 50), seed % 2 === 0), options)
      expect(shapeOf(inArrow), `seed ${seed}`).toEqual(shapeOf(graph))
      const { weight, source: from, target: to } = table
      expect(shapeOf(graphFromTable({ weight, from, to }, options))).toEqual(shapeOf(graph))
    }
  })
})

describe('types', () => {
  const weightTypes = [new Float16(), new Float32(), new Int16(), new Uint64()]
  const idTypes = [
    ...[new Int8(), new Int16(), new Int32(), new Int64()],
    ...[new Uint8(), new Uint16(), new Uint32(), new Uint64()],
  ]

  it.each(idTypes)('ids of %s', (type) => {
    const isWide = type.bitWidth === 64
    const ids = [3, 1, 2].map((id) => (isWide ? BigInt(id) : id))
    const graph = graphFromTable(
      new Table({ a: vectorFromArray(ids, type), b: vectorFromArray(ids.toReversed(), type) }),
    )
    expect(Array.from({ length: 3 }, (_, v) => graph.idOf(v))).toEqual([1, 2, 3])
    expect([...graph.targets]).toEqual([0, 2, 1].map((v) => [0, 1, 2].indexOf(v)))
  })

  it.each(weightTypes)('weights of %s', (type) => {
    const isWide = type instanceof Uint64
    const weights = vectorFromArray(isWide ? [1n, 2n] : [1, 2], type)
    const ids = vectorFromArray(['x', 'y'], new LargeUtf8())
    const graph = graphFromTable(new Table({ ids, weights, more: ids }), {
      target: 'more',
      weights: 'weights',
    })
    expect([...(graph.weights ?? [])]).toEqual([1, 2])
  })

  it('integers of Parquet, narrow and wide, signed and not, and text', async () => {
    const read = async (type: 'INT32' | 'INT64' | 'STRING', data: unknown[]) =>
      readGraph(
        new Uint8Array(
          parquetWriteBuffer({
            columnData: [
              { name: 'a', data, type },
              { name: 'b', data, type },
            ],
          }),
        ),
      )
    expect((await read('INT32', [5, 9])).idOf(1)).toBe(9)
    expect((await read('INT64', [5n, 2n ** 62n])).idOf(1)).toBe(2n ** 62n)
    expect((await read('STRING', ['ü', 'z'])).idOf(1)).toBe('ü')
  })

  it('names and numbers of columns, and the defaults: the first two', () => {
    const table = { a: [1, 2], b: [2, 3], c: [5, 6] }
    const weightsOf = (graph: Graph) => Array.from(graph.weights ?? [])
    expect(weightsOf(graphFromTable(table))).toEqual([])
    expect(weightsOf(graphFromTable(table, { weights: true }))).toEqual([5, 6])
    expect(weightsOf(graphFromTable(table, { weights: 3 }))).toEqual([5, 6])
    expect(graphFromTable(table, { source: 'c' }).idOf(3)).toBe(6)
    expect(graphFromTable(table, { ids: 'string' }).idOf(0)).toBe('1')
    expect(graphFromTable({ a: [1, 1], b: [1, 2] }, { selfLoops: 'drop' }).edgeCount).toBe(1)
  })
})

describe('refusals', () => {
  const good = [1, 2, 3]
  const bad: [string, object, object, RegExp][] = [
    ['one column', { a: good }, {}, /an edge needs two columns; there are "a"/],
    ['no such column', { a: good, b: good }, { source: 'c' }, /no column is "c".*"a", "b"/],
    ['no third column', { a: good, b: good }, { weights: true }, /no column is number 3/],
    ['both ends in one', { a: good, b: good }, { source: 'b' }, /both ends.*"target" too/],
    ['ids as weights', { a: good, b: good }, { weights: 'a' }, /column "a" holds ids/],
    ['null', { a: good, b: [1, null, 3] }, {}, /column "b", row 2: no value \(null\)/],
    ['a negative id', { a: [1, 2, -3], b: good }, {}, /column "a", row 3: negative id.*-3/],
    ['a fraction', { a: [1.5, 2, 3], b: good }, {}, /column "a", row 1: not an integer.*1\.5/],
    ['an inexact id', { a: [2 ** 60, 2, 3], b: good }, {}, /above 2\^53 - 1/],
    ['an empty id', { a: ['x', '', 'y'], b: ['x', 'y', 'z'] }, {}, /row 2: an empty id/],
    ['a date', { a: [new Date(0), 2, 3], b: good }, {}, /row 1: expected integer or text.*Date/],
    ['text and integers', { a: good, b: ['1', '2', '3'] }, {}, /all integers or all strings/],
    [
      'text for integers',
      { a: ['x', 'y', 'z'], b: ['x', 'y', 'z'] },
      { ids: 'integer' },
      /row 1: text, and ids: 'integer' asks for integers \("x"\)/,
    ],
    ['a negative weight', { a: good, b: good, w: [1, -1, 1] }, { weights: 'w' }, /"w", row 2/],
    ['NaN', { a: good, b: good, w: [1, 1, Number.NaN] }, { weights: 'w' }, /"w", row 3.*NaN/],
    ['no weight', { a: good, b: good, w: [1, undefined, 1] }, { weights: 'w' }, /null.*weight/],
    ['lengths', { a: good, b: [1] }, {}, /"target" has 1 values, "source" has 3/],
    ['no rows', { a: [], b: [] }, {}, /has no rows/],
  ]

  it.each(bad)('%s', (_what, table, options, message) => {
    expect(() => graphFromTable(table as never, options)).toThrow(message)
  })

  it.each([null, 7, [1], 'a', { a: 7 }])('%s is no table', (table) => {
    expect(() => graphFromTable(table as never)).toThrow(TypeError)
  })

  it.each([{ source: 1 }, { weights: null }, { ids: 'x' }, { directed: 1 }, { sorce: 'a' }])(
    'options %j',
    (options) => {
      expect(() => graphFromTable({ a: good, b: good }, options as never)).toThrow(
        new RegExp(`"${Object.keys(options)[0]}"`),
      )
    },
  )

  it('types of Arrow, with column and type', () => {
    const ids = vectorFromArray([1, 2], new Int32())
    const refuse = (a: unknown, options: object, message: RegExp) =>
      expect(() => graphFromTable(new Table({ a, b: ids, c: a } as never), options)).toThrow(
        message,
      )
    refuse(vectorFromArray([1.5, 2], new Float32()), {}, /column "a" is of type Float32/)
    refuse(vectorFromArray([true, false], new Bool()), {}, /column "a" is of type Bool/)
    const text = vectorFromArray(['x', 'y'], new Utf8())
    refuse(text, { source: 'b', target: 'a', weights: 'c' }, /column "c" is of type Utf8/)
    const gaps = vectorFromArray([1, null], new Int32())
    refuse(gaps, {}, /column "a", row 2: no value/)
  })

  it('types of Parquet, with column and type; gaps with their row', async () => {
    const write = (data: unknown[], type: string) =>
      new Uint8Array(
        parquetWriteBuffer({
          rowGroupSize: 2,
          columnData: [
            { name: 'a', data, type: type as 'DOUBLE' },
            { name: 'b', data: data.map((_, i) => i), type: 'INT32' },
          ],
        }),
      )
    const refuse = async (bytes: Uint8Array, message: RegExp, options = {}) => {
      const error = await failureOf(readGraph(bytes, { name: 'x.parquet', ...options }))
      expect(error).toBeInstanceOf(GraphFormatError)
      expect(error.message).toMatch(message)
    }
    await refuse(write([1.5, 2], 'DOUBLE'), /^x\.parquet: column "a" is of type DOUBLE; integers/)
    await refuse(write([new Date()], 'TIMESTAMP'), /column "a" is of type TIMESTAMP/)
    await refuse(write([true], 'BOOLEAN'), /column "a" is of type BOOLEAN/)
    await refuse(write([{ x: 1 }], 'JSON'), /column "a" is of type JSON/)
    await refuse(write([1, 2, 3, null], 'INT32'), /column "a", row 4: no value \(null\)/)
    await refuse(write([1, 2, -3], 'INT32'), /column "a", row 3: negative id/)
    await refuse(write([1, 2], 'INT32'), /no column is "to".*"a", "b"/, { target: 'to' })
  })

  it('options that say nothing about tables, and columns of what is none', async () => {
    const bytes = parquetOf(edgeTable(graphFromEdges([[1, 2]])))
    expect(await failureOf(readGraph(bytes, { delimiter: ',' }))).toBeInstanceOf(RangeError)
    const text = new TextEncoder().encode('a b\n')
    expect(await failureOf(readGraph(text, { source: 'a' }))).toBeInstanceOf(RangeError)
    expect(await failureOf(readGraph(text, { source: 1 as never }))).toBeInstanceOf(TypeError)
  })

  const table = edgeTable(graphCase(11, { weighted: true, isolated: false }))
  it.each([
    ['Parquet', parquetOf(table, { rowGroupSize: 20 })],
    ['an Arrow stream', ipcOf(arrowOf(table, 20, true), 'stream')],
    ['an Arrow file', ipcOf(arrowOf(table, 20, false), 'file')],
  ])('bytes of %s of which some were changed, or that end early', async (what, bytes) => {
    const random = createRandom(testSeed())
    const format = what === 'Parquet' ? 'parquet' : 'arrow'
    for (let i = 0; i < count(2000); i++) {
      const changed = i % 4 === 0 ? bytes.slice(0, random.nextBelow(bytes.length)) : bytes.slice()
      for (let k = i % 4; k > 0; k--) {
        changed[random.nextBelow(changed.length)] = random.nextBelow(256)
      }
      const result = await readGraph(changed, { ...COLUMNS, format, weights: 'weight' }).catch(
        (error) => error,
      )
      // A changed value is a value still; but nothing else than these comes out.
      if (result instanceof Error) {
        const named = result instanceof TickTickClockError ? 'named' : String(result.stack)
        expect(named, `seed ${testSeed()}, case ${i}`).toBe('named')
      } else expect(result.edgeCount).toBeLessThanOrEqual(table.weight.length)
    }
  })
})

describe('three million flights', () => {
  it('are the same graph from Parquet and from CSV, with the same ranks', async () => {
    const reports: number[] = []
    const options = { source: 'origin', target: 'destination', weights: 'distance' }
    const graph = await readGraph(FLIGHTS, {
      ...options,
      onProgress: ({ edges }) => reports.push(edges),
    })
    expect(graph.edgeCount).toBe(3_000_000)
    expect(reports.length).toBeGreaterThan(5)
    expect(reports).toEqual(reports.toSorted((a, b) => a - b))
    const { buffer } = new Uint8Array(readFileSync(FLIGHTS))
    const rows = await parquetReadObjects({
      file: buffer,
      compressors,
      columns: Object.values(options),
    })
    const lines = rows.map((row) => `${row.origin},${row.destination},${row.distance}\n`)
    const csv = new TextEncoder().encode(`origin,destination,distance\n${lines.join('')}`)
    const same = await readGraph(csv, { weights: 'distance' })
    expect(Buffer.compare(graph.block, same.block)).toBe(0)
    const [a, b] = [await pagerank(graph), await pagerank(same)]
    expect(a.ranks).toEqual(b.ranks)
  }, 120_000)

  it('stop when told to', async () => {
    const controller = new AbortController()
    const reason = new Error('enough')
    const onProgress = () => controller.abort(reason)
    const reading = readGraph(FLIGHTS, {
      ...{ source: 'origin', target: 'destination' },
      ...{ signal: controller.signal, onProgress },
    })
    expect(await failureOf(reading)).toBe(reason)
  })
})
