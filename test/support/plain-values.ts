/**
 * Plain data for tests of what copies it: samples of every type, an arbitrary of linked values,
 * and a comparison that sees all that a program can see (-0, holes, key order, identity).
 */

import fc from 'fast-check'

const shared = { name: 'shared' }
const cyclic: Record<string, unknown> = { shared, again: [shared, shared] }
cyclic.self = cyclic
cyclic.map = new Map<unknown, unknown>([[cyclic, new Set([cyclic, shared])]])

/** Each a copy of what structuredClone gives of it. */
export const SAMPLES: Readonly<Record<string, unknown>> = {
  undefined: undefined,
  null: null,
  booleans: [true, false],
  numbers: [0, -0, 127, 128, -32, -33, -32768, 40000, 2 ** 31, -(2 ** 31), 0.1, Number.NaN],
  extremes: [Infinity, -Infinity, 5e-324, -5e-324, Number.MAX_VALUE, 2 ** 53, 1e21],
  bigints: [
    0n,
    -1n,
    2n ** 63n - 1n,
    -(2n ** 63n),
    2n ** 63n,
    2n ** 64n,
    -(10n ** 400n),
    255n ** 9n,
  ],
  texts: [
    '',
    'a',
    'é',
    '漢字',
    '🙂',
    '\ud800',
    'x\udc00y',
    '\0',
    'long '.repeat(30),
    '漢'.repeat(99),
  ],
  'very long text': `${'a'.repeat(9000)}\udfff`,
  dates: [new Date(0), new Date(-1.5e12), new Date(Number.NaN)],
  expressions: [/a(?<name>b)[/]/giu, /(?:)/],
  map: new Map<unknown, unknown>([
    ['a', 1],
    [Number.NaN, new Map()],
    [{}, [undefined]],
  ]),
  set: new Set([3, 'x', -1, null, new Set()]),
  'empty things': [{}, [], new Map(), new Set(), new ArrayBuffer(0), new Uint8Array()],
  object: { b: 1, a: { '': [], ключ: 2 }, 7: 'index first', 'a b': undefined },
  'object without a prototype': Object.assign(Object.create(null), { x: 1 }),
  'object with __proto__': JSON.parse('{"x":{"__proto__":{"y":1}}}'),
  dictionary: Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`key${i}`, { i }])),
  'same keys': Array.from({ length: 20 }, (_, i) => ({ vertex: i, value: i / 4 })),
  // biome-ignore lint/suspicious/noSparseArray: holes are the subject
  holes: [, 1, , [undefined, ,], ,],
  'far element': Object.assign([1], { 70000: 'far' }),
  buffer: Uint8Array.of(1, 2, 3).buffer,
  views: [
    Int8Array.of(-1),
    Uint8Array.of(255),
    Uint8ClampedArray.of(9),
    Int16Array.of(-2, 3),
    Uint16Array.of(65535),
    Int32Array.of(-5),
    Uint32Array.of(4e9),
    Float32Array.of(-0, Number.NaN),
    Float64Array.of(0.1, -0),
    BigInt64Array.of(-7n),
    BigUint64Array.of(2n ** 64n - 1n),
    new DataView(Uint8Array.of(4, 5).buffer),
  ],
  errors: [
    new Error('plain'),
    new RangeError('range', { cause: { why: [1] } }),
    // biome-ignore lint/suspicious/useErrorMessage: none is the subject
    new TypeError(),
    new SyntaxError('syntax'),
    new EvalError('eval'),
    new URIError('uri'),
    new ReferenceError('reference'),
  ],
  cyclic,
}

/** One that isn't an object, or holds nothing of ours. */
function leaf(): fc.Arbitrary<unknown> {
  return fc.oneof(
    fc.integer(),
    fc.integer({ min: -200, max: 200 }),
    fc.double(),
    fc.bigInt(),
    fc.bigInt({ min: -(2n ** 200n), max: 2n ** 200n }),
    fc.string({ unit: 'binary' }),
    fc.string(),
    fc.array(fc.nat(0xffff)).map((units) => String.fromCharCode(...units)),
    fc.constantFrom(undefined, null, true, false, -0, Number.NaN),
    fc.array(fc.oneof(fc.integer(), fc.double())),
    fc.date({ noInvalidDate: false }),
    fc.float64Array(),
    fc.bigUint64Array(),
    fc.uint8Array({ maxLength: 300 }),
  )
}

