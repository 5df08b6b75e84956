/**
 * Files of columns made by hand, byte by byte, for the tests of `sort` and `convert`. Shares no
 * code with the readers.
 */

import { readFileSync } from 'node:fs'

/** A .npy file. The header is padded as NumPy pads it, unless it is given. */
export function npyFile(
  descr: string,
  shape: string,
  data: ArrayBufferView | Uint8Array,
  { version = 1, header }: { version?: number; header?: string } = {},
): Buffer {
  const text = header ?? `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`
  const start = version === 1 ? 10 : 12
  const padded = `${text}${' '.repeat((64 - ((start + text.length + 1) % 64)) % 64)}\n`
  const length = Buffer.alloc(start - 8)
  if (version === 1) length.writeUInt16LE(padded.length)
  else length.writeUInt32LE(padded.length)
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  const magic = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0])
  return Buffer.concat([magic, length, Buffer.from(padded, 'latin1'), bytes])
}

/** dtype and bytes of the values of a .npy file, by a second reader. */
export function readNpy(path: string): { dtype: string; shape: string; data: Buffer } {
  const bytes = readFileSync(path)
  const end = 10 + bytes.readUInt16LE(8)
  const header = bytes.subarray(10, end).toString('latin1')
  const [, dtype, shape] =
    /^\{'descr': '(.*)', 'fortran_order': False, 'shape': (.*), \} *\n$/.exec(header) ?? []
  if (end % 64 !== 0 || dtype === undefined) throw new Error(`odd header: ${header}`)
  return { dtype, shape, data: bytes.subarray(end) }
}

/** Values of a .npy file as an array of 8 bytes each. */
export function npyValues<A extends ArrayBufferView>(
  path: string,
  make: new (buffer: ArrayBuffer) => A,
): A {
  return new make(Uint8Array.from(readNpy(path).data).buffer)
}
