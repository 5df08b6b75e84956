/**
 * The graph: compressed sparse rows (CSR) in one block of bytes, header first, so that a graph can
 * be transferred, shared between threads and written to disk as it is. Readers and generators make
 * graphs through `createGraph`; kernels read the typed views.
 *
 * Layout, little-endian, sections aligned to 8 bytes:
 *   header 64 B · offsets u32[n+1] · targets u32[m] · weights f64[m]? · ids
 *   ids: nothing (dense 0…n-1) | u64[n] ascending | u32[n+1] byte offsets + UTF-8, in byte order
 */

import { checkOptions } from '../check.js'
import { BlockFormatError, MemoryLimitError } from '../errors.js'
import { MAX_EDGE_COUNT, MAX_ID_TEXT_BYTES, MAX_VERTEX_COUNT } from '../limits.js'
import { allocated } from './memory.js'
import { runSteps, type Steps } from './slices.js'
import { damaged, verifyGraph } from './verify.js'

/** Name of a vertex in the input: an unsigned 64-bit integer (bigint above 2^53 - 1), a string. */
export type VertexId = number | bigint | string

/** What the ids of a graph are: `dense` means that vertex v is called v. */
export type IdKind = 'dense' | 'integer' | 'string'

const MAGIC = 0x47_43_54_54 // "TTCG"
const VERSION = 1
const HEADER_BYTES = 64
/** From here on the header is zero. */
const HEADER_END = 40
const DIRECTED = 1
const WEIGHTED = 2
const ID_KINDS: readonly IdKind[] = ['dense', 'integer', 'string']

/** Sizes and kind of a graph to be made. */
export interface GraphShape {
  /** n: vertices, isolated ones included. */
  vertexCount: number
  /** m: stored arcs; an undirected edge is two arcs, an undirected self-loop one. */
  arcCount: number
  /** Edges as given: equals `arcCount` for directed graphs. */
  edgeCount: number
  directed: boolean
  weighted: boolean
  idKind: IdKind
  /** UTF-8 bytes of all string ids together; 0 for other kinds. */
  idBytes?: number
  /** Use a SharedArrayBuffer, so that threads can read the graph without a copy. Default false. */
  shared?: boolean
}

function align8(bytes: number): number {
  return Math.ceil(bytes / 8) * 8
}

interface Sections {
  offsets: number
  targets: number
  weights: number
  ids: number
  idText: number
  total: number
}

function sectionsOf(shape: GraphShape): Sections {
  const { vertexCount: n, arcCount: m } = shape
  const offsets = HEADER_BYTES
  const targets = offsets + align8(4 * (n + 1))
  const weights = targets + align8(4 * m)
  const ids = weights + (shape.weighted ? 8 * m : 0)
  const idTable = { dense: 0, integer: 8 * n, string: align8(4 * (n + 1)) }[shape.idKind]
  const idText = ids + idTable
  return { offsets, targets, weights, ids, idText, total: idText + align8(shape.idBytes ?? 0) }
}

/** Bytes of the block that a graph of this shape occupies. */
export function graphByteLength(shape: GraphShape): number {
  return sectionsOf(shape).total
}

/**
 * A directed or undirected graph in CSR form. The typed views alias one block: treat them as
 * read-only.
 *
 * Arcs keep their input order within a row. Parallel edges are kept as parallel arcs.
 *
 * @example
 * ```ts
 * const graph = graphFromEdges([['ATL', 'ORD'], ['ATL', 'DFW'], ['ORD', 'ATL']])
 * console.log(graph.vertexCount, graph.arcCount) // 3 3
 * const atlanta = graph.indexOf('ATL')
 * for (const vertex of graph.neighbors(atlanta)) console.log(graph.idOf(vertex))
 * const same = Graph.fromBlock(graph.block.slice()) // bytes to store, to send, to share
 * ```
 */
