/** `ticktickclock convert`: exact answers in every format of file, columns that stay, errors. */

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parquetReadObjects } from 'hyparquet'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../src/random.js'
import { cli, temporaryFolder } from '../support/cli.js'
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
async function converted(from: string | undefined, to: string, args: string[], input?: string) {
  const formats = from === undefined ? ['--to', to] : ['--from', from, '--to', to]
  const { code, stdout, stderr } = await cli(['convert', ...formats, ...args, '--quiet'], { input })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return stdout
}

async function failed(args: string[], input?: string) {
  const { code, stdout, stderr } = await cli(['convert', ...args], { input })
  expect(stdout).toBe('')
  expect(stderr).toMatch(/^ticktickclock: [^\n]+\n$/)
  return { code, stderr }
}

/** 2021-03-04T05:06:07.25Z in each format. */
const MOMENT: Readonly<Record<string, string>> = {
  'unix-s': '1614834367',
  'unix-ms': '1614834367250',
  'unix-us': '1614834367250000',
  'unix-ns': '1614834367250000000',
  ntp: String((1614834367n + 2208988800n) * 2n ** 32n + 2n ** 30n),
  ptp: '1614834404.250000000',
  'tai-ns': '1614834404250000000',
  filetime: String((1614834367n + 11644473600n) * 10_000_000n + 2_500_000n),
  hlc: String(1614834367250n << 16n),
  'julian-date': String(2440587.5 + 1614834367.25 / 86400),
}

describe('one moment', () => {
  it.each(Object.keys(MOMENT))('from ISO 8601 to %s and back', async (format) => {
    const there = await converted('iso8601', format, [], '2021-03-04T06:06:07.25+01:00\n')
    expect(there).toBe(`${MOMENT[format]}\n`)
    const back = await converted(format, 'iso8601', [], there)
    if (format === 'julian-date') expect(back).toMatch(/^2021-03-04T05:06:07\.2[45]\d+Z\n$/)
    else if (format === 'unix-s') expect(back).toBe('2021-03-04T05:06:07Z\n')
    else expect(back).toMatch(/^2021-03-04T05:06:07\.250*Z\n$/)
  })
})

