/**
 * ISO 8601 text: the reference against Date and against BigInt arithmetic on Julian days, and WASM
 * against the reference, for valid texts of every form and for texts with one byte changed.
 */

import { readFile } from 'node:fs/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  formatIso8601,
  type IsoFailure,
  type IsoInstant,
  iso8601Bytes,
  parseIso8601,
} from '../../dist/kernels/timestamps/iso8601.js'
import { createRandom, type Random } from '../../dist/random.js'
import { daysIn, julianDays, randomIso, randomLeapSecond } from '../support/iso8601.js'
import { count, testSeed } from '../support/seed.js'

interface IsoExports {
  heapBase(): number
  parseIso8601(address: number, length: number, assumeUtc: number): number
  isoSeconds(): bigint
  isoNanos(): number
  isoIsLeapSecond(): number
  isoIsTruncated(): number
  formatIso8601(
    seconds: bigint,
    nanos: number,
    digits: number,
    offsetMinutes: number,
    address: number,
  ): number
}

let wasm: IsoExports
let heap: Uint8Array
beforeAll(async () => {
  const module = await WebAssembly.compile(await readFile('dist/kernels.wasm'))
  const memory = new WebAssembly.Memory({ initial: 2, maximum: 65_536, shared: true })
  const { exports } = await WebAssembly.instantiate(module, { env: { memory } })
  wasm = exports as unknown as IsoExports
  heap = new Uint8Array(memory.buffer)
})

const toBytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0))
const toText = (bytes: Uint8Array) => String.fromCharCode(...bytes)
const DIGITS = toBytes('0123456789')

/** The text at the very end of memory: a byte read after it would be an error. */
function parseWasm(bytes: Uint8Array, assumeUtc = false): IsoInstant | { position: number } {
  const address = heap.length - bytes.length
  heap.set(bytes, address)
  // Digits before it: what is read there must not count.
  heap.set(DIGITS, address - DIGITS.length)
  const position = wasm.parseIso8601(address, bytes.length, Number(assumeUtc))
  if (position !== -1) return { position }
  return {
    seconds: Number(wasm.isoSeconds()),
    nanos: wasm.isoNanos(),
    isLeapSecond: wasm.isoIsLeapSecond() !== 0,
    isTruncated: wasm.isoIsTruncated() !== 0,
  }
}

function parse(text: string, assumeUtc = false): IsoInstant | IsoFailure {
  const bytes = toBytes(text)
  // Inside a longer array, as columns have it.
  const padded = new Uint8Array(bytes.length + 20).fill(0x39)
  padded.set(bytes, 7)
  return parseIso8601(padded, 7, 7 + bytes.length, assumeUtc)
}

/** What the reference says, after seeing that WASM says the same. */
function parseBoth(text: string, assumeUtc = false): IsoInstant | IsoFailure {
  const result = parse(text, assumeUtc)
  const found = parseWasm(toBytes(text), assumeUtc)
  const same = 'expected' in result ? { position: result.position } : result
  // Called a million times: expect only where it fails.
  for (const [key, value] of Object.entries(same)) {
    if (found[key as keyof typeof found] !== value)
      expect({ text, ...found }).toEqual({ text, ...same })
  }
  if ('position' in found !== 'position' in same)
    expect({ text, ...found }).toEqual({ text, ...same })
  return result
}

function format(seconds: number, nanos: number, digits: number, offsetMinutes: number): string {
  const bytes = new Uint8Array(50).fill(0x23)
  const written = formatIso8601(seconds, nanos, { digits, offsetMinutes }, bytes, 5)
  const text = toText(bytes.subarray(5, 5 + written))
  const isWhole = written === 0 || written === iso8601Bytes({ digits, offsetMinutes })
  const around = toText(bytes)
  if (!isWhole || around !== `#####${text}`.padEnd(50, '#')) {
    expect({ seconds, nanos, digits, offsetMinutes, around }).toEqual({})
  }
  return text
}

