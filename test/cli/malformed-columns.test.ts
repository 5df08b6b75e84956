/**
 * Fifty files that are no table of numbers, through `sort`: one clear line each that names the file
 * and the place, exit 1, nothing on stdout, no file written.
 */

import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../src/random.js'
import { cli, temporaryFolder } from '../support/cli.js'
import { testSeed } from '../support/seed.js'
import { npyFile } from '../support/tables.js'

interface Malformed {
  name: string
  content: string | Uint8Array
  /** The message, behind the name of the file. */
  expect: RegExp
  args?: string[]
}

const random = createRandom(testSeed())
const values = Float64Array.of(3, 1, 2)

function npyCases(): Malformed[] {
  const good = npyFile('<f8', '(3,)', values)
  const header = (text: string) => npyFile('', '', values, { header: text })
  const patched = (at: number, ...bytes: number[]) => {
    const copy = Buffer.from(good)
    copy.set(bytes, at)
    return copy
  }
  const file = (name: string, content: Uint8Array, problem: RegExp): Malformed => ({
    name: `${name}.npy`,
    content,
    expect: problem,
  })
  const dtype = (descr: string) =>
    file(`dtype-${descr.replace(/\W/g, '')}`, npyFile(descr, '(3,)', values), /: dtype is not one/)
  const shape = (text: string, problem: RegExp) =>
    file(`shape-${text.replace(/\W/g, '-')}`, npyFile('<f8', text, values), problem)
  return [
    file('empty', new Uint8Array(0), /: is no \.npy file/),
    file('magic', patched(0, 0x94), /: is no \.npy file/),
    file('text', Buffer.from('1\n2\n'), /: is no \.npy file/),
    file('head-only', good.subarray(0, 8), /: ends within its header/),
    file('in-header', good.subarray(0, 40), /: ends within its header, .* 118 bytes/),
    file('version-9', patched(6, 9), /: \.npy version 9\.0/),
    file('version-1-1', patched(7, 1), /: \.npy version 1\.1/),
    file('header-too-long', patched(8, 255, 255), /: ends within its header, .* 65535 bytes/),
    file(
      'truncated',
      good.subarray(0, good.length - 5),
      /3 values of 8 bytes, but 5 bytes are mis/,
    ),
    file('no-values', good.subarray(0, 128), /but 24 bytes are missing/),
    file('trailing', Buffer.concat([good, Buffer.of(1)]), /but 1 bytes too many/),
    ...['<f2', '<c16', '|O', '<U4', '<M8[ns]', '|b1', '<f16', 'f8', ''].map(dtype),
    file(
      'record',
      header("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (3,)}"),
      /rec/,
    ),
    file('no-dtype', header("{'fortran_order': False, 'shape': (3,)}"), /without a dtype/),
    file('no-order', header("{'descr': '<f8', 'shape': (3,)}"), /without fortran_order/),
    file('no-shape', header("{'descr': '<f8', 'fortran_order': False}"), /a proper shape/),
    file('rubbish', header('\u0007'.repeat(30)), /without a dtype.*\\u0007/),
    shape('()', /is a single value/),
    shape('(3, 1)', /has 2 dimensions/),
    shape('(2,)', /says 2 values of 8 bytes, but 8 bytes too many/),
    shape('(4,)', /but 8 bytes are missing/),
    shape('(0,)', /too many|no rows/),
    shape('(-3,)', /a proper shape/),
    shape('(99999999999999999999,)', /a proper shape/),
    file('none', npyFile('<f8', '(0,)', new Uint8Array(0)), /: no rows: the array is empty/),
    { ...file('column', good, /one column without a name/), args: ['--column', 'x'] },
  ]
}

/** Good rows with a bad one among them. */
function around(bad: string): { content: string; line: number } {
  const before = 1 + random.nextBelow(40)
  const rows = Array.from({ length: before }, (_, i) => `${i},${i * 3}`)
  const after = Array.from({ length: 1 + random.nextBelow(20) }, (_, i) => `${i},${i}`)
  return { content: `${['a,b', ...rows, bad, ...after].join('\n')}\n`, line: before + 2 }
}

