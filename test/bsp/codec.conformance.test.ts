/** The same bytes on every host; memory of WebAssembly, which the decoders of browsers refuse. */

import { expect, it } from 'vitest'
import { decodeValue, encodeValue, ValueReader, ValueWriter } from '../../dist/bsp/codec.js'
import { MAX_VALUE_DEPTH } from '../../dist/limits.js'
import { firstDifference, SAMPLES } from '../support/plain-values.js'

it('has one form, whatever the host', () => {
  const value = [
    { vertex: 5, value: 0.25 },
    { vertex: -300, value: -0 },
    [1, Number.NaN, 70_000],
    ['aé', 'a'.repeat(33), true, null, undefined, 3n, -(2n ** 64n)],
    new Map([[new Date(1), new Set([Float32Array.of(0.5)])]]),
    // biome-ignore lint/suspicious/noSparseArray: holes are the subject
    [, 1],
  ]
  const hex = [...encodeValue(value)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  const pairs =
    '9306 9002 c6766572746578 c576616c7565 05 86000000000000d03f 9100 84d4fe 860000000000000080'
  const numbers = '9403 01 86000000000000f87f 8570110100'
  const short = `9307 8b026100e900 8a21${'61'.repeat(33)} 83 81 80`
  const scalars = `${short} 870300000000000000 8909010000000000000000`
  const others = '9601 98000000000000f03f 9701 9d07040000003f 9502010101'
  expect(hex).toBe(`${pairs}${numbers}${scalars}${others}`.replaceAll(' ', ''))
})

it('copies every sample, as structuredClone does', () => {
  for (const [name, value] of Object.entries(SAMPLES)) {
    const copy = decodeValue(encodeValue(value))
    expect(`${name} ${firstDifference(copy, structuredClone(value))}`).toBe(`${name} `)
  }
})

it('works in shared memory of WebAssembly that grows', () => {
  const pages = new WebAssembly.Memory({ initial: 1, maximum: 64, shared: true })
  const writer = new ValueWriter((_, __, leastByteLength) => {
    pages.grow(Math.ceil((leastByteLength - pages.buffer.byteLength) / 65_536))
    return new Uint8Array(pages.buffer)
  })
  const start = 65_536 - 100
  writer.reset(new Uint8Array(pages.buffer), start)
  const values = [...Object.values(SAMPLES), 'long ascii '.repeat(10), new Float64Array(20_000)]
  for (const value of values) writer.write(value)
  expect(pages.buffer.byteLength).toBeGreaterThan(65_536)
  expect(writer.memory.buffer).not.toBeInstanceOf(ArrayBuffer)
  const reader = new ValueReader(writer.memory, start, writer.position)
  for (const value of values) {
    expect(firstDifference(reader.read(), structuredClone(value))).toBe('')
  }
  expect(reader.isAtEnd).toBe(true)
})

it('holds as deep values as it promises', () => {
  let value: unknown = 1
  for (let level = 0; level < MAX_VALUE_DEPTH; level++) value = new Map([[1, value]])
  const bytes = encodeValue(value)
  expect(encodeValue(decodeValue(bytes))).toEqual(bytes)
  expect(() => encodeValue([value])).toThrow(RangeError)
})
