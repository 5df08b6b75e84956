/**
 * Files that are not what their format says: an error of one line that names file, line and remedy,
 * or a proper graph; never a crash, never a hang.
 */

import { gzipSync } from 'node:zlib'
import {
  BlockFormatError,
  Graph,
  GraphFormatError,
  MemoryLimitError,
  type ReadGraphOptions,
  readGraph,
  type WritableFormat,
  writeGraph,
} from 'ticktickclock'
import { describe, expect, it } from 'vitest'
import { createRandom, type Random } from '../../src/random.js'
import { anyGraph } from '../support/any-graphs.js'
import { failureOf } from '../support/failure.js'
import { count, testSeed } from '../support/seed.js'

const encoder = new TextEncoder()
const GENERAL = '%%MatrixMarket matrix coordinate real general\n'
const PATTERN = '%%MatrixMarket matrix coordinate pattern symmetric\n'

const matrices: [what: string, text: string, message: RegExp, options?: ReadGraphOptions][] = [
  ['no banner', '3 3 1\n1 2 1\n', /^x.mtx:1: a Matrix Market file begins with.*'edge-list'/],
  ['a word too few', '%%MatrixMarket matrix coordinate real\n', /:1: the first line of a Matrix/],
  ['an unknown field', GENERAL.replace('real', 'text'), /:1: the first line of a Matrix/],
  ['a dense matrix', GENERAL.replace('coordinate', 'array'), /:1: a dense matrix.*coordinate/],
  ['complex weights', GENERAL.replace('real', 'complex'), /:1: complex weights.*absolute/],
  ['skew symmetry', GENERAL.replace('general', 'skew-symmetric'), /:1: a skew-symmetric.*negative/],
  ['hermitian symmetry', GENERAL.replace('general', 'hermitian'), /:1: complex weights/],
  ['a vector', GENERAL.replace('matrix ', 'vector '), /:1: a vector is no graph/],
  ['nothing behind the banner', `${GENERAL}% c\n`, /^x.mtx: ends before its line of sizes/],
  ['two sizes', `${GENERAL}%\n3 3\n`, /:3: the line of sizes expected three numbers.*"3 3"/],
  ['a rectangle', `${GENERAL}3 4 0\n`, /:2: 3 rows and 4 columns: only a square/],
  ['no rows', `${GENERAL}0 0 0\n`, /:2: a graph has 1 to/],
  ['too many rows', `${GENERAL}4294967295 4294967295 0\n`, /:2: a graph has 1 to 4294967294 vert/],
  [
    'too few entries',
    `${GENERAL}3 3 3\n1 2 1\n2 3 1\n`,
    /x.mtx: has 2 entries.*announces 3; is it/,
  ],
  ['too many entries', `${GENERAL}3 3 1\n1 2 1\n\n2 3 1\n`, /:5: more entries than the 1.*"2 3 1"/],
  ['index 0', `${GENERAL}3 3 1\n0 2 1\n`, /:3: index is not in 1 … 3.*"0 2 1"/],
  ['an index too large', `${GENERAL}3 3 2\n1 1 1\n1 4 1\n`, /:4: index is not in 1 … 3.*"1 4 1"/],
  ['an index of 33 bits', `${GENERAL}3 3 1\n1 4294967297 1\n`, /:3: index is not in 1/],
  ['an index of 70 bits', `${GENERAL}3 3 1\n1 ${'9'.repeat(21)} 1\n`, /:3: id is above/],
  ['a negative index', `${GENERAL}3 3 1\n-1 2 1\n`, /:3: negative id.*numbered from 1/],
  ['a fraction', `${GENERAL}3 3 1\n1.5 2 1\n`, /:3: id is not an unsigned integer.*numbered/],
  ['no weight', `${GENERAL}3 3 1\n1 2\n`, /:3: 2 columns where 3 are needed/],
  ['a negative weight', `${GENERAL}3 3 1\n1 2 -1\n`, /:3: negative weight.*weights: false/],
  ['a NaN', `${GENERAL}3 3 1\n1 2 nan\n`, /:3: bad weight/],
  ['one column', `${PATTERN}3 3 1\n2\n`, /:3: 1 column where 2 are needed/],
  ['the upper half', `${PATTERN}3 3 2\n2 1\n1 3\n`, /:4: entry above the diagonal.*general.*"1 3"/],
  ['a line too long', `${GENERAL}3 3 1\n1 2 1${' '.repeat(70_000)}\n`, /:3: line is longer/],
  ['a comment too long', `${GENERAL}%${'x'.repeat(70_000)}\n`, /:2: line is longer/],
  ['too few names', `${PATTERN}3 3 0\n`, /has 3 vertices.*names 2 lines/, names('a', 'b')],
  ['a name twice', `${PATTERN}3 3 0\n`, /same name/, names('a', 'b', 'a')],
]

