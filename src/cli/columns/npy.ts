/**
 * NumPy's .npy files: one array with a header in front. Reads versions 1.0, 2.0 and 3.0, arrays of
 * one dimension, integers and floats in either byte order; writes version 1.0, little-endian.
 *
 * Source: NumPy Enhancement Proposal 1, and `numpy.lib.format` for version 3.0.
 */

import { ELEMENT_ARRAYS, type ElementArrays, type ElementType } from '../../devices/device.js'
import { problemIn } from './problem.js'

/** Values of a column. */
export type Numbers = ElementArrays[ElementType]

/** `\x93NUMPY`, which every file begins with. */
export const NPY_MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]

/** Element types by NumPy's letter and width in bytes. */
const TYPES: Readonly<Record<string, ElementType>> = {
  ...{ u1: 'u8', u2: 'u16', u4: 'u32', u8: 'u64' },
  ...{ i1: 'i8', i2: 'i16', i4: 'i32', i8: 'i64' },
  ...{ f4: 'f32', f8: 'f64' },
}

/** What a header says. */
interface Header {
  /** `<f8` */
  dtype: string
  shape: number[]
  /** Where the values begin. */
  offset: number
}

/**
 * The values of a file.
 *
 * @param bytes the whole file; small-endian values may stay a view of it
 * @throws ColumnFileError
 */
export function parseNpy(bytes: Uint8Array, file: string): Numbers {
  const { dtype, shape, offset } = parseHeader(bytes, file)
  const [, order, kind] = /^([<>|=])([a-zA-Z]\d+)$/.exec(dtype) ?? []
  const type = TYPES[kind]
  if (type === undefined) {
    const known = Object.keys(TYPES).join(', ')
    throw problemIn({ file }, `dtype is not one of ${known}: convert it in NumPy`, dtype)
  }
  if (shape.length !== 1) {
    const dimensions = shape.length === 0 ? 'is a single value' : `has ${shape.length} dimensions`
    throw problemIn({ file }, `the array ${dimensions}, one is needed: reshape it in NumPy`)
  }
  const [length] = shape
  const width = ELEMENT_ARRAYS[type].BYTES_PER_ELEMENT
  const missing = length * width - (bytes.length - offset)
  if (missing !== 0) {
    const found = missing > 0 ? `${missing} bytes are missing` : `${-missing} bytes too many follow`
    throw problemIn({ file }, `the header says ${length} values of ${width} bytes, but ${found}`)
  }
  if (length === 0) throw problemIn({ file }, 'no rows: the array is empty')
  const data = aligned(bytes, offset, width)
  if (order === '>' && width > 1) swap(data, width)
  return new ELEMENT_ARRAYS[type](data.buffer as ArrayBuffer, data.byteOffset, length)
}

function parseHeader(bytes: Uint8Array, file: string): Header {
  if (NPY_MAGIC.some((byte, index) => bytes[index] !== byte)) {
    throw problemIn({ file }, 'is no .npy file: it does not begin with \\x93NUMPY')
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const [major, minor] = [bytes[6], bytes[7]]
  const start = major === 1 ? 10 : 12
  if (bytes.length < start) throw problemIn({ file }, 'ends within its header')
  if (major < 1 || major > 3 || minor !== 0) {
    throw problemIn({ file }, `.npy version ${major}.${minor}: only 1.0, 2.0 and 3.0 are known`)
  }
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true)
  const offset = start + length
  if (offset > bytes.length) {
    throw problemIn({ file }, `ends within its header, which should be ${length} bytes long`)
  }
  const encoding = major === 3 ? 'utf8' : 'latin1'
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, length).toString(encoding)
  return { ...parseDictionary(text, file), offset }
}

/** The three entries of a Python dictionary, in any order. */
function parseDictionary(text: string, file: string): Pick<Header, 'dtype' | 'shape'> {
  const entry = (key: string, value: string) =>
    new RegExp(`[{,]\\s*(['"])${key}\\1\\s*:\\s*${value}\\s*[,}]`).exec(text)
  const dtype = entry('descr', `(['"])([^'"]*)\\2`)?.[3]
  if (dtype === undefined) {
    const isRecord = entry('descr', '(\\[.*\\])') !== null
    const problem = isRecord ? 'has records of several fields' : 'has a header without a dtype'
    throw problemIn({ file }, `${problem}: save one array of numbers`, text)
  }
  if (entry('fortran_order', '(True|False)') === null) {
    throw problemIn({ file }, 'has a header without fortran_order', text)
  }
  const shape = entry('shape', '\\(([\\d\\s,L]*)\\)')?.[2]
  const lengths = shape?.split(',').map((length) => length.trim().replace(/L$/, ''))
  const isValid = lengths?.every((length, i) => /^\d{1,15}$/.test(length) || isLast(lengths, i))
  if (lengths === undefined || !isValid) {
    throw problemIn({ file }, 'has a header without a proper shape', text)
  }
  return { dtype, shape: lengths.filter((length) => length !== '').map(Number) }
}

/** `(5,)` and `()` end in an empty entry. */
function isLast(lengths: readonly string[], index: number): boolean {
  return lengths[index] === '' && index === lengths.length - 1
}

/** The bytes from `offset` on, where a typed array of that width may begin. */
function aligned(bytes: Uint8Array, offset: number, width: number): Uint8Array {
  const data = bytes.subarray(offset)
  return data.byteOffset % width === 0 ? data : Uint8Array.from(data)
}

function swap(data: Uint8Array, width: number): void {
  const buffer = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
  if (width === 2) buffer.swap16()
  else if (width === 4) buffer.swap32()
  else buffer.swap64()
}

/** What stands in front of the values in a file: version 1.0, a multiple of 64 bytes. */
export function npyHeader(type: ElementType, length: number): Uint8Array {
  const kind = Object.keys(TYPES).find((key) => TYPES[key] === type) ?? ''
  const order = kind.endsWith('1') ? '|' : '<'
  const text = `{'descr': '${order}${kind}', 'fortran_order': False, 'shape': (${length},), }`
  const total = Math.ceil((10 + text.length + 1) / 64) * 64
  const header = Buffer.alloc(total, ' ')
  header.set(NPY_MAGIC)
  header.set([1, 0], 6)
  header.writeUInt16LE(total - 10, 8)
  header.write(`${text.padEnd(total - 11)}\n`, 10, 'latin1')
  return header
}
