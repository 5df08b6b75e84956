/** Plain values as bytes: against structuredClone, over every type, and against damaged bytes. */

import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeValue, encodeValue, ValueReader, ValueWriter } from '../../dist/bsp/codec.js'
import { BlockFormatError } from '../../dist/errors.js'
import { MAX_VALUE_DEPTH } from '../../dist/limits.js'
import { dataValues, firstDifference, SAMPLES } from '../support/plain-values.js'
import { count, testSeed } from '../support/seed.js'

const copy = (value: unknown): unknown => decodeValue(encodeValue(value))

/** Fails with the place of the difference. */
function expectSame(actual: unknown, expected: unknown): void {
  expect(firstDifference(actual, expected)).toBe('')
}

describe('the oracle of these tests', () => {
  it.each([
    [0, -0],
    [1, 1n],
    [undefined, null],
    [[1, undefined], new Array(2).fill(1, 0, 1)],
    [
      { a: 1, b: 2 },
      { b: 2, a: 1 },
    ],
    [new Map([[1, { a: 0 }]]), new Map([[1, { a: -0 }]])],
    [new Float32Array([0]), new Float32Array([-0])],
    [new Uint8Array(2), new Uint16Array(1)],
    [new Date(0), new Date(Number.NaN)],
    [/a/g, /a/],
    [new Error('a'), new TypeError('a')],
    [Object.create(null), Object.create({})],
  ])('tells %o from %o', (a, b) => {
    expect(firstDifference(a, b)).not.toBe('')
    expect(firstDifference(a, a)).toBe('')
  })

  it('tells a shared object from two equal ones', () => {
    const one = {}
    expect(firstDifference([one, one], [{}, {}])).not.toBe('')
    expect(firstDifference([{}, {}], [one, one])).not.toBe('')
  })
})

describe('encodeValue and decodeValue', () => {
  it.each(Object.entries(SAMPLES))('copy %s as structuredClone does', (_, value) => {
    expectSame(copy(value), structuredClone(value))
  })

  it('copy any plain data, so that nobody can tell', () => {
    const property = fc.property(dataValues(), (value) => expectSame(copy(value), value))
    fc.assert(property, { seed: testSeed(), numRuns: count(20_000) })
  })

  it('copy any plain data as structuredClone does', () => {
    // Without errors: V8's structuredClone fails for an error that is among its own causes.
    const property = fc.property(dataValues(['object', 'array', 'holes', 'map', 'set']), (value) =>
      expectSame(copy(value), structuredClone(value)),
    )
    fc.assert(property, { seed: testSeed(), numRuns: count(20_000) })
  })

  it('copy every number with all its bits', () => {
    const float = new Float64Array(1)
    const words = new Uint32Array(float.buffer)
    fc.assert(
      fc.property(fc.nat(0xffff_ffff), fc.nat(0xffff_ffff), (low, high) => {
        words.set([low, high])
        expect(copy(float[0])).toBe(float[0])
      }),
      { seed: testSeed(), numRuns: count(20_000) },
    )
    for (const edge of [0, 31, 32, 127, 128, 0x7fff, 0x8000, 2 ** 31, 2 ** 32, 2 ** 53]) {
      for (const value of [edge, edge - 1, edge + 1]) {
        for (const signed of [value, -value]) expect(copy(signed)).toBe(signed)
      }
    }
  })

  it('copy text of every length around the changes of form', () => {
    for (let length = 0; length < 70; length++) {
      for (const unit of ['a', 'é', '漢', '\ud800', '\0']) {
        for (const text of [unit.repeat(length), `${'a'.repeat(length)}${unit}`]) {
          expect(copy(text)).toBe(text)
          expect(copy({ [text]: text })).toEqual({ [text]: text })
        }
      }
    }
    const long = Array.from({ length: 10_000 }, (_, i) => String.fromCharCode(i * 7)).join('')
    expect(copy(long)).toBe(long)
  })

  it('write short what is short', () => {
    expect(encodeValue(5).length).toBe(1)
    expect(encodeValue(-32).length).toBe(1)
    expect(encodeValue('abc').length).toBe(4)
    expect(encodeValue([3, 0.5]).length).toBe(12)
  })

  it('keep the name of an error that is no standard one, and leave its other properties', () => {
    class LostError extends RangeError {
      override name = 'LostError'
      code = 7
    }
    const error = new LostError('gone', { cause: new TypeError('why') })
    const back = copy(error) as LostError
    expect(Object.getPrototypeOf(back)).toBe(Error.prototype)
    const { name, message, stack } = error
    expect(back).toMatchObject({ name, message, stack })
    expect(Object.keys(back)).toEqual([])
    expect(back.cause).toBeInstanceOf(TypeError)
    const aborted = copy(new DOMException('stop', 'AbortError')) as Error
    expect(aborted).toMatchObject({ name: 'AbortError', message: 'stop' })
    expect(aborted).toBeInstanceOf(Error)
  })

  it('copy a view as its own bytes, each on a buffer of its own', () => {
    const buffer = new ArrayBuffer(1 << 20)
    const [a, b] = copy([
      new Uint8Array(buffer, 3, 5),
      new Uint8Array(buffer, 3, 5),
    ]) as Uint8Array[]
    expect(a.buffer.byteLength).toBe(5)
    expect(a.buffer).not.toBe(b.buffer)
    const shared = new Float32Array(new SharedArrayBuffer(8)).fill(0.5)
    const back = copy(shared) as Float32Array
    expect(back).toEqual(new Float32Array([0.5, 0.5]))
    expect(back.buffer).toBeInstanceOf(ArrayBuffer)
    shared[0] = 9
    expect(back[0]).toBe(0.5)
  })

  it('take objects of another realm for what they are', () => {
    const foreign = runInNewContext(
      '({ a: [1, , 2], m: new Map([[1, new Set([2])]]), d: new Date(5), r: /x/g,' +
        ' v: new Float64Array(2), e: new RangeError("far"), b: new ArrayBuffer(3) })',
    )
    expectSame(copy(foreign), structuredClone(foreign))
  })

  it('take a getter for its value, also one that encodes', () => {
    const value = {
      before: 1,
      get inner() {
        return encodeValue({ x: 'y' }).length
      },
      after: 2,
    }
    expectSame(copy(value), { before: 1, inner: encodeValue({ x: 'y' }).length, after: 2 })
  })

  it('set no prototype through a key', () => {
    const back = copy(JSON.parse('{"__proto__":{"polluted":1},"a":2}')) as object
    expect(Object.getPrototypeOf(back)).toBe(Object.prototype)
    expect(Object.keys(back)).toEqual(['__proto__', 'a'])
    expect('polluted' in back).toBe(false)
  })

  it('copy an array of four billion holes at once', () => {
    const holes: unknown[] = new Array(2 ** 32 - 1)
    holes[4e9] = 'far'
    const back = copy(holes) as unknown[]
    expect(back.length).toBe(2 ** 32 - 1)
    expect(Object.keys(back)).toEqual(['4000000000'])
  })
})