function names(...list: string[]): ReadGraphOptions {
  return { vertices: encoder.encode(`${list.join('\n')}\n`) }
}

const adjacencies: [what: string, text: string, message: RegExp, options?: ReadGraphOptions][] = [
  ['an empty file', '% only a comment\n', /^x.graph: no header: the file is empty/],
  ['one number', '%\n3\n', /:2: the header of a METIS file expected two to four numbers.*"3"/],
  ['a format of other digits', '3 2 7\n', /:1: the header of a METIS file/],
  ['weights that are none', '3 2 001 2\n', /:1: the header gives a number of weights/],
  ['no vertices', '0 0\n', /:1: a graph has 1 to/],
  ['a row too few', '4 1\n2\n1\n', /:3: 2 rows.*announces 4 vertices; is it cut short/],
  ['a row too many', '2 1\n2\n1\n\n% c\n1\n', /:6: more rows than the 2 vertices/],
  ['neighbour 0', '2 1\n2\n0\n', /:3: neighbour 0 is not in 1 … 2/],
  ['a neighbour too large', '2 1\n%\n3\n1\n', /:3: neighbour 3 is not in 1 … 2/],
  ['itself', '2 1\n1 2\n1\n', /:2: vertex 1 lists itself.*no self-loops/],
  ['a neighbour from one end', '3 1\n2\n\n1\n', /:2: vertex 1 lists 2, which doesn't list 1/],
  ['another one', '4 2\n2 3\n1\n%\n\n3\n', /:2: vertex 1 lists 3|:6: vertex 4 lists 3/],
  ['a neighbour twice', '2 2\n2 2\n1 1\n', /:2: vertex 1 lists 2 twice.*no parallel edges/],
  ['too many neighbours', '2 2\n2\n1\n', /^x.graph: lists 2 neighbours.*2 edges.*make 4/],
  ['no weight behind one', '2 1 1\n2 5 2\n1 5\n', /:2: the last neighbour has no weight/],
  ['unequal weights', '2 1 1\n2 5\n1 6\n', /:2: the edge to 2 weighs 5, and 6 in the row of 2/],
  ['too few sizes', '2 1 110 2\n1 1 1 2\n1 1\n', /:3: 2 numbers, and the row begins with 3/],
  ['a fraction', '2 1 1\n2 0.5\n1 0.5\n', /:2: "\." among the whole numbers/],
  ['a sign', '2 1\n-2\n1\n', /:2: "-" among the whole numbers/],
  ['a long number', `2 1 1\n2 ${'9'.repeat(16)}\n`, /:2: number of more than 15 digits/],
  ['too few names', '2 1\n2\n1\n', /has 2 vertices.*names 1 lines/, names('a')],
]

async function messageOf(
  bytes: Uint8Array,
  name: string,
  options?: ReadGraphOptions,
): Promise<string> {
  const error = await failureOf(readGraph(bytes, { name, ...options }))
  expect(error).toBeInstanceOf(GraphFormatError)
  expect(error.message).toMatch(/^[^\p{Cc}]{1,400}$/u)
  expect(error.message.startsWith(name)).toBe(true)
  return error.message
}

describe('malformed files', () => {
  it.each(matrices)('Matrix Market: %s', async (_, text, message, options) => {
    expect(await messageOf(encoder.encode(text), 'x.mtx', options)).toMatch(message)
    const windows = encoder.encode(text.replaceAll('\n', '\r\n'))
    expect(await messageOf(windows, 'x.mtx', options)).toMatch(message)
  })

  it.each(adjacencies)('METIS: %s', async (_, text, message, options) => {
    expect(await messageOf(encoder.encode(text), 'x.graph', options)).toMatch(message)
    const windows = encoder.encode(text.replaceAll('\n', '\r\n'))
    expect(await messageOf(windows, 'x.graph', options)).toMatch(message)
  })

  it('a matrix that is said to be an edge list', async () => {
    const matrix = encoder.encode(`${GENERAL}2 2 1\n1 2 1\n`)
    const message = await messageOf(matrix, 'x.mtx', { format: 'edge-list' })
    expect(message).toMatch(/is a Matrix Market file, not an edge list/)
  })

  it('JSON that is no graph', async () => {
    const message = await messageOf(encoder.encode('{"a": 1}'), 'x.json')
    expect(message).toMatch(/no graph: it has neither "nodes" and "edges"/)
    expect(await messageOf(encoder.encode('{a b\n'), 'x.txt')).toMatch(
      /is not JSON.*pass its format/,
    )
  })

  it('blocks', async () => {
    const { block } = anyGraph(3).graph
    const fail = async (bytes: Uint8Array) => {
      const error = await failureOf(readGraph(bytes, { name: 'x.ttcg' }))
      expect(error).toBeInstanceOf(BlockFormatError)
      return error.message
    }
    expect(await fail(block.slice(0, 40))).toMatch(/^x.ttcg: graph block has 40 bytes, its header/)
    expect(await fail(block.slice(0, -8))).toMatch(/^x.ttcg: graph block is damaged or cut short/)
    expect(await fail(Uint8Array.of(...block, 0))).toMatch(/^x.ttcg: something follows the \d+ byt/)
    expect(await fail(encoder.encode('1 2\n'))).toMatch(/^x.ttcg: graph block has 4 bytes/)
    const newer = block.slice()
    newer[4] = 2
    expect(await fail(newer)).toMatch(/^x.ttcg: .*version 2.*update ticktickclock/)
    const huge = block.slice()
    new DataView(huge.buffer).setUint32(16, 0xffff_ffff, true)
    expect(await fail(huge)).toMatch(/^x.ttcg: .*damaged: its header states/)
  })

  it('options that say nothing about a format', async () => {
    const matrix = encoder.encode(`${PATTERN}2 2 0\n`)
    const refused: [ReadGraphOptions, RegExp][] = [
      [{ delimiter: ',' }, /"delimiter" says nothing about a Matrix Market file/],
      [{ header: 'no' }, /"header" says nothing/],
      [{ ids: 'string' }, /give names as "vertices"/],
      [{ weights: true }, /"weights" is true, and \(input\) declares none/],
      [{ weights: 'w' }, /"weights" expected boolean for a Matrix Market file/],
      [{ format: 'csv' as never }, /"format" expected 'auto' \| /],
    ]
    for (const [options, message] of refused) {
      const error = await failureOf(readGraph(matrix, options))
      expect(error).toBeInstanceOf(RangeError)
      expect(error.message).toMatch(message)
    }
  })
})

/** One thing that goes wrong with a file on its way. */
function damage(bytes: Uint8Array, random: Random): Uint8Array {
  const at = random.nextBelow(bytes.length)
  const kind = random.nextBelow(5)
  if (kind === 0) return bytes.slice(0, at)
  if (kind === 1) {
    const other = bytes.slice()
    for (let flips = 1 + random.nextBelow(3); flips > 0; flips--) {
      other[random.nextBelow(other.length)] ^= 1 << random.nextBelow(8)
    }
    return other
  }
  const to = at + random.nextBelow(Math.min(40, bytes.length - at)) + 1
  if (kind === 2) return Uint8Array.of(...bytes.slice(0, at), ...bytes.slice(to))
  if (kind === 3) return Uint8Array.of(...bytes.slice(0, to), ...bytes.slice(at))
  const rubbish = Uint8Array.from({ length: to - at }, () => random.nextBelow(256))
  return Uint8Array.of(...bytes.slice(0, at), ...rubbish, ...bytes.slice(at))
}

async function bytesOf(graph: Graph, format: WritableFormat): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  const target = new WritableStream<Uint8Array>({
    write(piece) {
      pieces.push(piece)
    },
  })
  await writeGraph(graph, target, { format, vertices: false })
  return Buffer.concat(pieces)
}

