/** `readGraph` in every dialect of edge lists, against a naive parse in JavaScript. */

import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { type ReadGraphOptions, readGraph } from 'ticktickclock'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../src/random.js'
import { type NaiveEdge, naiveRows, rowsOf, sortedIds } from '../support/naive-graph.js'
import { count, testSeed } from '../support/seed.js'

const encoder = new TextEncoder()
const read = (text: string, options?: ReadGraphOptions) => readGraph(encoder.encode(text), options)

async function* inChunks(bytes: Uint8Array, sizes: number[]) {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length]
    yield bytes.slice(at, at + size)
    at += size
  }
}

/** How a file is written: every choice that a dialect leaves open. */
const dialects = fc.record({
  delimiter: fc.constantFrom(' ', '\t', ',', ';', '  ', ' \t', ', '),
  lineEnd: fc.constantFrom('\n', '\r\n'),
  lastLineEnd: fc.boolean(),
  comments: fc.constantFrom('', '# SNAP, with, commas\n#\n', '% konect\n\n'),
  mark: fc.boolean(),
  header: fc.boolean(),
  weighted: fc.boolean(),
  extra: fc.constantFrom('', 'x', '0'),
  gzip: fc.boolean(),
  directed: fc.boolean(),
  chunks: fc.array(fc.constantFrom(1, 2, 3, 7, 64, 4096), { minLength: 1, maxLength: 4 }),
})

type Written = typeof dialects extends fc.Arbitrary<infer T> ? T : never