export class Graph {
  /** n: number of vertices. */
  readonly vertexCount: number
  /** m: number of stored arcs, the length of `targets`. */
  readonly arcCount: number
  /** Number of edges as given: an undirected edge counts once here and twice in `arcCount`. */
  readonly edgeCount: number
  readonly directed: boolean
  readonly idKind: IdKind
  /** u32[n+1]: the arcs of vertex v are `targets[offsets[v]] … targets[offsets[v+1] - 1]`. */
  readonly offsets: Uint32Array
  /** u32[m]: vertex at the head of each arc. */
  readonly targets: Uint32Array
  /** f64[m] ≥ 0, or undefined for an unweighted graph. A weight of 0 means an absent edge. */
  readonly weights: Float64Array | undefined
  /** The whole block, header included. */
  readonly block: Uint8Array

  readonly #integerIds: BigUint64Array | undefined
  readonly #textOffsets: Uint32Array | undefined
  readonly #text: Uint8Array | undefined

  private constructor(block: Uint8Array, shape: GraphShape) {
    const { buffer, byteOffset } = block
    const { vertexCount: n, arcCount: m } = shape
    const at = sectionsOf(shape)
    this.block = block
    this.vertexCount = n
    this.arcCount = m
    this.edgeCount = shape.edgeCount
    this.directed = shape.directed
    this.idKind = shape.idKind
    this.offsets = new Uint32Array(buffer, byteOffset + at.offsets, n + 1)
    this.targets = new Uint32Array(buffer, byteOffset + at.targets, m)
    this.weights = shape.weighted ? new Float64Array(buffer, byteOffset + at.weights, m) : undefined
    if (shape.idKind === 'integer') {
      this.#integerIds = new BigUint64Array(buffer, byteOffset + at.ids, n)
    } else if (shape.idKind === 'string') {
      this.#textOffsets = new Uint32Array(buffer, byteOffset + at.ids, n + 1)
      this.#text = new Uint8Array(buffer, byteOffset + at.idText, shape.idBytes ?? 0)
    }
  }

  /**
   * A graph of the given shape with all sections zero, to be filled by its maker.
   *
   * @throws MemoryLimitError when a count does not fit the format, before anything is allocated, or
   *   when there is not enough memory
   */
  static allocate(shape: GraphShape): Graph {
    checkShape(shape)
    const total = graphByteLength(shape)
    const block = allocated('the graph', total, () => {
      return new Uint8Array(shape.shared ? new SharedArrayBuffer(total) : new ArrayBuffer(total))
    })
    const header = new DataView(block.buffer, 0, HEADER_BYTES)
    const flags = (shape.directed ? DIRECTED : 0) | (shape.weighted ? WEIGHTED : 0)
    header.setUint32(0, MAGIC, true)
    header.setUint32(4, VERSION, true)
    header.setUint32(8, flags | (ID_KINDS.indexOf(shape.idKind) << 8), true)
    header.setUint32(12, shape.vertexCount, true)
    header.setUint32(16, shape.arcCount, true)
    header.setUint32(20, shape.edgeCount, true)
    header.setFloat64(24, shape.idBytes ?? 0, true)
    header.setFloat64(32, total, true)
    return new Graph(block, shape)
  }

  /**
   * Wraps the bytes of a block (`graph.block`) without copying.
   *
   * Takes 1 to 3 ns an arc and, for strings, 40 a vertex, to see that whatever the bytes are, no
   * kernel can read beyond its arrays. A change that leaves a proper graph is not noticed.
   *
   * @param block starts at a multiple of 8 in its buffer
   * @param options `trusted: true` checks the header only: for a block that this process made.
   *   Default false
   * @throws BlockFormatError when the bytes are no graph, are cut short, contradict themselves or
   *   come from a newer version
   */
  static fromBlock(block: Uint8Array, options: { trusted?: boolean } = {}): Graph {
    checkOptions('options', options, ['trusted'])
    if (options.trusted !== true) return runSteps(verifiedGraph(block))
    return new Graph(block, readHeader(block))
  }

  /** u64[n] ascending, for `idKind: 'integer'`. */
  get integerIds(): BigUint64Array | undefined {
    return this.#integerIds
  }