function textCases(): Malformed[] {
  const row = (name: string, bad: string, problem: string, args = ['--column', 'b']): Malformed => {
    const { content, line } = around(bad)
    return { name: `${name}.csv`, content, expect: new RegExp(`:${line}: ${problem}`), args }
  }
  const text = (name: string, content: string, problem: RegExp, ...args: string[]): Malformed => ({
    name,
    content,
    expect: problem,
    args,
  })
  return [
    row('empty-cell', '1,', 'b: the cell is empty'),
    row('blank-cell', '1,  ', 'b: the cell is empty'),
    row('word', '1,much', 'b: not a number \\("much"\\)'),
    row('decimal-comma', '1,"0,5"', 'b: not a number'),
    row('thousands', '1,"1,000"', 'b: not a number'),
    row('hexadecimal', '1,0x1f', 'b: not a number'),
    row('two-points', '1,1.2.3', 'b: not a number'),
    row('unit', '1,5 km', 'b: not a number'),
    row('sign', '1,-', 'b: not a number'),
    row('control', '1,\u0007', 'b: not a number \\("\\\\u0007"\\)'),
    row('one-column', '1', '1 column where 2 are expected \\("1"\\)'),
    row('three-columns', '1,2,3', '3 columns where 2 are expected'),
    row('empty-line', '', '1 column where 2 are expected'),
    row('open-quote', '1,"2', 'a quoted field has no closing quote'),
    row('after-quote', '1,"2"3', 'text after a closing quote'),
    row('fraction', '1,1.5', 'b: not a whole number', ['--column', 'b', '--type', 'i64']),
    row('negative', '1,-1', 'b: not in the range of u32', ['--column', 'b', '--type', 'u32']),
    row('too-large', '1,9223372036854775808', 'b: not in the', ['--column', '2', '--type', 'i64']),
    text('nothing.csv', '', /: no rows: the file is empty/),
    text('line-feeds.csv', '\n\n', /: no rows|:1: /),
    text('header-only.csv', 'a\n', /: no rows: there is nothing but a header/),
    text('which.csv', 'a,b\n1,2\n', /: has 2 columns: name one with --column \(a, b\)/),
    text(
      'no-name.csv',
      'a,b\n1,2\n',
      /no column is called "c"; the first row is a, b/,
      '--column',
      'c',
    ),
    text('no-number.csv', 'a,b\n1,2\n', /has 2 columns, so none is number 3/, '--column', '3'),
    text('twice.csv', 'a,a\n1,2\n', /two columns are called "a"/, '--column', 'a'),
    text('quote-in-header.csv', '"a,b\n1,2\n', /:1: a quoted field has no closing quote/),
    {
      name: 'cut.csv.gz',
      content: gzipSync('1\n2\n'.repeat(99)).subarray(0, 25),
      expect: /damaged/,
    },
    { name: 'not.csv.gz', content: '1\n2\n', expect: /is named \.gz/ },
    { name: 'archive.csv', content: Buffer.from('PK\u0003\u0004abc'), expect: /is a zip archive/ },
    {
      name: 'utf16.csv',
      content: Buffer.from('\ufeff1\n2\n', 'utf16le'),
      expect: /is UTF-16 text/,
    },
  ]
}

function parquetCases(): Malformed[] {
  const write = (columnData: Parameters<typeof parquetWriteBuffer>[0]['columnData']) =>
    new Uint8Array(parquetWriteBuffer({ columnData }))
  const numbers = Array.from({ length: 500 }, (_, i) => BigInt(i * 7919 - 5))
  const good = write([{ name: 'x', data: numbers, type: 'INT64' }])
  const file = (
    name: string,
    content: Uint8Array,
    problem: RegExp,
    ...args: string[]
  ): Malformed => ({
    name: `${name}.parquet`,
    content,
    expect: problem,
    args,
  })
  const patched = (at: number, ...bytes: number[]) => {
    const copy = Uint8Array.from(good)
    copy.set(bytes, at < 0 ? good.length + at : at)
    return copy
  }
  const text = { name: 'x', data: ['a', 'b'], type: 'STRING' as const }
  const gap = { name: 'x', data: [1, null], type: 'INT32' as const, nullable: true }
  const list = { name: 'x', data: [[1, 2], [3]] }
  return [
    file('magic-only', Buffer.from('PAR1'), /: damaged or unusual Parquet file/),
    file('truncated', good.subarray(0, good.length - 9), /: damaged or unusual Parquet file/),
    file('half', good.subarray(0, good.length / 2), /: damaged or unusual Parquet file/),
    file('footer-length', patched(-8, 255, 255, 255, 127), /: damaged or unusual Parquet file/),
    file(
      'footer',
      patched(-40, 255, 255, 255, 255, 255, 255),
      /: damaged|: x: |: its row|: no |: has/,
    ),
    file('page', patched(4, 255, 255, 255, 255, 255, 255, 255), /damaged|: x: has/),
    file('text', write([text]), /: x: is of type STRING/),
    file('gap', write([gap]), /: x: row 2: has no value/),
    file('list', write([list]), /holds lists or columns in columns|is of type/),
    file('empty', write([{ name: 'x', data: [], type: 'INT32' }]), /: no rows/),
    file('no-such', good, /no column is called "y"/, '--column', 'y'),
    file('not', Buffer.from('x\n1\n'), /: damaged or unusual/, '--format', 'parquet'),
    file('range', good, /: x: row 1: -5 is not in the range/, '--type', 'u32', '--column', 'x'),
  ]
}

const cases = [...npyCases(), ...textCases(), ...parquetCases()]
const folder = temporaryFolder()

describe('malformed files', () => {
  it('are fifty or more', () => expect(cases.length).toBeGreaterThanOrEqual(50))

  const lanes = [0, 1].map((lane) => cases.filter((_, index) => index % 2 === lane))
  it.concurrent.each(lanes.map((lane, index) => [index, lane] as const))(
    'give one clear line each (lane %i)',
    async (index, lane) => {
      for (const { name, content, expect: problem, args = [] } of lane) {
        const path = join(folder, name)
        writeFileSync(path, content)
        const to = join(folder, `out-${index}.npy`)
        const { code, stdout, stderr } = await cli(['sort', path, ...args, '--output', to])
        expect({ code, stdout, written: existsSync(to) }, name).toEqual({
          ...{ code: 1, stdout: '', written: false },
        })
        expect(stderr, name).toMatch(/^ticktickclock: [^\p{Cc}]+\n$/u)
        expect(stderr.startsWith(`ticktickclock: ${path}`), stderr).toBe(true)
        expect(stderr.slice(`ticktickclock: ${path}`.length), name).toMatch(problem)
      }
    },
    120_000,
  )

  it('leave no temporary file', () => {
    expect(readdirSync(folder).filter((name) => /tmp|out-/.test(name))).toEqual([])
  })
})
