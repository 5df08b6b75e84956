/** CSV with a line for each vertex, for all commands that give one a value. */

import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Graph } from '../graph/csr.js'
import type { Sink } from './output.js'

/** Vertices of one piece of CSV: about 64 kB of text. */
const CSV_SLICE = 2048

/** A header and a line for each vertex, ascending by id; `textFor` has the value's text. */
export async function writeVertexCsv(
  sink: Sink,
  graph: Graph,
  name: string,
  textFor: (vertex: number) => string,
): Promise<void> {
  await sink.write(`id,${name}\n`)
  for (let from = 0; from < graph.vertexCount; from += CSV_SLICE) {
    let text = ''
    const to = Math.min(graph.vertexCount, from + CSV_SLICE)
    for (let v = from; v < to; v++) text += `${quote(String(graph.idOf(v)))},${textFor(v)}\n`
    await sink.write(text)
    await nextTurn()
  }
}

/** RFC 4180: quotes around a field that holds a comma, a quote or a line break. */
export function quote(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field
}
