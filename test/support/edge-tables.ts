/** Tables with the edges of a graph, an edge a row, written by the packages that others use. */

import {
  Dictionary,
  Float64,
  Int32,
  RecordBatchFileWriter,
  RecordBatchStreamWriter,
  Table,
  Uint64,
  Utf8,
  type Vector,
  vectorFromArray,
} from 'apache-arrow'
import type { SchemaElement } from 'hyparquet'
import { parquetWriteBuffer } from 'hyparquet-writer'
import type { Graph, VertexId } from 'ticktickclock'

/** Edges as columns, an undirected one once. */
export interface EdgeTable {
  source: VertexId[]
  target: VertexId[]
  /** Of an unweighted graph 1 for each edge. */
  weight: number[]
  isText: boolean
}

export function edgeTable(graph: Graph): EdgeTable {
  const table: EdgeTable = { source: [], target: [], weight: [], isText: graph.idKind === 'string' }
  for (let v = 0; v < graph.vertexCount; v++) {
    for (let arc = graph.offsets[v]; arc < graph.offsets[v + 1]; arc++) {
      const head = graph.targets[arc]
      if (!graph.directed && head < v) continue
      table.source.push(graph.idOf(v))
      table.target.push(graph.idOf(head))
      table.weight.push(graph.weights?.[arc] ?? 1)
    }
  }
  return table
}

/** The columns in an order in which the ends are not the first ones. */
export function parquetOf(table: EdgeTable, options: { rowGroupSize?: number } = {}): Uint8Array {
  const wide = table.isText ? (id: VertexId) => id : (id: VertexId) => BigInt(id)
  const ends: Partial<SchemaElement> = table.isText
    ? { type: 'BYTE_ARRAY', converted_type: 'UTF8' }
    : { type: 'INT64', converted_type: 'UINT_64' }
  const column = (name: string, element: Partial<SchemaElement>): SchemaElement => ({
    name,
    repetition_type: 'REQUIRED',
    ...element,
  })
  const schema: SchemaElement[] = [
    { name: 'root', num_children: 4 },
    column('weight', { type: 'DOUBLE' }),
    column('from', ends),
    column('note', { type: 'BOOLEAN' }),
    column('to', ends),
  ]
  const buffer = parquetWriteBuffer({
    schema,
    rowGroupSize: options.rowGroupSize,
    columnData: [
      { name: 'weight', data: table.weight },
      { name: 'from', data: table.source.map(wide) },
      { name: 'note', data: table.weight.map(() => true) },
      { name: 'to', data: table.target.map(wide) },
    ],
  })
  return new Uint8Array(buffer)
}

/** A table of several record batches, text as such or as numbers of a dictionary. */
export function arrowOf(table: EdgeTable, batchRows: number, isPacked: boolean): Table {
  const ends = (ids: VertexId[]): Vector => {
    if (!table.isText) return vectorFromArray(ids.map(BigInt), new Uint64())
    const type = isPacked ? new Dictionary(new Utf8(), new Int32()) : new Utf8()
    return vectorFromArray(ids as string[], type)
  }
  const rows = (from: number) => {
    const cut = <T>(values: T[]) => values.slice(from, from + batchRows)
    return new Table({
      weight: vectorFromArray(cut(table.weight), new Float64()),
      from: ends(cut(table.source)),
      to: ends(cut(table.target)),
    })
  }
  const starts = Array.from({ length: Math.ceil(table.weight.length / batchRows) }, (_, i) =>
    rows(i * batchRows),
  )
  // concat makes one dictionary of several; batches of their own need tables of their own.
  return starts.reduce((all, next) => all.concat(next))
}

/** The bytes of the IPC formats. */
export function ipcOf(table: Table, kind: 'stream' | 'file'): Uint8Array {
  const Writer = kind === 'stream' ? RecordBatchStreamWriter : RecordBatchFileWriter
  return Writer.writeAll(table).toUint8Array(true)
}