class Device {}
class WasmDevice extends Device {}
class MyMap extends Map {}

describe('refusals', () => {
  const only =
    ' (only plain data can be sent: objects, arrays, typed arrays, Map, Set, Date, Error)'
  it.each<[unknown, string]>([
    [() => 1, ': a function'],
    [Symbol('s'), ': a symbol'],
    [{ device: new WasmDevice() }, '.device: a WasmDevice'],
    [{ a: [0, { 'b c': new AbortController() }] }, '.a[1]["b c"]: an AbortController'],
    [new Map([['k', new WeakMap()]]), '.get("k"): a WeakMap'],
    [new Map([[Promise.resolve(), 1]]), ' key 0: a Promise'],
    [new Set([1, Symbol.iterator]), ' element 1: a symbol'],
    [new Error('x', { cause: { f() {} } }), '.cause.f: a function'],
    [[new MyMap()], '[0]: a MyMap'],
    [[Buffer.from('x')], '[0]: a Buffer'],
    [[new SharedArrayBuffer(8)], '[0]: a SharedArrayBuffer'],
    [[Object(1)], '[0]: a Number'],
    [[Object.create({ inherited: 1 })], '[0]: an object with its own prototype'],
    [[Object.create(Object.create(null))], '[0]: an object with its own prototype'],
    [[new (class {})()], '[0]: an instance of a class without a name'],
    [{ first: { x: 1 }, [Symbol('ignored')]: Symbol('x'), run: Number }, '.run: a function'],
  ])('of %o say where and what', (value, ending) => {
    const message = `can't send state${ending}${only}`
    expect(() => encodeValue(value, 'state')).toThrow(new TypeError(message))
    expect(() => encodeValue(value)).toThrow(TypeError)
    expect(() => encodeValue(value)).toThrow("can't send the value")
  })

  it('of memory that was transferred away say so', () => {
    const view = new Float64Array(4)
    structuredClone(view.buffer, { transfer: [view.buffer] })
    expect(() => encodeValue({ view }, 'm')).toThrow("can't send m.view: its memory was transfer")
    expect(() => encodeValue({ b: view.buffer }, 'm')).toThrow("can't send m.b: its memory was")
  })

  it('of deep nesting say the limit, which works itself', () => {
    const nest = (levels: number, around: (inner: unknown) => unknown) => {
      let value: unknown = 'x'
      for (let i = 0; i < levels; i++) value = around(value)
      return value
    }
    const kinds: ((inner: unknown) => unknown)[] = [
      (inner) => ({ inner }),
      (inner) => [inner],
      (inner) => new Map([[inner, 1]]),
      (inner) => new Set([inner]),
      (cause) => new Error('x', { cause }),
    ]
    for (const around of kinds) {
      const deepest = nest(MAX_VALUE_DEPTH, around)
      const bytes = encodeValue(deepest)
      expect(Buffer.compare(encodeValue(decodeValue(bytes)), bytes)).toBe(0)
      const deeper = () => encodeValue(nest(MAX_VALUE_DEPTH + 1, around), 'list')
      expect(deeper).toThrow(RangeError)
      expect(deeper).toThrow(`can't send list: it is nested deeper than ${MAX_VALUE_DEPTH} levels`)
    }
    // One byte says "an array of one": far more levels than the stack holds.
    const bytes = new Uint8Array(200_000)
    for (let i = 0; i < bytes.length; i += 2) bytes.set([0x93, 1], i)
    expect(() => decodeValue(bytes)).toThrow(BlockFormatError)
  })

  it('leave the writer as it was', () => {
    const writer = new ValueWriter(twoBytesMore)
    writer.reset(new Uint8Array(0))
    writer.write({ a: 1 })
    const { position } = writer
    const shared = { b: 1 }
    expect(() => writer.write([shared, shared, { c: 1 }, Number])).toThrow(TypeError)
    expect(writer.position).toBe(position)
    const values = [{ c: 1 }, { b: [{ a: 2 }] }, [shared, shared]]
    for (const value of values) writer.write(value)
    const reader = new ValueReader(writer.memory, 0, writer.position)
    for (const value of [{ a: 1 }, ...values]) expectSame(reader.read(), value)
    expect(reader.isAtEnd).toBe(true)
  })
})

