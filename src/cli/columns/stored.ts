/**
 * Columns as Parquet stores them: physical values and the element of the schema that says what they
 * mean. Pure: the Parquet packages are not needed here.
 */

import { elementTypeOf } from '../../devices/device.js'
import type { Numbers } from './npy.js'
import { type Cells, takeNumbers } from './numbers.js'
import type { NewColumn, StampUnit, StoredColumn, StoredElement } from './types.js'

const UNITS = { 'unix-ms': 'MILLIS', 'unix-us': 'MICROS', 'unix-ns': 'NANOS' } as const

/** A new column for Parquet. */
export function storedNew(name: string, column: NewColumn): StoredColumn {
  if (column.kind === 'text') return storedTexts(name, column.cells)
  return storedNumbers(name, column.values, column.unit)
}

/** A column of numbers, none missing. */
export function storedNumbers(name: string, values: Numbers, unit?: StampUnit): StoredColumn {
  const element: StoredElement = { name, repetition_type: 'REQUIRED' }
  if (unit !== undefined && values instanceof BigInt64Array) {
    element.type = 'INT64'
    element.logical_type = { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: UNITS[unit] }
    return { name, element, data: values }
  }
  if (values instanceof Float32Array) element.type = 'FLOAT'
  else if (values instanceof Float64Array) element.type = 'DOUBLE'
  else return storedWhole(element, values)
  return { name, element, data: values }
}

/** Narrow and unsigned integers lie in INT32 or INT64, and an annotation tells what they are. */
function storedWhole(element: StoredElement, values: Numbers): StoredColumn {
  const type = elementTypeOf(values) ?? 'i64'
  const bitWidth = 8 * values.BYTES_PER_ELEMENT
  const isSigned = type.startsWith('i')
  element.type = bitWidth === 64 ? 'INT64' : 'INT32'
  if (!isSigned || bitWidth < 32) {
    element.converted_type = `${isSigned ? '' : 'U'}INT_${bitWidth}`
    element.logical_type = { type: 'INTEGER', bitWidth, isSigned }
  }
  return { name: element.name, element, data: physical(values) }
}

function physical(values: Numbers): Numbers {
  const { buffer, byteOffset, length } = values
  if (values instanceof BigUint64Array) {
    return new BigInt64Array(buffer as ArrayBuffer, byteOffset, length)
  }
  if (values instanceof Uint32Array) {
    return new Int32Array(buffer as ArrayBuffer, byteOffset, length)
  }
  return values.BYTES_PER_ELEMENT < 4 ? Int32Array.from(values as Uint8Array) : values
}

/** A column of text. */
export function storedTexts(name: string, { bytes, starts, ends }: Cells): StoredColumn {
  const data: Uint8Array[] = []
  for (let row = 0; row < starts.length; row++) {
    data.push(unquoted(bytes.subarray(starts[row], ends[row])))
  }
  const element: StoredElement = {
    name,
    type: 'BYTE_ARRAY',
    repetition_type: 'REQUIRED',
    converted_type: 'UTF8',
    logical_type: { type: 'STRING' },
  }
  return { name, element, data }
}

function unquoted(cell: Uint8Array): Uint8Array {
  if (cell[0] !== 0x22) return cell
  const text = Buffer.from(cell.subarray(1, -1)).toString('latin1')
  return Buffer.from(text.replaceAll('""', '"'), 'latin1')
}

/** The column in another order of rows. */
export function takeStored(column: StoredColumn, order: Uint32Array | undefined): StoredColumn {
  if (order === undefined) return column
  const { data } = column
  if (ArrayBuffer.isView(data)) return { ...column, data: takeNumbers(data, order) }
  return { ...column, data: Array.from(order, (row) => data[row]) }
}