/** What the reference writes, after seeing that WASM writes the same and nothing beside it. */
function formatBoth(seconds: number, nanos: number, digits: number, offsetMinutes: number): string {
  const text = format(seconds, nanos, digits, offsetMinutes)
  const address = wasm.heapBase() + 3
  heap.fill(0x23, address - 3, address + 47)
  const written = wasm.formatIso8601(BigInt(seconds), nanos, digits, offsetMinutes, address)
  const around = toText(heap.slice(address - 3, address + 47))
  if (written !== text.length || around !== `###${text}`.padEnd(50, '#')) {
    expect({ seconds, nanos, digits, offsetMinutes, around }).toEqual({ around: `###${text}` })
  }
  return text
}

/** Milliseconds of a year in 0 … 9999, few near the borders. */
function randomMs(random: Random): number {
  const first = Date.UTC(2000, 0, 1) - 5 * 146_097 * 86_400_000
  const span = 25 * 146_097 * 86_400_000
  return first + Math.floor(random.nextFloat() * span)
}

describe('read', () => {
  it('agrees with Date.parse', () => {
    const random = createRandom(testSeed())
    for (let i = 0; i < count(100_000); i++) {
      const ms = randomMs(random)
      const text = new Date(ms).toISOString()
      const seconds = Math.floor(ms / 1000)
      const nanos = (ms - seconds * 1000) * 1e6
      const found = parseBoth(text) as IsoInstant
      if (found.seconds !== seconds || found.nanos !== nanos) {
        expect({ text, ...found }).toEqual({ text, seconds, nanos })
      }
      const shifted = `${text.slice(0, -1)}${random.nextBelow(2) ? '+' : '-'}12:34`
      const shiftedMs = Date.parse(shifted)
      const result = parseBoth(shifted) as IsoInstant
      if (result.seconds * 1000 + result.nanos / 1e6 !== shiftedMs) {
        expect({ shifted, ...result }).toEqual({ shifted, shiftedMs })
      }
    }
  })

  it('agrees with BigInt arithmetic for every accepted form', () => {
    const random = createRandom(testSeed() + 1)
    for (let i = 0; i < count(300_000); i++) {
      const isLeap = random.nextBelow(10) === 0
      const { text, seconds, ...rest } = isLeap ? randomLeapSecond(random) : randomIso(random)
      const wanted = { seconds: Number(seconds), ...rest }
      const found = parseBoth(text) as IsoInstant
      for (const [key, value] of Object.entries(wanted)) {
        if (found[key as keyof IsoInstant] !== value)
          expect({ text, ...found }).toEqual({ text, ...wanted })
      }
    }
  })

  it('knows every day of ten centuries, and no other', () => {
    for (const century of [0, 4, 15, 16, 18, 19, 20, 21, 98, 99]) {
      for (let year = century * 100; year < century * 100 + 100; year++) {
        for (let month = 1; month <= 12; month++) {
          const last = daysIn(year, month)
          const from = julianDays(year, month, 1)
          const prefix = `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}`
          for (let day = 1; day <= last; day++) {
            const text = `${prefix}-${String(day).padStart(2, '0')}T00:00:00Z`
            const found = parseBoth(text) as IsoInstant
            const seconds = Number(from + BigInt(day - 1)) * 86_400
            if (found.seconds !== seconds) expect({ text, ...found }).toEqual({ text, seconds })
          }
          const after = { position: 8, expected: `day 01 to ${last} of ${prefix}` }
          expect(parseBoth(`${prefix}-${last + 1}T00:00:00Z`)).toEqual(after)
          expect(parseBoth(`${prefix}-00T00:00:00Z`)).toEqual(after)
        }
      }
    }
  })

  it.each([
    ['1900-02-29', 8, 'day 01 to 28 of 1900-02'],
    ['2100-02-29T00:00Z', 8, 'day 01 to 28 of 2100-02'],
    ['2000-02-30T00:00Z', 8, 'day 01 to 29 of 2000-02'],
    ['2023-04-31T00:00:00Z', 8, 'day 01 to 30 of 2023-04'],
    ['', 0, 'a digit of the year'],
    [' 2023-04-05T06:07:08Z', 0, 'a digit of the year'],
    ['+002023-04-05T06:07:08Z', 0, 'a digit of the year'],
    ['202', 3, 'a digit of the year'],
    ['2023', 4, '"-"'],
    ['2023/04/05', 4, '"-"'],
    ['2023-4-05', 6, 'a digit of the month'],
    ['2023-00-05T06:07:08Z', 5, 'month 01 to 12'],
    ['2023-13-05T06:07:08Z', 5, 'month 01 to 12'],
    ['2023-04', 7, '"-"'],
    ['2023-04-5T06:07:08Z', 9, 'a digit of the day'],
    ['2023-04-05x06:07:08Z', 10, '"T" or a blank'],
    ['2023-04-05T', 11, 'a digit of the hour'],
    ['2023-04-05T6:07:08Z', 12, 'a digit of the hour'],
    ['2023-04-05T25:07:08Z', 11, 'hour 00 to 24'],
    ['2023-04-05T06', 13, '":"'],
    ['2023-04-05T06Z', 13, '":"'],
    ['2023-04-05T0607Z', 13, '":"'],
    ['2023-04-05T06:60:08Z', 14, 'minute 00 to 59'],
    ['2023-04-05T24:01:00Z', 14, 'minute 00 after hour 24'],
    ['2023-04-05T24:00:01Z', 17, 'second 00 after hour 24'],
    ['2023-04-05T24:00:00.001Z', 22, 'the digit 0 after hour 24'],
    ['2023-04-05T06:07:0Z', 18, 'a digit of the second'],
    ['2023-04-05T06:07:08.Z', 20, 'a digit of the fraction'],
    ['2023-04-05T06:07:08.12e4Z', 22, '"Z" or an offset such as +02:00'],
    ['2023-04-05T06:07:08', 19, '"Z" or an offset such as +02:00'],
    ['2023-04-05T06:07:08.5', 21, '"Z" or an offset such as +02:00'],
    ['2023-04-05T06:07:08 UTC', 19, '"Z" or an offset such as +02:00'],
    ['2023-04-05T06:07:08Z ', 20, 'the end of the text'],
    ['2023-04-05T06:07:08+', 20, "a digit of the offset's hours"],
    ['2023-04-05T06:07:08+24:00', 20, 'offset hours 00 to 23'],
    ['2023-04-05T06:07:08+02:60', 23, 'offset minutes 00 to 59'],
    ['2023-04-05T06:07:08+02:', 23, "a digit of the offset's minutes"],
    ['2023-04-05T06:07:08+02:0', 24, "a digit of the offset's minutes"],
    ['2023-04-05T06:07:08+02x', 22, '":" or the end of the text'],
    ['2023-04-05T06:07:08+02:000', 25, 'the end of the text'],
    ['20230405T06:07:08Z', 11, 'a digit of the minute'],
    ['20230405T060708', 15, '"Z" or an offset such as +02:00'],
  ])('says what is wrong with "%s"', (text, position, expected) => {
    expect(parseBoth(text)).toEqual({ position, expected })
  })

  it.each([
    '2016-12-31T12:30:60Z',
    '2016-12-31T23:59:60+01:00',
    '2016-12-30T23:59:60Z',
    '2016-11-30T23:59:60Z',
    '2016-09-30T23:59:60Z',
    '2016-12-31T23:59:61Z',
    '2016-12-31T23:58:60.5Z',
    '2017-01-01T23:59:60Z',
  ])('takes no leap second in "%s"', (text) => {
    const expected = 'second 00 to 59, or 60 as a leap second at the end of June or December in UTC'
    expect(parseBoth(text)).toEqual({ position: 17, expected })
  })

  it.each([
    ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00Z'],
    ['2015-07-01T01:59:60.25+02:00', '2015-07-01T00:00:00.25Z'],
    ['2015-06-30T18:59:60-0500', '2015-07-01T00:00:00Z'],
    ['20161231T235960Z', '2017-01-01T00:00:00Z'],
    ['0000-01-01T23:58:60+23:59', '0000-01-01T00:00:00Z'],
  ])('takes the leap second "%s" for the second after it', (text, after) => {
    expect(parseBoth(text)).toEqual({ ...parse(after), isLeapSecond: true })
  })

  it.each([
    ['2023-04-05T24:00:00.000Z', '2023-04-06T00:00:00Z'],
    ['2023-12-31T24:00Z', '2024-01-01T00:00:00Z'],
    ['2023-04-05t06:07:08z', '2023-04-05T06:07:08Z'],
    ['2023-04-05 06:07:08-00:00', '2023-04-05T06:07:08Z'],
    ['2023-12-31T23:30:00-01:00', '2024-01-01T00:30:00Z'],
    ['2024-01-01T00:30:00+01', '2023-12-31T23:30:00Z'],
    ['2024-03-01T00:00:00+00:01', '2024-02-29T23:59:00Z'],
    ['2024-01-01', '2024-01-01T00:00:00Z'],
    ['20240101', '2024-01-01T00:00:00Z'],
  ])('takes "%s" for %s', (text, same) => {
    expect(parseBoth(text)).toEqual(parse(same))
  })

  it('reaches a day beyond the years 0000 and 9999 by offsets', () => {
    const minute = 23 * 3600 + 59 * 60
    const start = Date.parse('0000-01-01T00:00:00Z') / 1000
    const end = Date.parse('9999-12-31T23:59:59Z') / 1000
    expect(parseBoth('0000-01-01T00:00:00+23:59')).toMatchObject({ seconds: start - minute })
    expect(parseBoth('9999-12-31T23:59:59-23:59')).toMatchObject({ seconds: end + minute })
    expect(parseBoth('9999-12-31T24:00:00Z')).toMatchObject({ seconds: end + 1 })
  })

  it('drops digits after the ninth and says whether they counted', () => {
    const at = (fraction: string) => parseBoth(`2023-04-05T06:07:08.${fraction}Z`)
    expect(at('123456789')).toMatchObject({ nanos: 123456789, isTruncated: false })
    expect(at('12345678900')).toMatchObject({ nanos: 123456789, isTruncated: false })
    expect(at('99999999900001')).toMatchObject({ nanos: 999999999, isTruncated: true })
    expect(at('1'.repeat(500))).toMatchObject({ nanos: 111111111, isTruncated: true })
  })

  it('takes a time without zone for UTC when told to', () => {
    const random = createRandom(testSeed() + 2)
    for (const text of ['2023-04-05T06:07', '2023-04-05 06:07:08', '20230405T060708,25']) {
      expect(parseBoth(text, true)).toEqual(parse(`${text}Z`))
    }
    for (let i = 0; i < count(20_000); i++) {
      const { text } = randomIso(random)
      const zone = /(?:Z|z|[+-]\d\d(?::?\d\d)?)$/.exec(text.slice(11))
      const local = zone === null ? text : text.slice(0, 11 + zone.index)
      expect(parseBoth(text, true)).toEqual(parse(text))
      if (text.length > 10 && /^\d{4}-/.test(text)) {
        expect(parseBoth(local, true)).toEqual(parse(`${local}Z`))
      }
    }
  })
})

