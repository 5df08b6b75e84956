/**
 * A file on its way into a graph: what every format is given, made from an opened source.
 */

import { GraphFormatError } from '../../errors.js'
import { abortable } from '../../turn.js'
import { allocated } from '../memory.js'
import type { PlainSource } from '../open-source.js'
import type { GraphSource } from '../source.js'
import type { FormatInput, FormatOptions } from './format.js'

/** State of a running read. */
export interface ReadProgress {
  /** Bytes taken from the source so far (compressed ones, if it is compressed). */
  bytes: number
  /** Bytes of the source, where known. */
  totalBytes: number | undefined
  /** Edges so far. */
  edges: number
}

/** Reports of formats for one of `onProgress`: about 4 MiB. */
const REPORTS = 16

/** An input with the end of its reading. */
export interface OpenedInput extends FormatInput {
  /** The last call of `onProgress`. */
  finish(edges: number): void
}

export function createInput(
  opened: { source: PlainSource; given: GraphSource },
  options: FormatOptions,
  signal: AbortSignal | undefined,
  onProgress: ((progress: ReadProgress) => void) | undefined,
): OpenedInput {
  const { source, given } = opened
  const { name, totalBytes } = source
  let reports = 0
  let taken = 0
  let edgeCount = 0
  const finish = (edges: number) => {
    edgeCount = Math.max(edgeCount, edges)
    onProgress?.({ bytes: Math.max(taken, source.bytesTaken), totalBytes, edges: edgeCount })
  }
  const problem: FormatInput['problem'] = (text, { cause, ...where } = {}) =>
    new GraphFormatError({ file: name, ...where }, text, { cause })
  return {
    ...{ name, given, source, options, signal, problem, finish },
    report(edges, bytes = 0) {
      taken = Math.max(taken, bytes)
      if (bytes > 0 || ++reports % REPORTS === 0) finish(edges)
    },
    bytes: () => readAll(source, signal, () => finish(0)),
  }
}

const REPORT_BYTES = 4 << 20

/** All bytes of a source: once in memory if its length is known, twice otherwise. */
async function readAll(
  source: PlainSource,
  signal: AbortSignal | undefined,
  report: () => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const known = source.isPacked ? undefined : source.totalBytes
  let bytes = allocate(known ?? 1 << 16)
  let length = 0
  let reported = 0
  for (;;) {
    const piece = await abortable(source.read(), signal)
    if (piece === undefined) break
    if (length + piece.length > bytes.length) {
      const larger = allocate(Math.max(length + piece.length, 2 * bytes.length))
      larger.set(bytes.subarray(0, length))
      bytes = larger
    }
    bytes.set(piece, length)
    length += piece.length
    if (length - reported < REPORT_BYTES) continue
    reported = length
    report()
  }
  return length === bytes.length ? bytes : bytes.slice(0, length)
}

function allocate(length: number): Uint8Array<ArrayBuffer> {
  return allocated('a file that is read as a whole', length, () => new Uint8Array(length))
}
