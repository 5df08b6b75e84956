/**
 * A graph's own block of bytes (../csr.ts), read into one buffer and not parsed.
 */

import { BlockFormatError } from '../../errors.js'
import { abortable } from '../../turn.js'
import { BLOCK_HEADER_BYTES, blockLength, verifiedGraph } from '../csr.js'
import { allocated } from '../memory.js'
import { withoutWeights } from '../simplify.js'
import { runSliced } from '../slices.js'
import { wantsWeights } from './declared-weights.js'
import type { Format, FormatInput } from './format.js'

const TITLE = 'a graph block'
/** Copied and written at once: well under a millisecond. */
const PIECE_BYTES = 1 << 20

export const block: Format = {
  name: 'block',
  title: TITLE,
  extensions: ['.ttcg'],
  takes: [],
  // Version and zeros: no text has them.
  begins: (head) => [0x54, 0x54, 0x43, 0x47].every((byte, i) => head[i] === byte) && head[7] === 0,
  async read(input) {
    try {
      const graph = await runSliced(verifiedGraph(await readBlock(input)), input.signal)
      const weighted = wantsWeights(input, TITLE, graph.weights !== undefined)
      if (weighted || graph.weights === undefined) return { kind: 'graph', graph }
      return { kind: 'graph', graph: await runSliced(withoutWeights(graph), input.signal) }
    } catch (cause) {
      if (!(cause instanceof BlockFormatError)) throw cause
      throw new BlockFormatError(`${input.name}: ${cause.message}`, { cause })
    }
  },
  *write(graph) {
    const { block: bytes, arcCount } = graph
    for (let from = 0; from < bytes.length; from += PIECE_BYTES) {
      const to = Math.min(bytes.length, from + PIECE_BYTES)
      const arcs = Math.floor((to / bytes.length) * arcCount)
      yield { bytes: Uint8Array.from(bytes.subarray(from, to)), arcs }
    }
  },
}

/** The bytes, in memory once: the header says how many there are. */
async function readBlock({ source, signal, report }: FormatInput): Promise<Uint8Array> {
  const head = await abortable(source.peek(BLOCK_HEADER_BYTES), signal)
  const total = blockLength(head.slice(0, BLOCK_HEADER_BYTES))
  // Memory that is never written costs nothing: a header that lies takes no more than the file.
  const bytes = allocated('a graph block', total, () => new Uint8Array(total))
  let length = 0
  for (;;) {
    const piece = await abortable(source.read(), signal)
    if (piece === undefined) break
    if (length + piece.length > total) {
      throw new BlockFormatError(`something follows the ${total} bytes of the graph block`)
    }
    bytes.set(piece, length)
    length += piece.length
    report(0)
  }
  return bytes.subarray(0, length)
}