describe('read malformed text', () => {
  const texts = [
    '2023-04-05T06:07:08Z',
    '2024-02-29T23:59:59.123Z',
    '2016-12-31T23:59:60.123456789+00:00',
    '2023-04-05 06:07:08,123456789012-23:59',
    '2023-04-05T06:07:08.12345678+0230',
    '2023-04-05T24:00:00.0000Z',
    '2023-04-05T06:07-01',
    '20231005T060708.5Z',
    '2023-11-05',
    '2023-04-05T06:07:08',
  ]

  it.each(texts)('says the same on both sides for every changed byte of "%s"', (text) => {
    for (const assumeUtc of [false, true]) {
      const isRight = !('expected' in parse(text, assumeUtc))
      for (let at = 0; at <= text.length; at++) {
        parseBoth(text.slice(0, at), assumeUtc)
        for (let byte = 0; byte < 256; byte++) {
          const character = String.fromCharCode(byte)
          const result = parseBoth(text.slice(0, at) + character + text.slice(at + 1), assumeUtc)
          // Never before the number that the byte belongs to, but for what the offset decides.
          if (isRight && 'expected' in result && !result.expected.includes('leap')) {
            expect(result.position).toBeGreaterThanOrEqual(Math.max(0, at - 3))
          }
          parseBoth(text.slice(0, at) + character + text.slice(at), assumeUtc)
        }
      }
    }
  })

  it('says the same on both sides for texts with several faults', () => {
    const random = createRandom(testSeed() + 3)
    const alphabet = '0123456789012345678901234569-:T Zt+-.,z/\0'
    for (let i = 0; i < count(400_000); i++) {
      const bytes = toBytes(randomIso(random).text)
      for (let changes = 1 + random.nextBelow(3); changes > 0; changes--) {
        const at = random.nextBelow(bytes.length)
        bytes[at] = alphabet.charCodeAt(random.nextBelow(alphabet.length))
      }
      parseBoth(toText(bytes), random.nextBelow(2) === 0)
    }
  })
})

