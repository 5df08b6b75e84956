/** Bytes as a stream of small pieces, so that what is read lies across them. */

import { createRandom } from '../../src/random.js'

/** Pieces of 1 to 40 bytes. */
export async function* inPieces(bytes: Uint8Array, seed: number): AsyncGenerator<Uint8Array> {
  const random = createRandom(seed)
  for (let from = 0; from < bytes.length; ) {
    const to = from + 1 + random.nextBelow(40)
    yield bytes.slice(from, to)
    from = to
  }
}