/** Containers of the values of one case; a number is an index among them, so that they link. */
interface Node {
  kind: (typeof KINDS)[number]
  parts: { key: string; link: number | undefined; leaf: unknown }[]
}

const KINDS = ['object', 'array', 'holes', 'map', 'set', 'error'] as const

/** Any plain data, with shared and cyclic references, in containers of these kinds. */
export function dataValues(kinds: readonly Node['kind'][] = KINDS): fc.Arbitrary<unknown> {
  const key = fc.oneof(
    fc.constantFrom('vertex', 'value', 'id', '__proto__', '0', '17', 'toString', ''),
    fc.string({ unit: 'binary' }),
  )
  const part = fc.record({ key, link: fc.option(fc.nat(), { nil: undefined }), leaf: leaf() })
  const node: fc.Arbitrary<Node> = fc.record({
    kind: fc.constantFrom(...kinds),
    parts: fc.array(part),
  })
  return fc.oneof(leaf(), fc.array(node, { minLength: 1, maxLength: 12 }).map(build))
}

const EMPTY: Readonly<Record<Node['kind'], () => object>> = {
  object: () => ({}),
  array: () => [],
  holes: () => [],
  map: () => new Map(),
  set: () => new Set(),
  error: () => new RangeError('built'),
}

function build(nodes: readonly Node[]): unknown {
  const objects = nodes.map(({ kind }) => EMPTY[kind]())
  for (const [i, { parts }] of nodes.entries()) {
    for (const { key, link, leaf } of parts) {
      add(objects[i], key, link === undefined ? leaf : objects[link % objects.length])
    }
    if (nodes[i].kind === 'holes') (objects[i] as unknown[]).length += parts.length % 3
  }
  return objects[0]

  function add(object: object, key: string, value: unknown): void {
    if (object instanceof Map) object.set(object.size % 2 === 0 ? key : value, value)
    else if (object instanceof Set) object.add(value)
    else if (object instanceof Error) {
      Object.defineProperty(object, 'cause', { value, configurable: true, writable: true })
    } else if (!Array.isArray(object)) {
      const visible = { enumerable: true, configurable: true, writable: true }
      Object.defineProperty(object, key, { value, ...visible })
    } else if (key === '17') object[object.length + 2] = value
    else object.push(value)
  }
}

/** Where two values differ, for people; '' when no program can tell them apart. */
export function firstDifference(a: unknown, b: unknown): string {
  const pairs = new Map<object, object>()
  const taken = new Map<object, object>()

  function compare(x: unknown, y: unknown, path: string): string {
    if (typeof x !== 'object' || x === null || typeof y !== 'object' || y === null) {
      return Object.is(x, y) ? '' : `${path}: ${String(x)} is not ${String(y)}`
    }
    if (pairs.has(x) || taken.has(y)) {
      return pairs.get(x) === y && taken.get(y) === x ? '' : `${path}: identity differs`
    }
    pairs.set(x, y)
    taken.set(y, x)
    if (Object.getPrototypeOf(x) !== Object.getPrototypeOf(y)) return `${path}: kind differs`
    return compareParts(partsOf(x), partsOf(y), path)
  }

  function compareParts(xs: unknown[], ys: unknown[], path: string): string {
    if (xs.length !== ys.length) return `${path}: ${xs.length} parts, not ${ys.length}`
    for (let i = 0; i < xs.length; i++) {
      const difference = compare(xs[i], ys[i], `${path}/${i}`)
      if (difference !== '') return difference
    }
    return ''
  }
  return compare(a, b, 'value')
}

/** All that a program can see of an object, in order. */
function partsOf(object: object): unknown[] {
  if (object instanceof ArrayBuffer) return [...new Uint8Array(object)]
  if (ArrayBuffer.isView(object)) {
    return [...new Uint8Array(object.buffer, object.byteOffset, object.byteLength)]
  }
  const type = Object.prototype.toString.call(object)
  const own = Object.entries(object).flat()
  if (type === '[object Map]') return [...(object as Map<unknown, unknown>)].flat()
  if (type === '[object Set]') return [...(object as Set<unknown>)]
  if (type === '[object Date]') return [(object as Date).getTime()]
  if (type === '[object RegExp]') return [String(object)]
  if (type === '[object Array]') return [(object as unknown[]).length, ...own]
  if (type !== '[object Error]') return own
  const { name, message, stack, cause } = object as Error
  return [name, message, stack, Object.hasOwn(object, 'cause'), cause, ...own]
}