function twoBytesMore(memory: Uint8Array, used: number, leastByteLength: number): Uint8Array {
  const grown = new Uint8Array(leastByteLength + 2)
  grown.set(memory.subarray(0, used))
  return grown
}

describe('ValueWriter and ValueReader', () => {
  const all = Object.values(SAMPLES)

  it('carry many values and frames in one memory', () => {
    const writer = new ValueWriter(twoBytesMore)
    for (const start of [0, 1, 7]) {
      writer.reset(new Uint8Array(start), start)
      writer.writeUint32(0xfedc_ba98)
      for (const value of all) writer.write(value)
      writer.writeUint32(7)
      const reader = new ValueReader(writer.memory, start, writer.position)
      expect(reader.readUint32()).toBe(0xfedc_ba98)
      for (const value of all) expectSame(reader.read(), structuredClone(value))
      expect(reader.isAtEnd).toBe(false)
      expect(reader.readUint32()).toBe(7)
      expect(reader.isAtEnd).toBe(true)
      expect(reader.position).toBe(writer.position)
    }
  })

  it('grow at every position, with the same bytes', () => {
    for (const value of all) {
      const bytes = encodeValue(value)
      const steps = bytes.length > 2000 ? [0, 1, 1000] : bytes.keys()
      for (const room of steps) {
        const writer = new ValueWriter((memory, used, least) => {
          const grown = new Uint8Array(least)
          grown.set(memory.subarray(0, used))
          memory.fill(0xee)
          return grown
        })
        writer.reset(new Uint8Array(room))
        writer.write(value)
        expect(writer.memory.slice(0, writer.position)).toEqual(bytes)
      }
    }
  })

  it('refuse a grow() that gives too little, and pass on what it throws', () => {
    const small = new ValueWriter((memory) => memory)
    small.reset(new Uint8Array(4))
    expect(() => small.write(0.5)).toThrow('grow() gave 4 bytes')
    const full = new ValueWriter(() => {
      throw new EvalError('full')
    })
    full.reset(new Uint8Array(12))
    full.write(1)
    expect(() => full.write([1, 'a long text'])).toThrow(EvalError)
    expect(full.position).toBe(1)
  })

  it('number the keys of objects within a batch, and anew after a reset', () => {
    const writer = new ValueWriter(twoBytesMore)
    const batch = () => {
      writer.reset(new Uint8Array(100))
      const lengths = [
        { vertex: 1, value: 2 },
        { value: 3, vertex: 4 },
        { vertex: 5, value: 6 },
      ]
      return lengths.map((value) => {
        const start = writer.position
        writer.write(value)
        return writer.position - start
      })
    }
    expect(batch()).toEqual([17, 17, 4])
    expect(batch()).toEqual([17, 17, 4])
    const many = Array.from({ length: 200 }, (_, i) => ({ [`k${i % 100}`]: i }))
    expectSame(copy(many), many)
  })

  it('read memory that begins elsewhere, and Buffers', () => {
    for (const value of all) {
      const bytes = encodeValue(value)
      const padded = Buffer.concat([Buffer.alloc(5, 0xff), bytes, Buffer.alloc(3, 0xff)])
      expectSame(decodeValue(padded.subarray(5, 5 + bytes.length)), structuredClone(value))
    }
    const back = decodeValue(Buffer.from(encodeValue(new Uint8Array([1, 2])))) as Uint8Array
    expect(Object.getPrototypeOf(back)).toBe(Uint8Array.prototype)
    expect(back.buffer.byteLength).toBe(2)
  })

  it('refuse bounds outside the memory', () => {
    for (const [position, end] of [
      [-1, 2],
      [3, 2],
      [0, 5],
      [Number.NaN, 2],
    ]) {
      expect(() => new ValueReader(new Uint8Array(4), position, end)).toThrow(BlockFormatError)
    }
    expect(() => new ValueReader(new Uint8Array(3)).readUint32()).toThrow(BlockFormatError)
  })
})

