/**
 * Where rows go: calls the WASM parser in the right mode and moves its output on. Integer ids below
 * 2^32 are kept as they are (`narrow`); larger ones, strings, and ids that a vertex file lists go
 * through the id table.
 */

import { MAX_LINE_BYTES } from '../limits.js'
import { EdgeChunks } from './edge-chunks.js'
import { type EdgeParser, UNKNOWN_ID } from './edge-parser.js'
import { IdTable } from './id-table.js'
import type { Names } from './names.js'
import { rankIds } from './rank.js'
import type { Dialect, RowValues } from './row-grammar.js'
import { runSliced } from './slices.js'

type Signal = AbortSignal | undefined

/** What is known of edges between numbered vertices before the first one is read. */
export interface Numbering {
  /** Vertices are called 1 … vertexCount in the file. */
  vertexCount: number
  edgeCount: number
  /** Sources are at least as large as targets. */
  isLower: boolean
}

/** What a row sink is for. */
export interface SinkKind {
  /** Rows of a vertex file: their ids count, not the edges. */
  vertexFile: boolean
  /** A sink that has read the vertex file; its table is taken over as it is. */
  vertices?: RowSink | undefined
  /** Ids become numbers of vertices from 0 at once. */
  numbering?: Numbering
}

export class RowSink {
  readonly parser: EdgeParser
  #edges: EdgeChunks | undefined
  #dialect: Dialect | undefined
  #table: IdTable | undefined
  readonly #vertexFile: boolean
  readonly #numbering: Numbering | undefined
  #rowCount = 0
  #rowsTaken = 0

  constructor(parser: EdgeParser, kind: SinkKind) {
    this.parser = parser
    this.#vertexFile = kind.vertexFile
    this.#numbering = kind.numbering
    this.#table = kind.vertices === undefined ? undefined : kind.vertices.#table
    this.#table?.freeze()
  }

  /** Rows so far: edges, or lines of a vertex file. */
  get rowCount(): number {
    return this.#rowCount
  }

  /** Ids of a vertex file that differ. */
  get idCount(): number {
    return this.#table?.count ?? 0
  }

  /** Whether a file without a row can be right: the vertices are known from elsewhere. */
  get mayBeEmpty(): boolean {
    return this.#numbering !== undefined || (this.#table !== undefined && !this.#vertexFile)
  }

  /** Rows of the last parse call that were right. */
  get rowsTaken(): number {
    return this.#rowsTaken
  }

  /** `string` or `integer`, once the first row was seen. */
  get idKind(): 'integer' | 'string' | undefined {
    return this.#dialect?.ids
  }

  begin(dialect: Dialect): void {
    this.#dialect = dialect
    const { delimiter, idColumns, weightColumn, ids } = dialect
    const separator = delimiter === '' ? 0 : delimiter.charCodeAt(0)
    this.parser.wasm.setRowFormat(separator, idColumns, weightColumn, MAX_LINE_BYTES)
    if (weightColumn > 0) this.parser.preparePowers()
    this.#edges = new EdgeChunks(weightColumn > 0)
    if (ids === 'string' || this.#vertexFile) {
      this.#table ??= new IdTable(this.parser, ids === 'string')
    }
  }

  /** Parses whole lines; says why it stopped. `takeRows` must follow. */
  parse(from: number, to: number): number {
    const { wasm, pairs, widePairs, weights } = this.parser
    const { ids, strict } = this.#dialect as Dialect
    if (ids === 'string') return wasm.parseStringRows(from, to, pairs, weights, strict)
    const wide = this.#table !== undefined
    return wasm.parseIntegerRows(from, to, wide ? widePairs : pairs, weights, wide)
  }

