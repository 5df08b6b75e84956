/**
 * Columns of text on the caller's side: what is taken as one, room for the texts that come out, and
 * the way between strings and bytes.
 */

import { checkOneOf, show } from '../../check.js'
import { MemoryLimitError } from '../../errors.js'
import { nextTurn } from '../../turn.js'
import { checkColumn, isResident } from '../arrays/index.js'
import type { OutputRequest } from '../arrays/types.js'
import type { Column } from '../columns.js'
import { iso8601Bytes } from './iso8601.js'
import type { FormatTimestampsOptions, TextColumn, TextLayout, TimestampPlan } from './types.js'

const LAYOUTS: readonly TextLayout[] = ['offsets', 'rows', 'strings']

/** Offsets are u32. */
const MOST_BYTES = 2 ** 32 - 1

/** Strings between turns of the event loop: some milliseconds. */
const SLICE_STRINGS = 1 << 15

/** Most bytes of one character in UTF-8. */
const CHARACTER_BYTES = 3

/** Digits of fractions that lose nothing, at most. */
const MOST_DIGITS = 9

/** The texts of a call, ready for the kernel: [bytes], [bytes, offsets]. */
export interface TextSource {
  inputs: Column[]
  valueCount: number
  /** Bytes of a row; 0 with offsets. */
  width: number
}

/** @throws TypeError, RangeError for what is no column of text */
export async function textSource(
  values: unknown,
  signal: AbortSignal | undefined,
): Promise<TextSource> {
  if (Array.isArray(values)) {
    const { bytes, offsets } = await bytesOfStrings(values, signal)
    return { inputs: [bytes, offsets], valueCount: values.length, width: 0 }
  }
  const { bytes, offsets, width } = (values ?? {}) as Record<string, unknown>
  if (bytes === undefined || (offsets === undefined) === (width === undefined)) {
    const expected = '{ bytes, offsets }, { bytes, width } or an array of strings'
    throw new TypeError(`"values" expected ${expected} for 'iso8601', got ${show(values)}`)
  }
  checkColumn('values.bytes', bytes, ['u8'])
  const { length } = bytes as Column
  if (offsets !== undefined) {
    checkColumn('values.offsets', offsets, ['u32'])
    const count = (offsets as Column).length
    if (count < 1) throw new RangeError('"values.offsets" expected n + 1 elements, got none')
    return { inputs: [bytes as Column, offsets as Column], valueCount: count - 1, width: 0 }
  }
  if (typeof width !== 'number' || !Number.isInteger(width) || width < 1) {
    throw new RangeError(`"values.width" expected whole number from 1 on, got ${show(width)}`)
  }
  if (length % width !== 0) {
    throw new RangeError(`"values.bytes" expected rows of ${width} bytes, got ${length} bytes`)
  }
  return { inputs: [bytes as Column], valueCount: length / width, width }
}

/** Where the texts of a call go. */
export interface TextTarget {
  outputs: OutputRequest[]
  layout: TextLayout
}

/** @throws TypeError, RangeError for the options; MemoryLimitError */
export function textTarget(plan: TimestampPlan, options: FormatTimestampsOptions): TextTarget {
  const layout = checkOneOf('layout', options.layout ?? 'offsets', LAYOUTS)
  const { digits } = plan.text
  const { into } = options
  if (digits === undefined && (layout === 'rows' || into !== undefined)) {
    const what = into === undefined ? "layout: 'rows'" : '"into"'
    throw new TypeError(`${what} needs "digits" as a number, so that all texts are of one length`)
  }
  if (into !== undefined && layout === 'strings') {
    throw new TypeError(`"into" can't take strings: leave it out, or layout: 'strings'`)
  }
  const length = plan.valueCount * widthOf(plan)
  if (length > MOST_BYTES) {
    throw new MemoryLimitError(`${plan.valueCount} texts`, {
      neededBytes: length,
      limitBytes: MOST_BYTES,
      alternatives: ['converting the column in parts', 'fewer digits'],
    })
  }
  const bytes: OutputRequest = { type: 'u8', length, into: into?.bytes }
  if (layout === 'rows') return { outputs: [bytes], layout }
  if (into !== undefined && into.offsets === undefined) {
    throw new TypeError(`"into" expected { bytes, offsets } for layout: '${layout}'`)
  }
  const offsets: OutputRequest = {
    type: 'u32',
    length: plan.valueCount + 1,
    into: into?.offsets,
  }
  return { outputs: [bytes, offsets], layout }
}

/** Bytes of a text, or of the longest with digits as they come. */
export function widthOf({ text }: TimestampPlan): number {
  const { digits = MOST_DIGITS, offsetMinutes } = text
  return iso8601Bytes({ digits, offsetMinutes })
}

/** What the caller gets of the outputs. */
export async function textAnswer(
  plan: TimestampPlan,
  layout: TextLayout,
  outputs: readonly Column[],
  signal: AbortSignal | undefined,
): Promise<unknown> {
  const [bytes, offsets] = outputs
  if (layout === 'rows') return { bytes, width: widthOf(plan) }
  if (layout === 'offsets') return { bytes, offsets }
  const [hostBytes, hostOffsets] = await Promise.all([toHost(bytes), toHost(offsets)])
  return stringsOf(hostBytes as Uint8Array, hostOffsets as Uint32Array, signal)
}

/** A Resident that nobody else will see goes once it is read. */
async function toHost(column: Column): Promise<unknown> {
  if (!isResident(column)) return column
  const array = await column.read()
  await column.dispose()
  return array
}

async function bytesOfStrings(
  strings: readonly unknown[],
  signal: AbortSignal | undefined,
): Promise<TextColumn> {
  const encoder = new TextEncoder()
  const offsets = new Uint32Array(strings.length + 1)
  let bytes = new Uint8Array(32 * strings.length)
  let at = 0
  for (const [index, text] of strings.entries()) {
    if (typeof text !== 'string') {
      throw new TypeError(`"values[${index}]" expected string, got ${show(text)}`)
    }
    const needed = at + CHARACTER_BYTES * text.length
    if (needed > bytes.length) {
      const larger = new Uint8Array(Math.max(needed, 2 * bytes.length))
      larger.set(bytes.subarray(0, at))
      bytes = larger
    }
    at += encoder.encodeInto(text, bytes.subarray(at)).written
    offsets[index + 1] = at
    if (index % SLICE_STRINGS === SLICE_STRINGS - 1) await pause(signal)
  }
  return { bytes: bytes.subarray(0, at), offsets }
}

/** Texts are ASCII: positions in bytes are positions in the decoded string. */
async function stringsOf(
  bytes: Uint8Array,
  offsets: Uint32Array,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const decoder = new TextDecoder()
  const count = offsets.length - 1
  const strings: string[] = []
  for (let first = 0; first < count; first += SLICE_STRINGS) {
    const end = Math.min(count, first + SLICE_STRINGS)
    const start = offsets[first]
    // A browser's decoder takes no view of shared memory.
    const text = decoder.decode(bytes.slice(start, offsets[end]))
    for (let index = first; index < end; index++) {
      strings.push(text.slice(offsets[index] - start, offsets[index + 1] - start))
    }
    await pause(signal)
  }
  return strings
}

async function pause(signal: AbortSignal | undefined): Promise<void> {
  await nextTurn()
  signal?.throwIfAborted()
}
