/**
 * The suite of timestamps: NTP to Unix nanoseconds against a plain BigInt loop and a copy of the
 * same bytes inside WASM memory, ISO 8601 text against Date.
 */

import { convertTimestamps, type Device } from 'ticktickclock'
import {
  type ArrayContestant,
  type ArrayEffort,
  type ArrayReport,
  type ArraySettings,
  holdArrayContest,
} from './array-contest.js'
import type { OpenDevices } from './contestants.js'
import { createBits, differenceOf } from './random-arrays.js'

/** Seconds from 1900, where NTP's era 0 begins, to 1970. */
const NTP_TO_UNIX = 2_208_988_800n

/** Names that ratios are taken over. */
export const BIGINT_LOOP = 'BigInt loop'
const COPY = 'memory.copy'
const DATE = 'Date'

/** Converts every way. */
export async function runTimestampSuite(
  settings: ArraySettings,
  devices: OpenDevices,
  say: (line: string) => void,
): Promise<ArrayReport[]> {
  return [
    await convertNtp(settings, devices, (line) => say(`ntp: ${line}`)),
    await parseIso(settings, devices, (line) => say(`parse: ${line}`)),
    await formatIso(settings, devices, (line) => say(`format: ${line}`)),
  ]
}

/** Seconds of era 0 after 1970, fractions of any kind. */
export function ntpValues(count: number, seed: number): BigUint64Array<ArrayBuffer> {
  const bits = createBits(seed)
  const words = new Uint32Array(2 * count)
  for (let i = 0; i < words.length; i += 2) {
    words[i] = bits()
    words[i + 1] = Number(NTP_TO_UNIX) + (bits() % 2_000_000_000)
  }
  return new BigUint64Array(words.buffer)
}

/** The loop that anyone would write. */
export function convertByBigInt(values: BigUint64Array, into: BigInt64Array): void {
  for (let i = 0; i < values.length; i++) {
    const seconds = (values[i] >> 32n) - NTP_TO_UNIX
    into[i] = seconds * 1_000_000_000n + (((values[i] & 0xffff_ffffn) * 1_000_000_000n) >> 32n)
  }
}

async function convertNtp(
  settings: ArraySettings,
  devices: OpenDevices,
  say: (line: string) => void,
): Promise<ArrayReport> {
  const { valueCount, seed } = settings
  const values = ntpValues(valueCount, seed)
  const expected = new BigInt64Array(valueCount)
  const contestants: ArrayContestant[] = [
    {
      name: BIGINT_LOOP,
      includes: 'from one array to another',
      run: async () => convertByBigInt(values, expected),
      complaint: async () => undefined,
    },
    memoryCopy(values),
  ]
  const { chosen, missing } = devicesFor(settings, devices)
  for (const device of chosen) {
    contestants.push(...(await ntpContestants(device, values, expected)))
  }
  const over = [BIGINT_LOOP, COPY]
  const head = { name: 'NTP to Unix nanoseconds', valueCount, seed, over, missing }
  return holdArrayContest(head, contestants, effortOf(settings), say)
}

/**
 * (module (import "" "m" (memory 1 65536 shared)) (func (export "c") (params: to, from, bytes) …))
 */
const COPY_MODULE = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 7, 1, 96, 3, 127, 127, 127, 0],
  ...[2, 10, 1, 0, 1, 109, 2, 3, 1, 0x80, 0x80, 4, 3, 2, 1, 0, 7, 5, 1, 1, 99, 0, 0],
  ...[10, 14, 1, 12, 0, 32, 0, 32, 1, 32, 2, 252, 10, 0, 0, 11],
)

/** What memory allows: the values in WASM memory, copied there by one instruction. */
function memoryCopy(values: BigUint64Array<ArrayBuffer>): ArrayContestant {
  const pages = Math.ceil((2 * values.byteLength) / 65_536)
  const memory = new WebAssembly.Memory({ initial: pages, maximum: 65_536, shared: true })
  const module = new WebAssembly.Module(COPY_MODULE)
  const copy = new WebAssembly.Instance(module, { '': { m: memory } }).exports.c as (
    to: number,
    from: number,
    bytes: number,
  ) => void
  const words = new BigUint64Array(memory.buffer)
  words.set(values)
  const copied = words.subarray(values.length, 2 * values.length)
  return {
    name: COPY,
    includes: 'in WASM memory on the calling thread: nothing converted',
    run: async () => copy(values.byteLength, 0, values.byteLength),
    complaint: () => differenceOf(copied, values),
  }
}

async function ntpContestants(
  device: Device,
  values: BigUint64Array<ArrayBuffer>,
  expected: BigInt64Array,
): Promise<ArrayContestant[]> {
  const input = await device.upload(values)
  const output = await device.alloc('i64', values.length)
  const into = new BigInt64Array(values.length)
  let fresh: BigInt64Array = into
  const formats = { from: 'ntp', to: 'unix-ns' } as const
  const complain = (array: unknown) => differenceOf(array, expected as unknown as BigUint64Array)
  const { name } = device.info
  return [
    {
      name: `${name}, resident`,
      includes: 'data on the device, result stays there',
      run: () => convertTimestamps(input, { ...formats, into: output }),
      complaint: async () => complain(await output.read()),
      close: async () => {
        await input.dispose()
        await output.dispose()
      },
    },
    {
      name: `${name}, into`,
      includes: 'host array to a given host array',
      run: () => convertTimestamps(values, { ...formats, device, into }),
      complaint: () => complain(into),
    },
    {
      name: `${name}, fresh`,
      includes: 'host array to a fresh one',
      run: async () => {
        fresh = await convertTimestamps(values, { ...formats, device })
      },
      complaint: () => complain(fresh),
    },
  ]
}

