/**
 * A hundred inputs that are no edge list, each with what its one-line error must say. Used by the
 * reader's tests and by those of the command line. Shares no code with the reader.
 */

import { gzipSync } from 'node:zlib'
import { createRandom, type Random } from '../../src/random.js'

/** Options of `readGraph` that a case needs; the command line has flags of the same names. */
export interface MalformedArgs {
  ids?: 'integer' | 'string'
  weights?: string | number
  header?: 'yes' | 'no'
}

export interface MalformedInput {
  /** File name; those that end in .gz must keep it. */
  name: string
  /** The bytes, or a stream of them that is too long to be held. */
  bytes?: Uint8Array
  stream?: () => AsyncGenerator<Uint8Array>
  /** The message must match. */
  expect: RegExp
  args?: MalformedArgs
}

const encoder = new TextEncoder()

/** Good rows, then a bad one, then good rows: `line` is where the bad one is. */
function around(random: Random, bad: string, good: (i: number) => string) {
  // Two good rows first: after one row of names, a row of integers makes it a header.
  const before = 2 + random.nextBelow(40)
  const rows: string[] = []
  for (let i = 0; i < before; i++) rows.push(random.nextBelow(5) === 0 ? '# comment' : good(i))
  rows.splice(0, 2, good(0), good(1))
  rows.push(bad)
  for (let i = 0; i < random.nextBelow(20); i++) rows.push(good(i))
  return { text: `${rows.join('\n')}\n`, line: before + 1 }
}

interface BadRow {
  what: string
  row: string
  problem: string
  args?: MalformedArgs
  good?: (i: number) => string
}

const integers = (i: number) => `${i} ${i + 1}`
const weighted = (i: number) => `${i} ${i + 1} 0.${i}`
const names = (i: number) => `v${i} v${i + 1}`
const csv = (i: number) => `v${i},v${i + 1}`

const BAD_ROWS: readonly BadRow[] = [
  { what: 'negative source', row: '-7 1', problem: 'negative id.*--ids string.*"-7"' },
  { what: 'negative target', row: '7 -1', problem: 'negative id.*"-1"' },
  { what: 'fraction', row: '1.5 2', problem: 'not an unsigned integer.*"1.5"' },
  { what: 'word among integers', row: 'alice 2', problem: 'not an unsigned integer.*"alice"' },
  { what: 'digits and letters', row: '12x 2', problem: 'not an unsigned integer.*"12x"' },
  { what: 'above 64 bits', row: '18446744073709551616 1', problem: 'above 18446744073709551615' },
  { what: 'very large', row: `${'9'.repeat(300)} 1`, problem: 'above 18446744073709551615' },
  { what: 'hexadecimal', row: '0xff 1', problem: 'not an unsigned integer.*"0xff"' },
  { what: 'one column', row: '5', problem: '1 column where 2 are needed.*"5"' },
  { what: 'comma among blanks', row: '1,2', problem: '1 column where 2 are needed' },
  { what: 'NUL', row: '1\u00002 3', problem: 'NUL byte' },
  { what: 'NUL behind a row', row: '1 2 \u0000\u0000', problem: 'NUL byte' },
  {
    what: 'open quote',
    row: '"1 2',
    problem: 'no closing quote|text after a closing quote|line is',
  },
  { what: 'carriage return', row: '1 2\r3 4', problem: 'not an unsigned integer' },
  { what: 'wide digits', row: '１ ２', problem: 'not an unsigned integer' },
  {
    what: 'negative weight',
    row: '1 2 -3',
    problem: 'negative weight',
    args: { weights: 3 },
    good: weighted,
  },
  {
    what: 'NaN weight',
    row: '1 2 NaN',
    problem: 'bad weight.*"NaN"',
    args: { weights: 3 },
    good: weighted,
  },
  {
    what: 'infinite weight',
    row: '1 2 inf',
    problem: 'bad weight',
    args: { weights: 3 },
    good: weighted,
  },
  {
    what: 'huge weight',
    row: '1 2 1e400',
    problem: 'beyond the range',
    args: { weights: 3 },
    good: weighted,
  },
  {
    what: 'worded weight',
    row: '1 2 much',
    problem: 'weight is not a number',
    args: { weights: 3 },
    good: weighted,
  },
  {
    what: 'missing weight',
    row: '1 2',
    problem: '2 columns where 3 are needed',
    args: { weights: 3 },
    good: weighted,
  },
  {
    what: 'integers among names',
    row: '1 2',
    problem: 'integer ids after rows of string',
    good: names,
  },
  { what: 'one name', row: 'lonely', problem: '1 column where 2 are needed', good: names },
  { what: 'empty name', row: 'a,', problem: 'empty id', good: csv },
  { what: 'text after quote', row: '"a"b,c', problem: 'text after a closing quote', good: csv },
  { what: 'bell', row: 'a\u0007 b', problem: 'control characters', good: names },
]

/** Sure to be different from every row the generator calls good, and never valid. */
function rubbish(random: Random, length: number, low: number, high: number): Uint8Array {
  return Uint8Array.from({ length }, () => low + random.nextBelow(high - low))
}