  /** Byte offsets u32[n+1] and UTF-8 text, for `idKind: 'string'`. */
  get stringIds(): { offsets: Uint32Array; text: Uint8Array } | undefined {
    if (this.#textOffsets === undefined || this.#text === undefined) return undefined
    return { offsets: this.#textOffsets, text: this.#text }
  }

  /** Number of arcs that leave vertex v. */
  outDegree(v: number): number {
    this.#checkVertex(v)
    return this.offsets[v + 1] - this.offsets[v]
  }

  /** Heads of the arcs of vertex v: a view, not a copy. */
  neighbors(v: number): Uint32Array {
    this.#checkVertex(v)
    return this.targets.subarray(this.offsets[v], this.offsets[v + 1])
  }

  /**
   * Name of vertex v as in the input.
   *
   * @throws RangeError when v is not in 0 … n-1
   */
  idOf(v: number): VertexId {
    this.#checkVertex(v)
    if (this.#integerIds !== undefined) {
      const id = this.#integerIds[v]
      return id <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(id) : id
    }
    return this.#textOffsets === undefined ? v : decode(this.#textBytes(v))
  }

  /**
   * Number of the vertex with this name, or -1. Integers may also be given as decimal strings.
   * Takes O(log n).
   */
  indexOf(id: VertexId): number {
    if (this.idKind === 'string') return this.#search(new TextEncoder().encode(String(id)))
    const wanted = toUnsigned(id)
    if (wanted === undefined) return -1
    if (this.#integerIds === undefined) return wanted < this.vertexCount ? Number(wanted) : -1
    let low = 0
    let high = this.vertexCount
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#integerIds[middle] < wanted) low = middle + 1
      else high = middle
    }
    return low < this.vertexCount && this.#integerIds[low] === wanted ? low : -1
  }

  #search(wanted: Uint8Array): number {
    let low = 0
    let high = this.vertexCount
    while (low < high) {
      const middle = (low + high) >>> 1
      const order = compareBytes(this.#textBytes(middle), wanted)
      if (order === 0) return middle
      if (order < 0) low = middle + 1
      else high = middle
    }
    return -1
  }

  #textBytes(v: number): Uint8Array {
    const offsets = this.#textOffsets as Uint32Array
    return (this.#text as Uint8Array).subarray(offsets[v], offsets[v + 1])
  }

  #checkVertex(v: number): void {
    if (Number.isInteger(v) && v >= 0 && v < this.vertexCount) return
    throw new RangeError(`"vertex" expected whole number in [0, ${this.vertexCount - 1}], got ${v}`)
  }
}

/**
 * The graph of a block that comes from outside, checked in slices.
 *
 * @throws BlockFormatError
 */
export function* verifiedGraph(block: Uint8Array): Steps<Graph> {
  const graph = Graph.fromBlock(block, { trusted: true })
  checkPadding(block, readHeader(block))
  yield
  yield* verifyGraph(graph)
  return graph
}

/** Bytes of the whole block by its first ones, which must be a header. */
export function blockLength(head: Uint8Array): number {
  return readShape(head).total
}

/** Bytes that hold the header. */
export const BLOCK_HEADER_BYTES = HEADER_BYTES

/**
 * The same arcs under the other direction, in the same block: for a graph that nobody else has yet.
 *
 * @param edgeCount equals the arcs if directed; otherwise rows must hold each edge at both ends
 */
export function declareDirection(graph: Graph, directed: boolean, edgeCount: number): Graph {
  const header = new DataView(graph.block.buffer, graph.block.byteOffset, HEADER_BYTES)
  const flags = header.getUint32(8, true) & ~DIRECTED
  header.setUint32(8, directed ? flags | DIRECTED : flags, true)
  header.setUint32(20, edgeCount, true)
  return Graph.fromBlock(graph.block, { trusted: true })
}

/** Order of byte strings as unsigned bytes, which for UTF-8 is the order of code points. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i] - b[i]
  return a.length - b.length
}

/** TextDecoder refuses views of shared memory in browsers, so those are copied first. */
function decode(bytes: Uint8Array): string {
  // A mark at the start of an id belongs to it.
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.slice())
}

function toUnsigned(id: VertexId): bigint | undefined {
  if (typeof id === 'bigint') return id >= 0n ? id : undefined
  if (typeof id === 'number') return Number.isInteger(id) && id >= 0 ? BigInt(id) : undefined
  return /^\d{1,20}$/.test(id) ? BigInt(id) : undefined
}

