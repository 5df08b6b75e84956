/**
 * Which format a file has: by its first bytes, then by its name; JSON by its keys. What nothing
 * else claims is an edge list.
 */

import type { Format, FormatInput, GraphFormat } from './format.js'
import { FORMATS, formatOf } from './list.js'

/** No format needs more of its first bytes than this. */
const HEAD_BYTES = 64

/** The format that was asked for, or the one that the file has. */
export async function chooseFormat(
  asked: GraphFormat | 'auto',
  input: FormatInput,
): Promise<Format> {
  if (asked !== 'auto') return formatOf(asked)
  const head = await input.source.peek(HEAD_BYTES)
  const byBytes = FORMATS.find((format) => format.begins?.(head))
  if (byBytes !== undefined) return byBytes
  const named = formatsNamed(input.name)
  if (opensObject(head)) {
    const document = await input.json()
    const byKeys = FORMATS.find((format) => format.isDocument?.(document))
    if (byKeys !== undefined) return byKeys
    throw input.problem(
      'this JSON is no graph: it has neither "nodes" and "edges" (graphology) nor ' +
        '"lockfileVersion" (npm); pass the format if it is one',
    )
  }
  return named[0] ?? formatOf('edge-list')
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

/** Whether text begins with `{`. */
function opensObject(head: Uint8Array): boolean {
  const mark = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0
  return /^\s*\{/.test(new TextDecoder().decode(head.slice(mark)))
}
