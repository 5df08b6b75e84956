/**
 * An input whose bytes can be read in any order: a file on disk or a Blob where it is, others held
 * in memory. Called by parquet.ts and arrow.ts, whose formats have a table of contents at the end.
 */

import { openRandom } from '#source'
import type { RandomAccess } from '../source.js'
import type { FormatInput } from './format.js'

/** The caller closes it. */
export async function openRandomInput(input: FormatInput): Promise<RandomAccess> {
  const { given, source } = input
  if (!source.isPacked) {
    if (given instanceof Blob) {
      const slice = (start: number, end?: number) => given.slice(start, end).arrayBuffer()
      return { byteLength: given.size, slice, close: async () => undefined }
    }
    const isLocation = typeof given === 'string' || given instanceof URL
    const file = isLocation ? await openRandom(given) : undefined
    if (file !== undefined) return file
  }
  const { buffer } = await input.bytes()
  return {
    byteLength: buffer.byteLength,
    slice: async (start, end) => buffer.slice(start, end),
    close: async () => undefined,
  }
}
