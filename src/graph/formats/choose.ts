/**
 * Which format a file has: by its first bytes, then by its name. What nothing else claims is
 * an edge list.
 */

import type { Format, FormatInput, GraphFormat } from './format.js'
import { FORMATS, formatOf } from './list.js'

/** No format needs more of its first bytes than this. */
const HEAD_BYTES = 1024

/** The format that was asked for, or the one that the file has. */
export async function chooseFormat(
  asked: GraphFormat | 'auto',
  input: FormatInput,
): Promise<Format> {
  if (asked !== 'auto') return formatOf(asked)
  const head = await input.source.peek(HEAD_BYTES)
  const byBytes = FORMATS.find((format) => format.begins?.(head))
  if (byBytes !== undefined) return byBytes
  return formatsNamed(input.name)[0] ?? formatOf('edge-list')
}

/** Formats that a file of this name can have. */
function formatsNamed(name: string): Format[] {
  const plain = plainName(name)
  return FORMATS.filter(({ extensions }) => extensions.some((end) => plain.endsWith(end)))
}

/** A name in lower case without what a URL has behind its path, and without `.gz`. */
export function plainName(name: string): string {
  const path = /^https?:/i.test(name) ? name.replace(/[?#].*$/s, '') : name
  return path.toLowerCase().replace(/[.]gz$/, '')
}
