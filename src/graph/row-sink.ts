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

export class RowSink {
  readonly parser: EdgeParser
  #edges: EdgeChunks | undefined
  #dialect: Dialect | undefined
  #table: IdTable | undefined
  /** Rows of a vertex file: their ids count, not the edges. */
  readonly #vertexFile: boolean
  #edgeCount = 0
  #rowsTaken = 0

  /** @param vertices a sink that has read the vertex file; its table is taken over as it is */
  constructor(parser: EdgeParser, kind: { vertexFile: boolean; vertices?: RowSink | undefined }) {
    this.parser = parser
    this.#vertexFile = kind.vertexFile
    this.#table = kind.vertices === undefined ? undefined : kind.vertices.#table
    this.#table?.freeze()
  }

  /** Edges so far. */
  get edgeCount(): number {
    return this.#edgeCount
  }

  /** Rows of the last parse call whose ids were known. */
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

  /** Moves the parsed rows to the edges; false when one names an unknown vertex. */
  async takeRows(signal: Signal): Promise<boolean> {
    const { parser } = this
    const rows = parser.wasm.rowsWritten()
    if (rows === 0) return true
    let known = 2 * rows
    if (this.#table !== undefined && !this.#table.strings) {
      const ids = { address: parser.widePairs, count: known, wide: true }
      known = await this.#table.map(ids, parser.pairs, signal)
    }
    this.#rowsTaken = known >>> 1
    if (known < 2 * rows) return false
    if (this.#vertexFile) return true
    const edges = this.#edges as EdgeChunks
    const weights = edges.weighted
      ? new Float64Array(parser.bytes.buffer, parser.weights, rows)
      : undefined
    edges.append(parser.words(parser.pairs, known), weights)
    this.#edgeCount += rows
    return true
  }

  /** Adds one row that was read in JavaScript; false when it names an unknown vertex. */
  async addRow(row: RowValues, signal: Signal): Promise<boolean> {
    const numbers: number[] = []
    for (const id of row.ids) {
      if (typeof id === 'bigint' && id > 0xffff_ffffn) await this.widen(signal)
    }
    for (const id of row.ids) {
      const table = this.#table
      if (typeof id !== 'bigint') numbers.push(await (table as IdTable).internText(id, signal))
      else numbers.push(table ? await table.internInteger(id, signal) : Number(id))
    }
    if (numbers.includes(UNKNOWN_ID)) return false
    if (this.#vertexFile) return true
    this.#edges?.push(numbers[0], numbers[1], row.weight)
    this.#edgeCount++
    return true
  }

  /** From now on ids may need 64 bits: moves those so far into the id table. */
  async widen(signal: Signal): Promise<void> {
    if (this.#table !== undefined) return
    const table = new IdTable(this.parser, false)
    this.#table = table
    if (this.#edges !== undefined) await table.adopt(this.#edges, signal)
  }

  /** Makes room for more ids. */
  async enlarge(signal: Signal): Promise<void> {
    if (this.#table !== undefined) await runSliced(this.#table.grow(), signal)
  }

  /** All edges with final vertex numbers, and the vertices' names. */
  async finish(signal: Signal): Promise<{ edges: EdgeChunks; names: Names }> {
    const edges = this.#edges as EdgeChunks
    if (this.#table === undefined) {
      const names = await runSliced(rankIds(edges), signal)
      if (names !== undefined) return { edges, names }
      await this.widen(signal)
    }
    const names = await runSliced((this.#table as IdTable).finish(edges), signal)
    return { edges, names }
  }
}