describe('text', () => {
  it('keeps the other columns byte for byte, and the header', async () => {
    const lines = (first: string, second: string) =>
      `id,"at, UTC",note\r\n"1",${first},"a ""b"""\r\n2,${second},\r\n`
    const text = lines(' 1614834367250', '"0"')
    const wanted = lines('2021-03-04T05:06:07.250Z', '1970-01-01T00:00:00.000Z')
    expect(await converted('unix-ms', 'iso8601', ['--column', 'at, UTC'], text)).toBe(wanted)
  })

  it('has headers found, of numbers and of times', async () => {
    expect(await converted('unix-s', 'unix-ms', [], 'at\n5\n')).toBe('at\n5000\n')
    expect(await converted('iso8601', 'unix-s', [], 'at\n"1970-01-02"\n')).toBe('at\n86400\n')
    expect(await converted('iso8601', 'unix-s', [], '1970-01-02T00:00Z\n')).toBe('86400\n')
  })

  it('random times are those of BigInt', async () => {
    const random = createRandom(testSeed())
    const nanos = Array.from({ length: count(20_000) }, () => {
      const seconds = BigInt(random.nextBelow(2 ** 32)) - 2n ** 31n
      return seconds * 1_000_000_000n + BigInt(random.nextBelow(1e9))
    })
    const wanted = nanos.map((value) => {
      const fraction = BigInt.asUintN(
        64,
        ((value % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n,
      )
      const ms = Number((value - fraction) / 1_000_000n)
      return `${new Date(ms).toISOString().slice(0, 19)}.${String(fraction).padStart(9, '0')}Z\n`
    })
    const input = `${nanos.join('\n')}\n`
    const text = await converted('unix-ns', 'iso8601', [], input)
    expect(text).toBe(wanted.join(''))
    expect(await converted('iso8601', 'unix-ns', [], text)).toBe(input)
  })
})

describe('.npy and .parquet', () => {
  it('numbers in, numbers out', async () => {
    const ntp = BigUint64Array.of(BigInt(MOMENT.ntp))
    const path = file('ntp.npy', npyFile('<u8', '(1,)', ntp))
    const to = join(folder, 'ns.npy')
    await converted('ntp', 'unix-ns', [path, '--output', to])
    expect(readNpy(to).dtype).toBe('<i8')
    expect(npyValues(to, BigInt64Array)).toEqual(BigInt64Array.of(BigInt(MOMENT['unix-ns'])))
    expect(await converted('ntp', 'iso8601', [path])).toBe('2021-03-04T05:06:07.250000000Z\n')
    await converted('ntp', 'julian-date', [path, '--output', to])
    expect(npyValues(to, Float64Array)[0]).toBeCloseTo(2459277.712, 2)
  })

  const stamps = file(
    'stamps.parquet',
    new Uint8Array(
      parquetWriteBuffer({
        columnData: [
          { name: 'at', data: [new Date(1614834367250), new Date(0)], type: 'TIMESTAMP' },
          { name: 'text', data: ['a', 'b'], type: 'STRING' },
        ],
      }),
    ),
  )

  it('Parquet says what it counts', async () => {
    const args = [stamps, '--column', 'at']
    expect(await converted(undefined, 'iso8601', args)).toBe(
      'at,text\n2021-03-04T05:06:07.250Z,a\n1970-01-01T00:00:00.000Z,b\n',
    )
    const { code, stderr } = await failed(['--from', 'unix-us', '--to', 'ntp', ...args])
    expect(code).toBe(1)
    expect(stderr).toMatch(/stamps\.parquet: at: counts unix-ms, as the file says, not unix-us/)
  })

  it('Parquet keeps time stamps as such', async () => {
    const to = join(folder, 'out.parquet')
    await converted(undefined, 'unix-ns', [stamps, '--column', 'at', '--output', to])
    const bytes = Uint8Array.from(readFileSync(to))
    expect(await parquetReadObjects({ file: bytes.buffer })).toEqual([
      { at: new Date(1614834367250), text: 'a' },
      { at: new Date(0), text: 'b' },
    ])
    await converted('unix-ms', 'iso8601', [stamps, '--column', 'at', '--output', to])
    const texts = Uint8Array.from(readFileSync(to))
    expect((await parquetReadObjects({ file: texts.buffer }))[1].at).toBe(
      '1970-01-01T00:00:00.000Z',
    )
  })
})

describe('errors', () => {
  const cases: [name: string, args: string[], input: string, message: RegExp][] = [
    [
      'a time',
      ['--from', 'iso8601', '--to', 'ntp'],
      't\n2021-02-30\n',
      /:2: t: expected day .*"2021-02-30"/,
    ],
    ['a number', ['--from', 'ntp', '--to', 'unix-s'], 't\n-1\n', /:2: t: not in the range of u64/],
    [
      'a pair',
      ['--from', 'ptp', '--to', 'unix-s'],
      '1\n1.2.3\n',
      /:2: column 1: expected seconds, .*"1\.2\.3"/,
    ],
    [
      'overflow',
      ['--from', 'unix-s', '--to', 'unix-ns'],
      '1\n9999999999999\n',
      /:2: column 1: .*got 9999999999999 in 'unix-s'; --overflow clamp/,
    ],
    [
      'a year',
      ['--from', 'unix-s', '--to', 'iso8601'],
      '999999999999\n',
      /:1: .*'iso8601', got 999999999999 .*--overflow clamp/,
    ],
    ['a loss', ['--from', 'unix-ms', '--to', 'unix-s', '--loss', 'error'], '1000\n1001\n', /:2: /],
  ]
  it.each(cases)('name line, column and text: %s', async (_, args, input, message) => {
    const { code, stderr } = await failed(args, input)
    expect(code).toBe(1)
    expect(stderr).toMatch(message)
  })

  it('policies change them', async () => {
    const far = '9999999999999\n'
    const args = ['--overflow', 'clamp']
    expect(await converted('unix-s', 'unix-ns', args, far)).toBe(`${2n ** 63n - 1n}\n`)
    expect(await converted('unix-ms', 'unix-s', ['--loss', 'round'], '1500\n')).toBe('2\n')
  })

  it('--digits sets those of ISO 8601', async () => {
    const nanos = '1999999999\n'
    expect(await converted('unix-ns', 'iso8601', ['--digits', '0'], nanos)).toBe(
      '1970-01-01T00:00:01Z\n',
    )
    const rounded = ['--digits', '3', '--loss', 'round']
    expect(await converted('unix-ns', 'iso8601', rounded, nanos)).toBe('1970-01-01T00:00:02.000Z\n')
  })

  it('say what a .npy file can not hold, before any work', async () => {
    const to = join(folder, 'text.npy')
    const { code, stderr } = await failed(
      ['--from', 'ntp', '--to', 'iso8601', '--output', to],
      '1\n',
    )
    expect(code).toBe(2)
    expect(stderr).toMatch(/one number a value, and iso8601 is more/)
  })

  it('ask for --from and --to', async () => {
    expect(await failed(['--from', 'ntp'])).toMatchObject({ code: 2 })
    const { code, stderr } = await failed(['--to', 'ntp'], '1\n')
    expect(code).toBe(2)
    expect(stderr).toMatch(/'--from <format>' is needed: \(standard input\) doesn't say/)
  })
})

describe('how it went', () => {
  it('is one line on standard error', async () => {
    const args = ['convert', '--from', 'ntp', '--to', 'unix-ns']
    const { stdout, stderr } = await cli(args, { input: `${MOMENT.ntp}\n` })
    expect(stdout).toBe(`${MOMENT['unix-ns']}\n`)
    expect(stderr).toMatch(
      /^ticktickclock: converted 1 row from ntp to unix-ns on plain JavaScript \(auto: .*\): file /,
    )
  })

  const onDevice = async (...device: string[]) => {
    const to = join(folder, `${device[0]}.csv`)
    const args = ['--from', 'unix-ms', '--to', 'unix-ns', '--device', ...device]
    const report = await cli(['convert', ...args, '--json', '--output', to], { input: '7\n' })
    expect(report).toMatchObject({ code: 0, stderr: '' })
    const { result, run } = JSON.parse(report.stdout)
    expect(result).toEqual({
      ...{ rows: 1, columns: 1, column: 'column 1', from: 'unix-ms', to: 'unix-ns' },
    })
    expect(run.device.kind).toBe(device[0])
    expect(readFileSync(to, 'utf8')).toBe('7000000\n')
  }

  it('tells the device: reference', () => onDevice('reference'))

  it('tells the device: wasm', () => onDevice('wasm', '--threads', '2'))

  it.skipIf(noGpu !== undefined)(gpuTitle('tells the device: webgpu'), () => onDevice('webgpu'))
})