describe('write', () => {
  it('agrees with Date.prototype.toISOString', () => {
    const random = createRandom(testSeed() + 4)
    for (let i = 0; i < count(100_000); i++) {
      const ms = randomMs(random)
      const seconds = Math.floor(ms / 1000)
      const text = formatBoth(seconds, (ms - seconds * 1000) * 1e6, 3, 0)
      const wanted = new Date(ms).toISOString()
      if (text !== wanted && !/^[+-]/.test(wanted)) expect(text).toBe(wanted)
      if (/^[+-]/.test(wanted)) expect(text).toBe('')
    }
  })

  it('gives back what it was read from, for all digits and offsets', () => {
    const random = createRandom(testSeed() + 5)
    for (let i = 0; i < count(200_000); i++) {
      const seconds = Math.floor(randomMs(random) / 1000)
      const nanos = random.nextBelow(1_000_000_000)
      const digits = random.nextBelow(10)
      const offsetMinutes = random.nextBelow(3) === 0 ? 0 : random.nextBelow(2879) - 1439
      const text = formatBoth(seconds, nanos, digits, offsetMinutes)
      if (text === '') continue
      const found = parseBoth(text) as IsoInstant
      const kept = nanos - (nanos % 10 ** (9 - digits))
      if (found.seconds !== seconds || found.nanos !== kept) {
        expect({ text, ...found }).toEqual({ text, seconds, nanos: kept })
      }
    }
  })

  it('writes every day of the years 0000 to 9999', () => {
    const step = count(10) === 10 ? 1 : 31
    const [first, end] = [julianDays(0, 1, 1), julianDays(10_000, 1, 1)].map(Number)
    for (let day = first; day < end; day += step) {
      const text = formatBoth(day * 86_400, 0, 0, 0)
      const [year, month, date] = text.slice(0, 10).split('-').map(Number)
      if (julianDays(year, month, date) !== BigInt(day)) expect({ day, text }).toEqual({})
    }
    expect(formatBoth((end - 1) * 86_400, 0, 0, 0)).toBe('9999-12-31T00:00:00Z')
  })

  it('writes nothing outside the years 0000 to 9999', () => {
    const [first, end] = [julianDays(0, 1, 1), julianDays(10_000, 1, 1)].map(
      (d) => Number(d) * 86_400,
    )
    expect(formatBoth(first, 0, 9, 0)).toBe('0000-01-01T00:00:00.000000000Z')
    expect(formatBoth(first - 1, 999_999_999, 9, 0)).toBe('')
    expect(formatBoth(first - 60, 0, 0, 1)).toBe('0000-01-01T00:00:00+00:01')
    expect(formatBoth(first, 0, 0, -1)).toBe('')
    expect(formatBoth(end - 1, 999_999_999, 9, 0)).toBe('9999-12-31T23:59:59.999999999Z')
    expect(formatBoth(end, 0, 0, 0)).toBe('')
    expect(formatBoth(end, 0, 0, -1439)).toBe('9999-12-31T00:01:00-23:59')
    expect(formatBoth(end - 1, 0, 0, 1439)).toBe('')
    const address = wasm.heapBase()
    for (const far of [2n ** 63n - 1n, -(2n ** 63n), 2n ** 40n, -(2n ** 40n), 2n ** 33n * 675n]) {
      expect(wasm.formatIso8601(far, 0, 0, 0, address)).toBe(0)
      expect(format(Number(far), 0, 0, 0)).toBe('')
    }
  })
})