describe('damaged files', () => {
  const kinds: [WritableFormat, string][] = [
    ['edge-list', 'x.txt'],
    ['csv', 'x.csv'],
    ['matrix-market', 'x.mtx'],
    ['metis', 'x.graph'],
    ['block', 'x.ttcg'],
  ]
  it.each(kinds)('are errors with the name of the file, or graphs: %s', async (format, name) => {
    const seed = testSeed()
    for (let i = 0; i < count(2000); i++) {
      const random = createRandom(seed + i)
      const { graph, what } = anyGraph(seed + i, format === 'metis')
      const whole = await bytesOf(graph, format)
      if (whole.length === 0) continue
      const packed = random.nextBelow(4) === 0
      const damaged = damage(packed ? gzipSync(whole) : whole, random)
      try {
        const read = await readGraph(damaged, { name: packed ? `${name}.gz` : name })
        Graph.fromBlock(read.block)
      } catch (error) {
        const isTyped =
          error instanceof GraphFormatError ||
          error instanceof BlockFormatError ||
          error instanceof MemoryLimitError
        if (!isTyped) throw new Error(`${what}: case ${i}: ${error}`, { cause: error })
        if (error instanceof MemoryLimitError) continue
        expect(error.message, what).toMatch(/^x\.[^\p{Cc}]{1,400}$/u)
      }
    }
  })
})