describe('damaged bytes', () => {
  /** Reads, or refuses with the one error; anything else fails the test. */
  function attempt(bytes: Uint8Array): void {
    try {
      decodeValue(bytes)
    } catch (error) {
      if (!(error instanceof BlockFormatError)) throw error
    }
  }

  it('that are cut off anywhere are refused', () => {
    for (const value of Object.values(SAMPLES)) {
      const bytes = encodeValue(value)
      const step = bytes.length > 2000 ? 101 : 1
      for (let end = 0; end < bytes.length; end += step) {
        expect(() => decodeValue(bytes.subarray(0, end))).toThrow(BlockFormatError)
      }
      expect(() => decodeValue(Uint8Array.of(...bytes.subarray(0, 3000), 0))).toThrow(
        BlockFormatError,
      )
    }
  })

  it('are never taken for endless or huge things', () => {
    const full = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f]
    const begins = [0x88, 0x89, 0x8a, 0x8b, 0x8c, 0x90, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x9c]
    for (const tag of begins) {
      for (const length of [full, full.slice(2), [...full, ...full], [0xff, 0xff, 0x7f]]) {
        const bytes = new Uint8Array(1000)
        bytes.set([tag, ...length])
        expect(() => decodeValue(bytes)).toThrow(BlockFormatError)
      }
    }
    // Thirty thousand arrays that claim three million elements each.
    const claims = new Uint8Array(4 + 6 * 30_000)
    claims.set([0x93, 0xb0, 0xea, 0x01])
    for (let at = 4; at < claims.length; at += 6) {
      claims.set([0x95, 0xff, 0xff, 0xff, 0x01, 0], at)
    }
    const before = process.memoryUsage().rss
    const arrays = decodeValue(claims) as unknown[]
    expect(arrays.length).toBe(30_000)
    expect(process.memoryUsage().rss - before).toBeLessThan(500e6)
  })

  it('with one or two bytes changed are read, or refused', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.constantFrom(...Object.values(SAMPLES)), dataValues()),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 2 }),
        (value, changes) => {
          const bytes = encodeValue(value)
          for (const [at, byte] of changes) bytes[at % bytes.length] = byte
          attempt(bytes)
        },
      ),
      { seed: testSeed(), numRuns: count(50_000) },
    )
  })

  it('of pure chance are read, or refused', () => {
    const chance = fc.uint8Array({ maxLength: 200 })
    // Tags more often than chance has them.
    const tags = fc.array(fc.oneof(fc.integer({ min: 0x80, max: 0x9e }), fc.nat(3), fc.nat(255)))
    fc.assert(fc.property(fc.oneof(chance, tags.map(Uint8Array.from.bind(Uint8Array))), attempt), {
      seed: testSeed(),
      numRuns: count(100_000),
    })
  })
})
