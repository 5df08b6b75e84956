/**
 * What the physical values of a Parquet column mean: as numbers to compute with, and as text for
 * CSV. Source: the format's LogicalTypes.md. Called by parquet-table.ts.
 */

import type { ElementType } from '../../devices/device.js'
import { doubleText, singleText } from './numbers.js'
import type { StampUnit, StoredElement } from './types.js'

/** An annotation, the newer kind. */
interface Meaning {
  type: string
  unit?: 'MILLIS' | 'MICROS' | 'NANOS'
  isAdjustedToUTC?: boolean
  bitWidth?: number
  isSigned?: boolean
  scale?: number
}

const UNITS = { MILLIS: 'unix-ms', MICROS: 'unix-us', NANOS: 'unix-ns' } as const
const OLD_STAMPS: Readonly<Record<string, keyof typeof UNITS>> = {
  TIMESTAMP_MILLIS: 'MILLIS',
  TIMESTAMP_MICROS: 'MICROS',
}
const DAY_MS = 86_400_000

function meaningOf(element: StoredElement): Meaning | undefined {
  const logical = element.logical_type as Meaning | undefined
  if (logical !== undefined) return logical
  const converted = element.converted_type as string | undefined
  if (converted === undefined) return
  const unit = OLD_STAMPS[converted]
  if (unit !== undefined) return { type: 'TIMESTAMP', unit, isAdjustedToUTC: true }
  const [, unsigned, width] = /^(U?)INT_(\d+)$/.exec(converted) ?? []
  if (width !== undefined) {
    return { type: 'INTEGER', bitWidth: Number(width), isSigned: unsigned === '' }
  }
  if (converted === 'UTF8') return { type: 'STRING' }
  if (converted === 'DECIMAL') return { type: 'DECIMAL', scale: element.scale as number }
  return { type: converted }
}

/** `INT64`, or `DECIMAL` where an annotation says more. */
export function typeName(element: StoredElement): string {
  return meaningOf(element)?.type ?? String(element.type)
}

/** The unit of a column of time stamps. */
export function unitOf(element: StoredElement): StampUnit | undefined {
  const meaning = meaningOf(element)
  return meaning?.type === 'TIMESTAMP' ? UNITS[meaning.unit ?? 'MILLIS'] : undefined
}

/** The element type of a column that can be sorted or converted; undefined for others. */
export function elementTypeFor(element: StoredElement): ElementType | undefined {
  const meaning = meaningOf(element)
  const physical = { INT32: 'i32', INT64: 'i64', FLOAT: 'f32', DOUBLE: 'f64' } as const
  const plain = physical[element.type as keyof typeof physical]
  if (meaning === undefined || plain === undefined) return plain
  const { type, bitWidth, isSigned } = meaning
  if (type === 'INTEGER' && bitWidth !== undefined) {
    return `${isSigned ? 'i' : 'u'}${bitWidth}` as ElementType
  }
  return ['TIMESTAMP', 'DATE', 'TIME'].includes(type) ? plain : undefined
}

/** The text of a value, as it stands in a cell of CSV; undefined for types that have none. */
export function columnText(element: StoredElement): ((value: unknown) => string) | undefined {
  const meaning = meaningOf(element)
  const { type } = element
  if (meaning === undefined) {
    if (type === 'BYTE_ARRAY') return (value) => utf8(value as Uint8Array)
    if (type === 'INT96' || type === 'FIXED_LEN_BYTE_ARRAY') return
    if (type === 'FLOAT') return (value) => singleText(value as number)
    return type === 'DOUBLE' ? (value) => doubleText(value as number) : String
  }
  if (meaning.type === 'STRING' || meaning.type === 'ENUM' || meaning.type === 'JSON') {
    return (value) => utf8(value as Uint8Array)
  }
  if (meaning.type === 'INTEGER') return (value) => String(wholeNumberOf(value, meaning))
  if (meaning.type === 'DATE') return (value) => dateText((value as number) * DAY_MS, 10)
  if (meaning.type === 'TIMESTAMP') return (value) => stampText(value as bigint, meaning)
  if (meaning.type === 'DECIMAL') return (value) => decimalText(value, meaning.scale ?? 0)
  return
}

/** Unsigned integers lie in signed ones. */
function wholeNumberOf(value: unknown, { bitWidth, isSigned }: Meaning): unknown {
  if (isSigned) return value
  if (typeof value === 'bigint') return BigInt.asUintN(64, value)
  return bitWidth === 32 ? (value as number) >>> 0 : value
}

function utf8(value: Uint8Array): string {
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('utf8')
}

/** ISO 8601, with as many digits as the unit has; `Z` where the column says that it is UTC. */
function stampText(value: bigint, { unit = 'MILLIS', isAdjustedToUTC }: Meaning): string {
  const digits = { MILLIS: 3, MICROS: 6, NANOS: 9 }[unit]
  const perSecond = 10n ** BigInt(digits)
  const fraction = ((value % perSecond) + perSecond) % perSecond
  const seconds = (value - fraction) / perSecond
  const text = dateText(Number(seconds) * 1000, 19)
  const end = isAdjustedToUTC ? 'Z' : ''
  return `${text}.${String(fraction).padStart(digits, '0')}${end}`
}

/** Date, or date and time, of which a JavaScript Date spells years of any length. */
function dateText(ms: number, length: number): string {
  const text = new Date(ms).toISOString()
  return text.slice(0, text.length - 24 + length)
}

function decimalText(value: unknown, scale: number): string {
  const unscaled = value instanceof Uint8Array ? bigEndian(value) : BigInt(value as number)
  if (scale === 0) return String(unscaled)
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0')
  const sign = unscaled < 0n ? '-' : ''
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

/** A two's complement number. */
function bigEndian(bytes: Uint8Array): bigint {
  const hex = Buffer.from(bytes).toString('hex')
  return hex === '' ? 0n : BigInt.asIntN(8 * bytes.length, BigInt(`0x${hex}`))
}