  /** Moves the parsed rows to the edges; says what is wrong with the first that can't be. */
  async takeRows(signal: Signal): Promise<string | undefined> {
    const { parser } = this
    const rows = parser.wasm.rowsWritten()
    if (rows === 0) return
    let known = 2 * rows
    if (this.#table !== undefined && !this.#table.strings) {
      const ids = { address: parser.widePairs, count: known, wide: true }
      known = await this.#table.map(ids, parser.pairs, signal)
    }
    this.#rowsTaken = known >>> 1
    if (known < 2 * rows) return UNKNOWN_VERTEX
    const pairs = parser.words(parser.pairs, known)
    if (this.#numbering !== undefined) {
      this.#rowsTaken = renumber(pairs, this.#numbering, this.#rowCount)
      if (this.#rowsTaken < rows) return this.#misnumbered(pairs, this.#rowsTaken)
    }
    this.#rowCount += rows
    if (this.#vertexFile) return
    const edges = this.#edges as EdgeChunks
    const weights = edges.weighted
      ? new Float64Array(parser.bytes.buffer, parser.weights, rows)
      : undefined
    edges.append(pairs, weights)
    return
  }

  /** Adds one row that was read in JavaScript; says what is wrong if it can't be. */
  async addRow(row: RowValues, signal: Signal): Promise<string | undefined> {
    if (this.#numbering !== undefined) return this.#addNumbered(row)
    const numbers: number[] = []
    for (const id of row.ids) {
      if (typeof id === 'bigint' && id > 0xffff_ffffn) await this.widen(signal)
    }
    for (const id of row.ids) {
      const table = this.#table
      if (typeof id !== 'bigint') numbers.push(await (table as IdTable).internText(id, signal))
      else numbers.push(table ? await table.internInteger(id, signal) : Number(id))
    }
    if (numbers.includes(UNKNOWN_ID)) return UNKNOWN_VERTEX
    this.#rowCount++
    if (!this.#vertexFile) this.#edges?.push(numbers[0], numbers[1], row.weight)
    return
  }

  #addNumbered({ ids, weight }: RowValues): string | undefined {
    const numbering = this.#numbering as Numbering
    // Numbers that need more than 32 bits are too large in any case.
    const pair = Uint32Array.from(ids as bigint[], (id) => Math.min(Number(id), 0xffff_ffff))
    if (renumber(pair, numbering, this.#rowCount) === 0) return this.#misnumbered(pair, 0)
    this.#edges?.push(pair[0], pair[1], weight)
    this.#rowCount++
    return
  }

  /** What is wrong with a row that `renumber` has left as it is. */
  #misnumbered(pairs: Uint32Array, row: number): string {
    const { vertexCount, edgeCount } = this.#numbering as Numbering
    if (this.#rowCount + row === edgeCount) {
      return `more entries than the ${edgeCount} that the line of sizes announces`
    }
    const [source, target] = pairs.subarray(2 * row)
    const isInside = (index: number) => index >= 1 && index <= vertexCount
    if (!isInside(source) || !isInside(target)) {
      return `index is not in 1 … ${vertexCount}, the sizes of the matrix`
    }
    return (
      'entry above the diagonal, but a symmetric matrix is stored below it; ' +
      'if both halves are there, call it general in the first line'
    )
  }

  /** From now on ids may need 64 bits: moves those so far into the id table. */
  async widen(signal: Signal): Promise<void> {
    if (this.#table !== undefined || this.#numbering !== undefined) return
    const table = new IdTable(this.parser, false)
    this.#table = table
    if (this.#edges !== undefined) await table.adopt(this.#edges, signal)
  }

  /** Makes room for more ids. */
  async enlarge(signal: Signal): Promise<void> {
    if (this.#table !== undefined) await runSliced(this.#table.grow(), signal)
  }

  /** All edges as they are: with ids, or with numbers of vertices that have no names yet. */
  takeEdges(): EdgeChunks {
    return this.#edges ?? new EdgeChunks(false)
  }

  /** All edges with final vertex numbers, and the vertices' names. */
  async finish(signal: Signal): Promise<{ edges: EdgeChunks; names: Names }> {
    const edges = this.takeEdges()
    if (this.#table === undefined) {
      const names = await runSliced(rankIds(edges), signal)
      if (names !== undefined) return { edges, names }
      await this.widen(signal)
    }
    return { edges, names: await this.nameVertices(edges, signal) }
  }

  /** Orders the ids of a vertex file, and gives the edges, numbered by it, their final numbers. */
  nameVertices(edges: EdgeChunks, signal: Signal): Promise<Names> {
    return runSliced((this.#table as IdTable).finish(edges), signal)
  }
}

const UNKNOWN_VERTEX = 'names a vertex that the vertex file lacks; add it there'

/** Makes numbers from 1 numbers from 0, up to the first row that is wrong; gives its index. */
function renumber(pairs: Uint32Array, numbering: Numbering, rowsBefore: number): number {
  const { vertexCount, edgeCount, isLower } = numbering
  const rows = Math.min(pairs.length / 2, edgeCount - rowsBefore)
  for (let row = 0; row < rows; row++) {
    const source = (pairs[2 * row] - 1) >>> 0
    const target = (pairs[2 * row + 1] - 1) >>> 0
    if (source >= vertexCount || target >= vertexCount || (isLower && source < target)) return row
    pairs[2 * row] = source
    pairs[2 * row + 1] = target
  }
  return rows
}