async function parseIso(
  settings: ArraySettings,
  devices: OpenDevices,
  say: (line: string) => void,
): Promise<ArrayReport> {
  const { seed } = settings
  const valueCount = textCount(settings)
  const { texts, milliseconds } = isoTexts(valueCount, seed)
  const column = textColumn(texts)
  const expected = BigInt64Array.from(milliseconds, (ms) => BigInt(ms))
  const parsed = new Float64Array(valueCount)
  const contestants: ArrayContestant[] = [
    {
      name: `${DATE}.parse`,
      includes: 'strings to doubles',
      run: async () => {
        for (let i = 0; i < texts.length; i++) parsed[i] = Date.parse(texts[i])
      },
      complaint: () => differenceOf(parsed, milliseconds as never),
    },
  ]
  const { chosen, missing } = devicesFor({ ...settings, valueCount }, devices)
  for (const device of chosen) {
    const into = new BigInt64Array(valueCount)
    contestants.push({
      name: `${device.info.name}, into`,
      includes: 'UTF-8 bytes and offsets to a given host array',
      run: () => convertTimestamps(column, { from: 'iso8601', to: 'unix-ms', device, into }),
      complaint: () => differenceOf(into, expected as unknown as BigUint64Array),
    })
  }
  const head = { name: 'ISO 8601 to Unix milliseconds', valueCount, seed }
  const over = [`${DATE}.parse`]
  return holdArrayContest({ ...head, over, missing }, contestants, effortOf(settings), say)
}

async function formatIso(
  settings: ArraySettings,
  devices: OpenDevices,
  say: (line: string) => void,
): Promise<ArrayReport> {
  const { seed } = settings
  const valueCount = textCount(settings)
  // Millions of strings that are kept would slow every collection of garbage of the others.
  const { bytes: expected, milliseconds } = isoBytes(valueCount, seed)
  const values = BigInt64Array.from(milliseconds, (ms) => BigInt(ms))
  let formatted: string[] | undefined
  const contestants: ArrayContestant[] = [
    {
      name: `${DATE}.toISOString`,
      includes: 'doubles to strings',
      run: async () => {
        const made: string[] = new Array(valueCount)
        for (let i = 0; i < valueCount; i++) made[i] = new Date(milliseconds[i]).toISOString()
        formatted ??= made
      },
      complaint: async () => {
        const bytes = textColumn(formatted ?? []).bytes
        formatted = []
        return differenceOf(bytes, expected as never)
      },
    },
  ]
  const { chosen, missing } = devicesFor({ ...settings, valueCount }, devices)
  for (const device of chosen) {
    let bytes: Uint8Array = new Uint8Array()
    contestants.push({
      name: `${device.info.name}, fresh`,
      includes: 'host array to fresh UTF-8 bytes',
      run: async () => {
        const to = { from: 'unix-ms', to: 'iso8601', digits: 3, device } as const
        bytes = (await convertTimestamps(values, to)).bytes
      },
      complaint: () => differenceOf(bytes, expected as never),
    })
  }
  const head = { name: 'Unix milliseconds to ISO 8601', valueCount, seed }
  const over = [`${DATE}.toISOString`]
  return holdArrayContest({ ...head, over, missing }, contestants, effortOf(settings), say)
}

/** Strings take much more memory than numbers. */
function textCount({ valueCount }: ArraySettings): number {
  return Math.min(valueCount, 2 ** 21)
}

/** Instants of 1970 to 2100, as Date writes them. */
function isoTexts(count: number, seed: number): { texts: string[]; milliseconds: Float64Array } {
  const bits = createBits(seed)
  const milliseconds = new Float64Array(count)
  for (let i = 0; i < count; i++) milliseconds[i] = bits() * 955 + (bits() % 955)
  return { texts: Array.from(milliseconds, (ms) => new Date(ms).toISOString()), milliseconds }
}

/** Their text as bytes. */
function isoBytes(count: number, seed: number): { bytes: Uint8Array; milliseconds: Float64Array } {
  const { texts, milliseconds } = isoTexts(count, seed)
  return { bytes: textColumn(texts).bytes, milliseconds }
}

function textColumn(texts: readonly string[]): { bytes: Uint8Array; offsets: Uint32Array } {
  const offsets = new Uint32Array(texts.length + 1)
  for (let i = 0; i < texts.length; i++) offsets[i + 1] = offsets[i] + texts[i].length
  return { bytes: new TextEncoder().encode(texts.join('')), offsets }
}

/** WASM, and a GPU unless it is an emulated one and the values are many. */
function devicesFor(
  { valueCount, softwareGpuCount }: ArraySettings,
  { wasm, webgpu, adapter }: OpenDevices,
): { chosen: Device[]; missing: string[] } {
  if (webgpu === undefined) return { chosen: wasm, missing: [`WebGPU: ${adapter}`] }
  if (webgpu.info.software && valueCount > softwareGpuCount) {
    const missing = [`WebGPU: ${webgpu.info.name} is too slow for so many values`]
    return { chosen: wasm, missing }
  }
  return { chosen: [...wasm, webgpu], missing: [] }
}

function effortOf({ effort, filter }: ArraySettings): ArrayEffort {
  return { ...effort, filter }
}
