/**
 * Numbers ids by first appearance in plain JavaScript, for `graphFromEdges`. Integer keys are
 * numbers where they are safe and bigints above, so that equal ids are equal keys.
 * The readers use the WASM table of id-table.ts instead.
 */

import { show } from '../check.js'
import { compareBytes, type VertexId } from './csr.js'
import type { EdgeChunks } from './edge-chunks.js'
import { applyOrder, integerNames, type Names, sortKeys, stringNames } from './names.js'
import { SLICE_ITEMS, type Steps } from './slices.js'

export type KeyKind = 'integer' | 'string'
type Key = number | bigint | string

/** V8 ends a Map at 2^24 entries, so ids go to as many maps as they need. */
const MAP_ENTRIES = 1 << 24

const MAX_ID = (1n << 64n) - 1n

/** Checks an id and gives its key. `where` names it in errors. */
export function keyOf(id: VertexId, where: () => string): Key {
  if (typeof id === 'number') {
    if (Number.isSafeInteger(id) && id >= 0) return id
    const remedy = id > Number.MAX_SAFE_INTEGER ? '; pass integers above 2^53 - 1 as bigint' : ''
    throw new RangeError(`${where()} expected integer in [0, 2^64), got ${show(id)}${remedy}`)
  }
  if (typeof id === 'bigint') {
    if (id >= 0n && id <= MAX_ID) return id <= Number.MAX_SAFE_INTEGER ? Number(id) : id
    throw new RangeError(`${where()} expected integer in [0, 2^64), got ${show(id)}`)
  }
  if (typeof id !== 'string') {
    throw new TypeError(`${where()} expected integer or string, got ${show(id)}`)
  }
  if (id === '') throw new RangeError(`${where()} is an empty string`)
  // A lone surrogate has no UTF-8 form: two ids could become one.
  if (/[\ud800-\udfff]/.test(id) && /\p{Surrogate}/u.test(id)) {
    throw new RangeError(`${where()} is not well-formed Unicode: ${show(id)}`)
  }
  return id
}

/** Whether a text is an id as decimal digits, spelt in the one way that gives it back. */
export function isCanonicalInteger(text: string): boolean {
  return /^(0|[1-9]\d{0,19})$/.test(text) && (text.length < 20 || BigInt(text) <= MAX_ID)
}

export class IdMap {
  readonly #kind: KeyKind
  readonly #maps: Map<Key, number>[] = [new Map()]
  #count = 0

  constructor(kind: KeyKind) {
    this.#kind = kind
  }

  intern(key: Key): number {
    for (const map of this.#maps) {
      const known = map.get(key)
      if (known !== undefined) return known
    }
    if (this.#count === MAP_ENTRIES * this.#maps.length) this.#maps.push(new Map())
    this.#maps[this.#maps.length - 1].set(key, this.#count)
    return this.#count++
  }

  /** Replaces the ids in the edges by their numbers here. */
  adopt(edges: EdgeChunks): void {
    for (const { pairs, count } of edges.chunks) {
      for (let i = 0; i < 2 * count; i++) pairs[i] = this.intern(pairs[i])
    }
  }

  /** All keys by their numbers. */
  *keys(): Generator<Key> {
    for (const map of this.#maps) yield* map.keys()
  }

  /**
   * Sorts the ids, renumbers the edges by it, and names the vertices.
   *
   * @param kind `integer` also for strings that are all canonical integers
   */
  *finish(edges: EdgeChunks, kind: KeyKind = this.#kind): Steps<Names> {
    return kind === 'string' ? yield* this.#strings(edges) : yield* this.#integers(edges)
  }

  *#integers(edges: EdgeChunks): Steps<Names> {
    const keys = new BigUint64Array(this.#count)
    let at = 0
    for (const map of this.#maps) for (const key of map.keys()) keys[at++] = BigInt(key)
    const order = yield* sortKeys(keys)
    yield* applyOrder(edges, order)
    return integerNames(keys, order)
  }

  *#strings(edges: EdgeChunks): Steps<Names> {
    const encoder = new TextEncoder()
    const parts: Uint8Array[] = []
    for (const map of this.#maps) {
      for (const key of map.keys()) {
        parts.push(encoder.encode(String(key)))
        if (parts.length % SLICE_ITEMS === 0) yield
      }
    }
    const order = new Uint32Array(parts.length).map((_, i) => i)
    order.sort((a, b) => compareBytes(parts[a], parts[b]))
    const starts = new Float64Array(parts.length + 1)
    for (let i = 0; i < parts.length; i++) starts[i + 1] = starts[i] + parts[i].length
    const text = new Uint8Array(starts[parts.length])
    for (let i = 0; i < parts.length; i++) text.set(parts[i], starts[i])
    yield* applyOrder(edges, order)
    return stringNames(text, text.length, (key) => starts[key], order)
  }
}