function writeFile(edges: NaiveEdge[], written: Written, quoteAll: boolean): Uint8Array {
  const { delimiter, lineEnd, weighted, extra } = written
  const isCsv = !/^[ \t]+$/.test(delimiter) || delimiter === '\t'
  const quote = (text: string) =>
    quoteAll || /[\s,;"#%]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  const row = (fields: string[]) => fields.join(delimiter)
  const rows = edges.map(([a, b, w], i) => {
    const fields = [quote(a), quote(b)]
    if (weighted) fields.push(String(w))
    if (extra !== '') fields.push(extra)
    return (i % 7 === 3 ? `# comment${lineEnd}${lineEnd}` : '') + row(fields)
  })
  const names = ['source', 'target', ...(weighted ? ['w'] : []), ...(extra ? ['other'] : [])]
  if (written.header) rows.unshift(row(names))
  expect(isCsv || !quoteAll || delimiter.trim() === '').toBe(true)
  const text =
    (written.mark ? '\ufeff' : '') +
    written.comments.replaceAll('\n', lineEnd) +
    rows.join(lineEnd) +
    (written.lastLineEnd ? lineEnd : '')
  const bytes = encoder.encode(text)
  return written.gzip ? new Uint8Array(gzipSync(bytes)) : bytes
}

function optionsFor(written: Written): ReadGraphOptions {
  const options: ReadGraphOptions = { directed: written.directed }
  if (written.weighted) options.weights = written.header ? 'w' : 3
  return options
}

const weight = fc.oneof(
  fc.double({ min: 0, noNaN: true, max: 1e300 }),
  fc.nat(1000),
  fc.double({ min: 0, max: 1, noNaN: true }),
)

describe('readGraph on every dialect', () => {
  it('equals the naive parse, integers', async () => {
    const id = fc.oneof(
      { weight: 4, arbitrary: fc.nat(30).map(String) },
      fc.nat(2 ** 31 - 1).map(String),
      fc.bigInt(0n, 2n ** 64n - 1n).map(String),
    )
    const edgeLists = fc.array(fc.tuple(id, id, weight), { minLength: 1, maxLength: 60 })
    const property = fc.asyncProperty(edgeLists, dialects, async (edges, written) => {
      const bytes = writeFile(edges, written, false)
      const graph = await readGraph(inChunks(bytes, written.chunks), optionsFor(written))
      const ids = sortedIds(
        edges.flatMap((edge) => edge.slice(0, 2) as string[]),
        true,
      )
      const { directed, weighted } = written
      expect(rowsOf(graph)).toEqual(naiveRows(edges, ids, directed, weighted))
    })
    await fc.assert(property, { seed: testSeed(), numRuns: count(3000) })
  })

  it('equals the naive parse, strings', async () => {
    const plain = fc.stringMatching(/^[a-z][a-z0-9_.-]{0,14}$/)
    const name = fc.oneof(
      { weight: 4, arbitrary: plain },
      fc.constantFrom('New York', 'São Paulo', 'a,b', 'x;y', 'say "hi"', '東京', 'a\nb', '#1'),
    )
    const edgeLists = fc.array(fc.tuple(name, name, weight), { minLength: 1, maxLength: 60 })
    const property = fc.asyncProperty(
      edgeLists,
      dialects,
      fc.boolean(),
      async (edges, written, quoteAll) => {
        // A first row of two names may look like a header, and names may hold delimiters: say both.
        const options: ReadGraphOptions = {
          ...optionsFor(written),
          header: written.header ? 'yes' : 'no',
          delimiter: written.delimiter.trim() || (written.delimiter === '\t' ? '\t' : 'whitespace'),
        }
        const bytes = writeFile(edges, written, quoteAll)
        const graph = await readGraph(inChunks(bytes, written.chunks), options)
        const ids = sortedIds(
          edges.flatMap((edge) => edge.slice(0, 2) as string[]),
          false,
        )
        const { directed, weighted } = written
        expect(rowsOf(graph)).toEqual(naiveRows(edges, ids, directed, weighted))
      },
    )
    await fc.assert(property, { seed: testSeed(), numRuns: count(2000) })
  })

  it('reads decimals as Number() does, bit for bit', async () => {
    const bits = fc.bigInt(0n, 0x7fefffffffffffffn).map((value) => {
      const view = new DataView(new ArrayBuffer(8))
      view.setBigUint64(0, value)
      return String(view.getFloat64(0))
    })
    const digits = fc
      .tuple(
        fc.stringMatching(/^[0-9]{1,21}$/),
        fc.stringMatching(/^[0-9]{0,21}$/),
        fc.integer({ min: -345, max: 285 }),
      )
      .map(([a, b, e]) => `${a}.${b}e${e}`)
      .filter((text) => Number.isFinite(Number(text)))
    // Halfway between two doubles, and one digit away from it.
    const halfway = fc.bigInt(2n ** 53n, 2n ** 54n - 1n).map((half) => String(2n * half + 1n))
    const texts = fc.array(fc.oneof(bits, digits, halfway), { minLength: 50, maxLength: 200 })
    const property = fc.asyncProperty(texts, async (all) => {
      const graph = await read(all.map((text, i) => `${i} 0 ${text}\n`).join(''), { weights: 3 })
      expect([...(graph.weights ?? [])]).toEqual(all.map(Number))
    })
    await fc.assert(property, { seed: testSeed(), numRuns: count(1000) })
  })
})

describe('readGraph on ids', () => {
  it('keeps 64 bits and refuses more', async () => {
    const graph = await read('18446744073709551615 0\n9007199254740993 9007199254740992')
    expect([0, 1, 2, 3].map((v) => graph.idOf(v))).toEqual([
      0,
      9007199254740992n,
      9007199254740993n,
      18446744073709551615n,
    ])
    expect(graph.indexOf('18446744073709551615')).toBe(3)
    await expect(read('18446744073709551616 0')).rejects.toThrow(/:1: id is above/)
    await expect(read('1 2\n000018446744073709551615 0')).resolves.toBeDefined()
  })

  it('is dense only for exactly 0 … n-1', async () => {
    expect((await read('0 1\n2 1')).idKind).toBe('dense')
    expect((await read('1 2\n3 1')).idKind).toBe('integer')
    expect((await read('"0" 1')).idKind).toBe('dense')
  })

  it('numbers many vertices of every kind, through growing tables', async () => {
    const n = 40_000
    const kinds = { narrow: (i: number) => `${i * 3}`, sparse: (i: number) => `${i * 100_003}` }
    const all = { ...kinds, wide: (i: number) => `${i}0000000000`, text: (i: number) => `v${i}` }
    for (const name of Object.values(all)) {
      const lines = Array.from({ length: n }, (_, i) => `${name((i * 7919) % n)} ${name(i)}\n`)
      const graph = await read(lines.join(''))
      expect(graph.vertexCount).toBe(n)
      for (let i = 0; i < n; i += 997) {
        const v = graph.indexOf(name((i * 7919) % n))
        expect([...graph.neighbors(v)]).toEqual([graph.indexOf(name(i))])
      }
    }
  })

  it('takes any id as a name when told so', async () => {
    const graph = await read('007 7\n-1 x\n1 2', { ids: 'string' })
    expect(rowsOf(graph).map(({ id }) => id)).toEqual(['-1', '007', '1', '2', '7', 'x'])
  })
})

describe('readGraph on headers', () => {
  const header = async (text: string, options?: ReadGraphOptions) => {
    const graph = await read(text, options)
    return [graph.edgeCount, graph.idKind, graph.weights && [...graph.weights]]
  }

  it('finds them, or does as told', async () => {
    const flights = 'origin,destination,count\nABE,ATL,853\nABE,BHM,1\n'
    expect(await header(flights, { weights: 'count' })).toEqual([2, 'string', [853, 1]])
    expect(await header(flights)).toEqual([2, 'string', undefined])
    expect(await header(flights, { header: 'no' })).toEqual([3, 'string', undefined])
    expect(await header('a,b,n\nx,y,1\n')).toEqual([1, 'string', undefined])
    expect(await header('a,b\nx,y\n')).toEqual([2, 'string', undefined])
    expect(await header('Source\tTarget\nx\ty\n')).toEqual([1, 'string', undefined])
    expect(await header('u v\n0 1\n')).toEqual([1, 'dense', undefined])
    expect(await header('0 1\n1 2\n', { header: 'yes' })).toEqual([1, 'integer', undefined])
    expect(await header('u v w\n0 1 2\n', { weights: 'w', ids: 'string' })).toEqual([
      1,
      'string',
      [2],
    ])
  })
})

describe('many string ids', () => {
  it('are told apart and sorted by UTF-8 bytes, whatever they share', async () => {
    const random = createRandom(testSeed())
    const parts = ['a', 'b', 'ab', '12345678', 'https://example.com/', 'é', '東京', 'x'.repeat(70)]
    const names = Array.from({ length: 30_000 }, (_, i) => {
      let name = parts[random.nextBelow(parts.length)]
      for (let more = random.nextBelow(5); more > 0; more--) {
        name += parts[random.nextBelow(parts.length)]
      }
      return i % 3 === 0 ? `n${name}${random.nextBelow(1000)}` : `n${name}`
    })
    const sorted = sortedIds(names, false)
    const text = names.map((name, i) => `${name}\t${names[(i * 7) % names.length]}\n`).join('')
    const graph = await read(text, { header: 'no' })
    expect(graph.vertexCount).toBe(sorted.length)
    expect(sorted.every((name, v) => graph.idOf(v) === name)).toBe(true)
    const indexOf = new Map(sorted.map((name, v) => [name, v]))
    const expected = names.map((name, i) => [
      indexOf.get(name) as number,
      indexOf.get(names[(i * 7) % names.length]) as number,
    ])
    const edges: [number, number][] = []
    for (let v = 0; v < graph.vertexCount; v++) {
      for (const target of graph.neighbors(v)) edges.push([v, target])
    }
    // Arcs keep their order within a row: a stable sort by source.
    expect(edges).toEqual(expected.sort((a, b) => a[0] - b[0]))
  })

  it('keep a long line of blanks or a bad row apart from the rows around it', async () => {
    const rows = Array.from({ length: 100 }, (_, i) => `name${i}\tother${i}\n`)
    rows.splice(50, 0, `${' '.repeat(70_000)}\n`)
    await expect(read(rows.join(''))).rejects.toThrow(/:51: line is longer/)
    rows[50] = `${' '.repeat(1000)}\n`
    expect((await read(rows.join(''))).arcCount).toBe(100)
    rows[80] = 'name\tbell\u0007\n'
    await expect(read(rows.join(''))).rejects.toThrow(/:81: control characters/)
  })
})