function whole(random: Random): MalformedInput[] {
  const zipped = gzipSync(Array.from({ length: 5000 }, (_, i) => `${i} ${i * 7}\n`).join(''))
  const cut = 20 + random.nextBelow(zipped.length - 40)
  const damaged = Uint8Array.from(zipped)
  damaged[zipped.length - 6] ^= 0xff
  const text = (name: string, content: string, expect: RegExp, args?: MalformedArgs) => ({
    name,
    bytes: encoder.encode(content),
    expect,
    args,
  })
  const bytes = (name: string, content: Uint8Array, expect: RegExp) => ({
    name,
    bytes: content,
    expect,
  })
  return [
    text('empty.txt', '', /no edges: the file is empty/),
    text('comments.txt', '# a\n% b\n\n', /no edges: only comments/),
    text('blank.txt', '\n\n  \n\t\n', /no edges: only comments/),
    text('header-only.csv', 'source,target\n', /no edges/),
    text('first-negative.txt', '-1 2\n', /:1: negative id/),
    text('no-such-column.csv', 'a,b,c\n1,2,3\n', /:1: no column is called "weight".*a, b, c/, {
      weights: 'weight',
    }),
    text('id-column.csv', 'a,b,c\n1,2,3\n', /:1: column "b" holds ids/, { weights: 'b' }),
    text('not-a-header.csv', '1,2,3\n4,5,6\n', /:1: no column is called "w"/, { weights: 'w' }),
    text('header-no.csv', 'from,to\n1,2\n', /:1: id is not an unsigned integer/, {
      header: 'no',
      ids: 'integer',
    }),
    text('decimal-comma.txt', '1 2 0,5\n2 3 0,7\n', /:1: both blanks and ","/),
    text('matrix.mtx', '%%MatrixMarket matrix\n3 3 1\n1 2 1\n', /Matrix Market/),
    text('plain.txt.gz', '1 2\n2 3\n', /named .gz/),
    text('open-quote.csv', 'a,b\n"c,d\ne,f\n', /:2: a quoted field has no closing quote/),
    text('long-line.txt', `1 2\n3 ${'4'.repeat(70_000)}\n`, /:2: line is longer than 65536 bytes/),
    text('long-extra.txt', `1 2\n3 4 ${'x '.repeat(40_000)}\n`, /:2: line is longer/),
    bytes('truncated.txt.gz', zipped.subarray(0, cut), /gzip data is damaged or ends early/),
    bytes('damaged.txt.gz', damaged, /gzip data is damaged or ends early/),
    bytes('header-of-gzip.gz', zipped.subarray(0, 6), /gzip data is damaged or ends early/),
    bytes('archive.zip', Uint8Array.of(0x50, 0x4b, 3, 4, 1, 2), /zip archive/),
    bytes('utf16.txt', Uint8Array.of(0xff, 0xfe, 49, 0, 32, 0, 50, 0, 10, 0), /UTF-16/),
    bytes('latin1.txt', Uint8Array.of(0xe4, 32, 0xf6, 10), /:1: id is not valid UTF-8/),
    bytes('latin1-later.txt', Uint8Array.of(97, 32, 98, 10, 97, 32, 0xf6, 10), /:2: .*valid UTF-8/),
    { name: 'gigabyte-line.txt', stream: () => gigabyte('1 2\n'), expect: /:2: line is longer/ },
    { name: 'gigabyte-comment.txt', stream: () => gigabyte('#'), expect: /:1: line is longer/ },
  ]
}

/** 2^30 bytes without a line feed behind `start`, never held. */
async function* gigabyte(start: string): AsyncGenerator<Uint8Array> {
  yield encoder.encode(start)
  const chunk = new Uint8Array(1 << 20).fill(55)
  for (let i = 0; i < 1024; i++) yield chunk
}

/**
 * At least 100 malformed inputs.
 *
 * @param seed picks where in a file the bad row is, and the rubbish
 */
export function malformedInputs(seed: number): MalformedInput[] {
  const random = createRandom(seed)
  const cases: MalformedInput[] = whole(random)
  for (const { what, row, problem, args, good = integers } of BAD_ROWS) {
    for (const end of ['\n', '\r\n']) {
      const { text, line } = around(random, row, good)
      cases.push({
        name: `${what.replaceAll(' ', '-')}${end === '\n' ? '' : '-crlf'}.txt`,
        bytes: encoder.encode(text.replaceAll('\n', end)),
        expect: new RegExp(`:${line}: .*(${problem})`),
        args,
      })
    }
  }
  for (let i = 0; cases.length < 100; i++) {
    const length = 1 + random.nextBelow(3000)
    // Bytes from 128 on can't start a valid id; below 9 there is neither blank nor line feed.
    const [low, high] = i % 2 === 0 ? [128, 254] : [0, 9]
    cases.push({
      name: `rubbish-${i}.bin`,
      bytes: rubbish(random, length, low, high),
      expect: /rubbish-\d+\.bin(:\d+)?: /,
    })
  }
  return cases
}
