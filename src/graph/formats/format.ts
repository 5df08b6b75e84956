/**
 * The format contract: how a file of one kind becomes edges, and a graph becomes such a file.
 * Implementations: one file each in this folder; list.ts has them all, choose.ts picks one for a
 * source, ../read.ts and ../write.ts do what all formats have in common. Imports none of them.
 */

import type { EdgeColumns, EdgeTuple } from '../collector.js'
import type { Graph, VertexId } from '../csr.js'
import type { EdgeChunks } from '../edge-chunks.js'
import type { Names } from '../names.js'
import type { PlainSource } from '../open-source.js'
import type { GraphSource } from '../source.js'

/** What `readGraph` reads. */
export type GraphFormat =
  | 'edge-list'
  | 'matrix-market'
  | 'metis'
  | 'block'
  | 'graphology'
  | 'package-lock'
  | 'parquet'
  | 'arrow'

/** What `writeGraph` writes. */
export type WritableFormat =
  | 'edge-list'
  | 'csv'
  | 'matrix-market'
  | 'metis'
  | 'block'
  | 'graphology'

/** Options of `readGraph` that a format sees for itself, checked, defaults filled in. */
export interface FormatOptions {
  /**
   * Which weights: a column or attribute by name, a column by number, `true` for those that the
   * format has a place for, `false` for none; undefined is the format's own default.
   */
  weights: string | number | boolean | undefined
  ids: 'auto' | 'integer' | 'string'
  header: 'auto' | 'yes' | 'no'
  /** `auto`, `whitespace` or one character. */
  delimiter: string
  /** A second source that lists the vertices. */
  vertices: GraphSource | undefined
  /** Columns with the ends of edges, by name. */
  source: string | undefined
  target: string | undefined
  /** What was asked for: formats whose edges may be of both kinds need it. */
  directed: boolean | undefined
}

/** Options that only some formats know; `weights` and `directed` are for all. */
export type SpecialOption = Exclude<keyof FormatOptions, 'weights' | 'directed'>

/** An opened file on its way into a graph. */
export interface FormatInput {
  /** The file in messages. */
  readonly name: string
  /** What was given to `readGraph`. */
  readonly given: GraphSource
  /** Its bytes, unpacked. A format that streams reads them here. */
  readonly source: PlainSource
  readonly options: FormatOptions
  readonly signal: AbortSignal | undefined
  /** All bytes in one array of their own, for formats that can't be streamed. */
  bytes(): Promise<Uint8Array<ArrayBuffer>>
  /**
   * Tells how many edges there are so far: to be called about every 256 KiB of the file.
   *
   * @param bytes taken so far, where a format doesn't read them from `source`; then told at once
   */
  report(edges: number, bytes?: number): void
  /** The error for something wrong with the file: `name:line: problem ("text")`. */
  problem(problem: string, where?: { line?: number; text?: string; cause?: unknown }): Error
}

/**
 * What a format makes of a file. Direction, self-loops and parallel edges are as they are in the
 * file: the options of the call are applied to it afterwards, for all formats alike.
 */
export type FormatContents =
  /** A graph that is ready. */
  | { kind: 'graph'; graph: Graph }
  /** Edges whose ends are numbers of vertices already; an edge counts once, directed or not. */
  | { kind: 'numbered'; edges: EdgeChunks; names: Names; directed: boolean }
  /**
   * Edges with ids of any kind, in batches, and ids of vertices that may have no edge. Checked,
   * numbered and kept as `graphFromEdges` does; what is wrong with them becomes the file's error.
   */
  | {
      kind: 'named'
      batches: AsyncIterable<EdgeBatch> | Iterable<EdgeBatch>
      vertices?: Iterable<VertexId>
      directed: boolean
    }

/** Some edges: rows or columns. All batches have weights or none has. */
export type EdgeBatch = readonly EdgeTuple[] | EdgeColumns

/** What `writeGraph` was asked for. */
export interface WriteRequest {
  format: WritableFormat
  /**
   * `beside`: the ids are written to a list of their own, `dropped`: the caller does without them,
   * undefined: what has no place in the format is an error.
   */
  vertices: 'beside' | 'dropped' | undefined
  /** False leaves weights out. */
  weights: boolean
}

/** A piece of a file that is written: up to about 128 KiB, or none, as a pause in long work. */
export interface WrittenPiece {
  /** The receiver's to keep. */
  bytes: Uint8Array<ArrayBuffer>
  /** Arcs of the graph that are done. */
  arcs: number
}

/** One kind of file. */
export interface Format {
  readonly name: GraphFormat
  /** In messages: `a Matrix Market file`. */
  readonly title: string
  /** Ends of names, in lower case: `.mtx`. */
  readonly extensions: readonly string[]
  /** Options of `FormatOptions` that it looks at; another one that is given is an error. */
  readonly takes: readonly SpecialOption[]
  /** Whether a file that begins like this is one of these, whatever its name. */
  begins?(head: Uint8Array): boolean
  /** @throws GraphFormatError and what the source throws; the caller closes the source */
  read(input: FormatInput): Promise<FormatContents>
  /**
   * The file in pieces, each about ten milliseconds of work at most.
   *
   * @throws NotSupportedError for what has no place in the format, before the first byte
   */
  write?(graph: Graph, request: WriteRequest): Generator<WrittenPiece, void>
}
