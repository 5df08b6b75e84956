/**
 * The ids of a graph as text that the readers of edge lists and of vertex files take for the same
 * ids: quoted as in RFC 4180 where that is needed.
 */

import { NotSupportedError } from '../../errors.js'
import { MAX_LINE_BYTES } from '../../limits.js'
import type { Graph } from '../csr.js'
import { allocated } from '../memory.js'
import { SLICE_ITEMS } from '../slices.js'
import type { WrittenPiece } from './format.js'
import { PAUSE, type TextWriter } from './text-writer.js'

const LINE_FEED = 10
const CARRIAGE_RETURN = 13
const QUOTE = 34

/** Writes the id of a vertex. */
export type IdText = (out: TextWriter, vertex: number) => void

/**
 * Looks at all ids and gives what writes them.
 *
 * @throws NotSupportedError for an id that no text can hold
 */
export function* idTextOf(graph: Graph): Generator<WrittenPiece, IdText> {
  const { integerIds, stringIds, vertexCount } = graph
  if (integerIds !== undefined) return integerText(integerIds)
  if (stringIds === undefined) return (out, vertex) => out.integer(vertex)
  const { offsets, text } = stringIds
  const quoted = allocated('marks of ids', vertexCount, () => new Uint8Array(vertexCount))
  let work = 0
  for (let v = 0; v < vertexCount; v++) {
    const id = text.subarray(offsets[v], offsets[v + 1])
    checkId(id, graph, v)
    if (needsQuotes(id)) quoted[v] = 1
    work += id.length + 16
    if (work < SLICE_ITEMS) continue
    work = 0
    yield PAUSE
  }
  return (out, vertex) => {
    const id = text.subarray(offsets[vertex], offsets[vertex + 1])
    if (quoted[vertex] === 0) out.append(id)
    else writeQuoted(out, id)
  }
}

function integerText(ids: BigUint64Array): IdText {
  const halves = new Uint32Array(ids.buffer, ids.byteOffset, 2 * ids.length)
  return (out, vertex) => {
    if (halves[2 * vertex + 1] === 0) out.integer(halves[2 * vertex])
    else out.ascii(String(ids[vertex]))
  }
}

/** Of two ids and a weight, quoted, no line may become longer than what is read. */
const MOST_ID_BYTES = MAX_LINE_BYTES / 4 - 32

function checkId(id: Uint8Array, graph: Graph, vertex: number): void {
  const fail = (problem: string) => {
    const shown = JSON.stringify(String(graph.idOf(vertex)).slice(0, 60))
    return new NotSupportedError(
      `the id ${shown} ${problem}, and no text format can hold it; write a block (.ttcg)`,
    )
  }
  if (id.length > MOST_ID_BYTES) throw fail(`has ${id.length} bytes`)
  for (let i = 0; i < id.length; i++) {
    const c = id[i]
    const breaksLine = c === LINE_FEED || (c === CARRIAGE_RETURN && id[i + 1] === LINE_FEED)
    if ((c < 32 && c !== 9 && !breaksLine) || c === 127) throw fail('has a control character')
  }
}

/** Blank, tab, line feed, carriage return, quote, comma, semicolon. */
const SPECIAL = [32, 9, LINE_FEED, CARRIAGE_RETURN, QUOTE, 44, 59]
/** Starts of comments, of a byte order mark and of files of other kinds: # % { U+FEFF, and more. */
const STARTS = /^(?:[#%{]|\ufeff|PAR1|ARROW1|BZh)/

function needsQuotes(id: Uint8Array): boolean {
  for (let i = 0; i < id.length; i++) if (SPECIAL.includes(id[i])) return true
  const start = new TextDecoder('utf-8', { ignoreBOM: true }).decode(id.slice(0, 8))
  return STARTS.test(start)
}

function writeQuoted(out: TextWriter, id: Uint8Array): void {
  const text: number[] = [QUOTE]
  for (const c of id) {
    if (c === QUOTE) text.push(QUOTE)
    text.push(c)
  }
  text.push(QUOTE)
  out.append(Uint8Array.from(text))
}
