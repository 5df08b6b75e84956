/** `ticktickclock sort`: right rows in every format, the effect of every option, the summary. */

import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { parquetReadObjects } from 'hyparquet'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../src/random.js'
import { cli, runNode, temporaryFolder } from '../support/cli.js'
import { ROOT } from '../support/paths.js'
import { count, testSeed } from '../support/seed.js'
import { npyFile, npyValues, readNpy } from '../support/tables.js'
import { gpuTitle, noGpu } from '../support/webgpu.js'

const folder = temporaryFolder()
const file = (name: string, content: string | Uint8Array) => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

/** stdout of a run that goes well. */
async function sorted(args: string[], input?: string | Uint8Array): Promise<string> {
  const { code, stdout, stderr } = await cli(['sort', ...args, '--quiet'], { input })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return stdout
}

async function jsonOf(args: string[]) {
  const { code, stdout, stderr } = await cli(['sort', ...args, '--json'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return JSON.parse(stdout)
}

function readParquet(path: string) {
  const bytes = Uint8Array.from(readFileSync(path))
  return parquetReadObjects({ file: bytes.buffer })
}

const FLIGHTS_CSV = 'flight,delay,"to, from"\nA 1,33,"OAK, LAX"\nB 2,-5,"say ""hi"""\nC 3,7,\n'

describe('text', () => {
  it('keeps rows together and byte for byte', async () => {
    const path = file('flights.csv', FLIGHTS_CSV)
    const [header, a, b, c] = FLIGHTS_CSV.split('\n')
    expect(await sorted([path, '--column', 'delay'])).toBe(`${[header, b, c, a].join('\n')}\n`)
    expect(await sorted([path, '--column', '2', '--descending'])).toBe(
      `${[header, a, c, b].join('\n')}\n`,
    )
  })

  it('keeps line breaks in quotes, carriage returns, a byte order mark, odd numbers', async () => {
    const rows = ['1.50,"two\r\nlines"', '01,"3;4"', ' 1e-1 ,é', '"0.10",']
    const text = `\ufeffx,y\r\n${rows.join('\r\n')}`
    const wanted = [rows[2], rows[3], rows[1], rows[0]]
    expect(await sorted(['--column', 'x'], text)).toBe(`\ufeffx,y\r\n${wanted.join('\r\n')}\r\n`)
  })

  it('equal keys keep their order, both ways', async () => {
    const rows = ['1,a', '2,b', '1,c', '2,d', '1,e']
    const up = await sorted(['--column', '1'], rows.join('\n'))
    expect(up).toBe('1,a\n1,c\n1,e\n2,b\n2,d\n')
    const down = await sorted(['--column', '1', '--descending'], rows.join('\n'))
    expect(down).toBe('2,b\n2,d\n1,a\n1,c\n1,e\n')
  })

  it('finds the delimiter, and changes it with the name of the output', async () => {
    const semicolons = 'a;b\n2;"x;,"\n1;y\n'
    expect(await sorted(['--column', 'a'], semicolons)).toBe('a;b\n1;y\n2;"x;,"\n')
    const tabs = join(folder, 'out.tsv')
    await sorted(['--column', 'a', '--output', tabs], semicolons)
    expect(readFileSync(tabs, 'utf8')).toBe('a\tb\n1\ty\n2\tx;,\n')
    const commas = join(folder, 'out.csv')
    await sorted([tabs, '--column', 'a', '--output', commas])
    expect(readFileSync(commas, 'utf8')).toBe('a,b\n1,y\n2,"x;,"\n')
  })

  it('--header says what the first row is', async () => {
    expect(await sorted([], 'x\n3\n1\n')).toBe('x\n1\n3\n')
    expect(await sorted([], '5\n3\n1\n')).toBe('1\n3\n5\n')
    expect(await sorted(['--header', 'yes'], '5\n3\n1\n')).toBe('5\n1\n3\n')
    expect(await sorted(['--column', '5'], '1,1,1,1,2\n1,1,1,1,1')).toBe('1,1,1,1,1\n1,1,1,1,2\n')
    const { code, stderr } = await cli(['sort', '--header', 'no'], { input: 'x\n3\n' })
    expect(code).toBe(1)
    expect(stderr).toContain('(standard input):1: column 1: not a number ("x")')
  })

  it('comes gzipped and from a URL', async () => {
    const zipped = file('numbers.csv.gz', gzipSync('3\n1\n2\n'))
    expect(await sorted([zipped])).toBe('1\n2\n3\n')
    expect(await sorted(['data:text/csv,3%0A1%0A2%0A'])).toBe('1\n2\n3\n')
  })

  it('takes whole numbers of 64 bits exactly, decimals as doubles', async () => {
    const large = ['9223372036854775807', '-9223372036854775808', '9223372036854775806']
    expect(await sorted([], large.join('\n'))).toBe(
      `${[large[1], large[2], large[0]].join('\n')}\n`,
    )
    const larger = ['18446744073709551615', '18446744073709551614', '0']
    expect(await sorted([], larger.join('\n'))).toBe(`${larger.toReversed().join('\n')}\n`)
    const mixed = ['inf', '-0', '1e308', 'NaN', '.5', '+3', '-Infinity']
    expect(await sorted([], mixed.join('\n'))).toBe('-Infinity\n-0\n.5\n+3\n1e308\ninf\nNaN\n')
  })

  it('compares times in text as times', async () => {
    const rows = ['"2001-02-03T00:00:00Z",a', '2001-02-03T00:30:00+01:00,b', '2001-02-02,c']
    const up = `${[rows[2], rows[1], rows[0]].join('\n')}\n`
    expect(await sorted(['--column', '1'], rows.join('\n'))).toBe(up)
    const { stderr } = await cli(['sort'], { input: '2001-02-03\n2001-02-30\n' })
    expect(stderr).toMatch(/:2: column 1: expected day .*"2001-02-30"/)
  })

  it('--type decides how cells are compared', async () => {
    const cells = '16777217\n16777216\n'
    expect(await sorted(['--type', 'f32'], cells)).toBe(cells)
    expect(await sorted(['--type', 'u32'], cells)).toBe('16777216\n16777217\n')
  })

  it('random tables come out as a plain sort has them', async () => {
    const seed = testSeed()
    for (let i = 0; i < count(40); i++) {
      const random = createRandom(seed + i)
      const rows = Array.from({ length: 1 + random.nextBelow(3000) }, (_, row) => {
        const key = random.nextBelow(1000) - 500
        return { key: i % 2 === 0 ? key : key / 8, text: `r${row}${',"\n'[random.nextBelow(3)]}` }
      })
      const lineOf = ({ key, text }: { key: number; text: string }) =>
        `"${text.replaceAll('"', '""')}",${key},x\n`
      const input = rows.map(lineOf).join('')
      const wanted = rows.toSorted((a, b) => a.key - b.key).map(lineOf)
      expect(await sorted(['--column', '2'], input), `seed ${seed + i}`).toBe(wanted.join(''))
    }
  })
})

describe('.npy', () => {
  const types = [
    ['|u1', Uint8Array.of(3, 255, 0)],
    ['|i1', Int8Array.of(3, -128, 0)],
    ['<u2', Uint16Array.of(3, 65535, 0)],
    ['<i2', Int16Array.of(3, -5, 0)],
    ['<u4', Uint32Array.of(3, 2 ** 32 - 1, 0)],
    ['<i4', Int32Array.of(3, -5, 0)],
    ['<u8', BigUint64Array.of(3n, 2n ** 64n - 1n, 0n)],
    ['<i8', BigInt64Array.of(3n, -(2n ** 63n), 0n)],
    ['<f4', Float32Array.of(3.5, Number.NaN, -0.1)],
    ['<f8', Float64Array.of(3.5, Number.NaN, -0.1)],
  ] as const

  it.each(types)('of dtype %s is read and written', async (dtype, values) => {
    const to = join(folder, 'out.npy')
    const path = file('in.npy', npyFile(dtype, '(3,)', values))
    await sorted([path, '--output', to])
    const { dtype: written, shape, data } = readNpy(to)
    expect({ written, shape }).toEqual({ written: dtype, shape: '(3,)' })
    const wanted = values.slice().sort()
    expect(data).toEqual(Buffer.from(wanted.buffer))
    const text = `${[...wanted].join('\n')}\n`.replace('0.10000000149011612', '0.1')
    expect(await sorted([path])).toBe(text)
  })

  it('of versions 1.0, 2.0 and 3.0, of either byte order', async () => {
    const values = Float64Array.of(2, 1, -1)
    for (const version of [1, 2, 3]) {
      const path = file(`v${version}.npy`, npyFile('<f8', '(3,)', values, { version }))
      expect(await sorted([path])).toBe('-1\n1\n2\n')
    }
    const swapped = Buffer.from(values.buffer.slice(0)).swap64()
    expect(await sorted([file('big.npy', npyFile('>f8', '(3,)', swapped))])).toBe('-1\n1\n2\n')
  })

  it('from standard input, with keys in any order', async () => {
    const header = "{'shape': (2L,), 'fortran_order': True, 'descr': '<i4'}"
    const bytes = npyFile('', '', Int32Array.of(2, -2), { header })
    expect(await sorted([], bytes)).toBe('-2\n2\n')
    expect(await sorted(['--format', 'npy'], bytes)).toBe('-2\n2\n')
  })

  it('--type converts it', async () => {
    const path = file('convert.npy', npyFile('<f8', '(3,)', Float64Array.of(2, 1, -1)))
    const to = join(folder, 'converted.npy')
    await sorted([path, '--type', 'i64', '--output', to])
    expect(readNpy(to).dtype).toBe('<i8')
    expect(npyValues(to, BigInt64Array)).toEqual(BigInt64Array.of(-1n, 1n, 2n))
    const { code, stderr } = await cli(['sort', path, '--type', 'u32'])
    expect(code).toBe(1)
    expect(stderr).toMatch(/convert\.npy: row 3: -1 is not in the range of u32/)
  })

  it('--argsort gives positions', async () => {
    const path = file('order.npy', npyFile('<f8', '(4,)', Float64Array.of(2, 1, -1, 1)))
    expect(await sorted([path, '--argsort'])).toBe('2\n1\n3\n0\n')
    const to = join(folder, 'positions.npy')
    await sorted([path, '--argsort', '--descending', '--output', to])
    expect(readNpy(to)).toMatchObject({ dtype: '<u4', shape: '(4,)' })
    expect(await sorted([to])).toBe('0\n1\n2\n3\n')
  })
})

describe('.parquet', () => {
  const strings = ['x', 'y,z', 'say "hi"', '']
  const source = () =>
    parquetWriteBuffer({
      columnData: [
        { name: 'text', data: strings, type: 'STRING' },
        { name: 'key', data: [3n, -1n, 2n, 7n], type: 'INT64' },
        { name: 'float', data: [0.5, -0, Number.NaN, 1e300], type: 'DOUBLE' },
        { name: 'maybe', data: [1, null, 3, undefined], type: 'INT32', nullable: true },
        { name: 'at', data: [0, 1, 2, 3].map((i) => new Date(i * 1000.5)), type: 'TIMESTAMP' },
        { name: 'yes', data: [true, false, true, false], type: 'BOOLEAN' },
      ],
      rowGroupSize: 3,
    })
  const path = file('table.parquet', new Uint8Array(source()))

  it('keeps rows together and all types', async () => {
    const to = join(folder, 'sorted.parquet')
    await sorted([path, '--column', 'key', '--output', to])
    const [before, after] = await Promise.all([readParquet(path), readParquet(to)])
    expect(after).toEqual([before[1], before[2], before[0], before[3]])
    expect(Object.is(after[0].float, -0)).toBe(true)
  })

  it('becomes CSV', async () => {
    expect(await sorted([path, '--column', 'float', '--descending'])).toBe(
      [
        'text,key,float,maybe,at,yes',
        '"say ""hi""",2,NaN,3,1970-01-01T00:00:02.001Z,true',
        ',7,1e+300,,1970-01-01T00:00:03.001Z,false',
        'x,3,0.5,1,1970-01-01T00:00:00.000Z,true',
        '"y,z",-1,-0,,1970-01-01T00:00:01.000Z,false',
        '',
      ].join('\n'),
    )
  })

  it('comes from CSV and .npy', async () => {
    const to = join(folder, 'from.parquet')
    await sorted(
      ['--column', 'n', '--output', to],
      'n,u,f,t\n2,1,0.5,"a,"\n1,18446744073709551615,1,b',
    )
    expect(await readParquet(to)).toEqual([
      { n: 1n, u: 18446744073709551615n, f: 1, t: 'b' },
      { n: 2n, u: 1n, f: 0.5, t: 'a,' },
    ])
    const narrow = file('narrow.npy', npyFile('<u2', '(2,)', Uint16Array.of(65535, 1)))
    await sorted([narrow, '--output', to])
    expect(await readParquet(to)).toEqual([{ 'column 1': 1 }, { 'column 1': 65535 }])
  })

  it('picks dates and time stamps, but no text and no gaps', async () => {
    expect((await sorted([path, '--column', 'at', '--descending'])).split('\n')[1]).toMatch(/^,7,/)
    for (const [column, message] of [
      ['text', /text: is of type STRING; numbers, dates and time stamps/],
      ['yes', /yes: is of type BOOLEAN/],
      ['maybe', /maybe: row 2: has no value/],
    ] as const) {
      const { code, stdout, stderr } = await cli(['sort', path, '--column', column])
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
      expect(stderr).toMatch(message)
    }
  })

  it('says what to install when its packages are missing', async () => {
    const alone = join(folder, 'alone')
    mkdirSync(join(alone, 'node_modules'), { recursive: true })
    cpSync(join(ROOT, 'dist'), join(alone, 'dist'), { recursive: true })
    cpSync(join(ROOT, 'package.json'), join(alone, 'package.json'))
    for (const name of ['commander', 'comlink']) {
      symlinkSync(join(ROOT, 'node_modules', name), join(alone, 'node_modules', name), 'junction')
    }
    const main = join(alone, 'dist/cli/main.js')
    const { code, stderr } = await runNode([main, 'sort', path, '--column', 'key'])
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /^ticktickclock: reading Parquet needs .*: npm install hyparquet [^\n]+\n$/,
    )
    const to = join(alone, 'out.parquet')
    const written = await runNode([main, 'sort', '--output', to], { input: '1\n' })
    expect(written.code).toBe(1)
    expect(written.stderr).toMatch(/^ticktickclock: writing Parquet needs .*hyparquet-writer\n$/)
  })
})

describe('how it went', () => {
  const path = file('short.csv', 'x,y\n2,a\n1,b\n')

  it('is one line on standard error', async () => {
    const { stdout, stderr } = await cli(['sort', path, '--column', 'x'])
    expect(stdout).toBe('x,y\n1,b\n2,a\n')
    const [deed, times] = stderr.split('): ')
    expect(deed).toMatch(
      /^ticktickclock: sorted 2 rows by x \(i64\) on plain JavaScript \(auto: [^\n]*$/,
    )
    expect(times).toMatch(/^file .* ms, upload .*, compute .*, read back .*, write .* ms\n$/)
  })

  it('--json has these keys in this order', async () => {
    const report = await jsonOf([path, '--column', 'x', '--output', join(folder, 'report.csv')])
    expect(report.result).toEqual({
      ...{ rows: 2, columns: 2, column: 'x', type: 'i64', descending: false, argsort: false },
    })
    expect(Object.keys(report.run)).toEqual(['device', 'threads', 'reason', 'timings'])
    expect(Object.keys(report.run.timings)).toEqual([
      ...['loadMs', 'uploadMs', 'prepareMs', 'computeMs', 'readMs', 'writeMs'],
    ])
  })

  const onDevice = async (...device: string[]) => {
    const cells = Array.from({ length: 300 }, (_, i) => (i * 7919) % 1009)
    const input = `${cells.join('\n')}\n`
    const to = join(folder, 'device.csv')
    const args = ['--device', ...device, '--json', '--output', to]
    const { code, stdout } = await cli(['sort', ...args], { input })
    expect(code).toBe(0)
    expect(JSON.parse(stdout).run.device.kind).toBe(device[0])
    expect(readFileSync(to, 'utf8')).toBe(`${cells.toSorted((a, b) => a - b).join('\n')}\n`)
  }

  it('tells the device: reference', () => onDevice('reference'))

  it('tells the device: wasm', () => onDevice('wasm', '--threads', '2'))

  it.skipIf(noGpu !== undefined)(gpuTitle('tells the device: webgpu'), () => onDevice('webgpu'))
})