function checkShape(shape: GraphShape): void {
  const check = (what: string, count: number, limit: number, itemBytes: number) => {
    if (count <= limit) return
    throw new MemoryLimitError(`a graph of ${count} ${what}`, {
      neededBytes: count * itemBytes,
      limitBytes: limit * itemBytes,
      alternatives: [`a graph of at most ${limit} ${what}`],
    })
  }
  check('vertices', shape.vertexCount, MAX_VERTEX_COUNT, 4)
  check('arcs', shape.arcCount, MAX_EDGE_COUNT, 4)
  check('bytes of ids', shape.idBytes ?? 0, MAX_ID_TEXT_BYTES, 1)
}

/** Bytes that belong to no section are zero. */
function checkPadding(block: Uint8Array, shape: GraphShape): void {
  const { vertexCount: n, arcCount: m, idBytes = 0 } = shape
  const at = sectionsOf(shape)
  const gaps = [
    [HEADER_END, HEADER_BYTES],
    [at.offsets + 4 * (n + 1), at.targets],
    [at.targets + 4 * m, at.weights],
    [shape.idKind === 'string' ? at.ids + 4 * (n + 1) : at.idText, at.idText],
    [at.idText + idBytes, at.total],
  ]
  for (const [from, to] of gaps) {
    if (block.subarray(from, to).every((byte) => byte === 0)) continue
    throw damaged(`bytes ${from} to ${to - 1} are reserved and not all zero`)
  }
}

function readHeader(block: Uint8Array): GraphShape {
  const { shape, total } = readShape(block)
  const { byteLength } = block
  if (byteLength < total) {
    throw new BlockFormatError(
      `graph block is damaged or cut short: ${byteLength} bytes, its header asks for ${total}`,
    )
  }
  return shape
}

/** What a header says, whatever follows it. */
function readShape(block: Uint8Array): { shape: GraphShape; total: number } {
  const { buffer, byteOffset, byteLength } = block
  if (byteLength < HEADER_BYTES) {
    throw new BlockFormatError(
      `graph block has ${byteLength} bytes, its header alone is ${HEADER_BYTES}`,
    )
  }
  if (byteOffset % 8 !== 0) {
    throw new BlockFormatError(
      'graph block must start at a multiple of 8 bytes; copy it with slice()',
    )
  }
  const header = new DataView(buffer, byteOffset, HEADER_BYTES)
  if (header.getUint32(0, true) !== MAGIC) {
    throw new BlockFormatError('not a graph block: the first four bytes are not "TTCG"')
  }
  const version = header.getUint32(4, true)
  if (version !== VERSION) {
    throw new BlockFormatError(
      `graph block has format version ${version}, this package reads version ${VERSION}; ` +
        'update ticktickclock, or write the graph again',
    )
  }
  const flags = header.getUint32(8, true)
  const idKind = ID_KINDS[flags >>> 8]
  if (idKind === undefined) throw damaged('unknown kind of ids')
  if ((flags & 0xff & ~(DIRECTED | WEIGHTED)) !== 0) throw damaged('unknown flags in its header')
  const shape: GraphShape = {
    vertexCount: header.getUint32(12, true),
    arcCount: header.getUint32(16, true),
    edgeCount: header.getUint32(20, true),
    directed: (flags & DIRECTED) !== 0,
    weighted: (flags & WEIGHTED) !== 0,
    idKind,
    idBytes: header.getFloat64(24, true),
  }
  checkCounts(shape)
  const total = graphByteLength(shape)
  const stated = header.getFloat64(32, true)
  if (total !== stated) throw damaged(`its header states ${stated} bytes, its counts ${total}`)
  return { shape, total }
}

function checkCounts({ vertexCount, idKind, idBytes = 0 }: GraphShape): void {
  if (vertexCount > MAX_VERTEX_COUNT) throw damaged(`${vertexCount} vertices are too many`)
  const proper = Number.isInteger(idBytes) && idBytes >= 0 && idBytes <= MAX_ID_TEXT_BYTES
  if (proper && (idKind === 'string' || idBytes === 0)) return
  throw damaged(`its header asks for ${idBytes} bytes of ${idKind} ids`)
}
