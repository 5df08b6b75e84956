/**
 * JSON of a graph file as a value, and checks of what it holds. Called by the formats of this
 * folder that are JSON.
 */

import { show } from '../../check.js'
import type { FormatInput } from './format.js'

/** An object of JSON. */
export type JsonObject = Readonly<Record<string, unknown>>

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The first bytes of a file as text, a byte order mark aside. */
export function textOf(head: Uint8Array): string {
  return new TextDecoder().decode(head.slice())
}

/** How a JSON value is shown in a message. */
export function showJson(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'an object' : show(value)
}

/**
 * The value that a text stands for.
 *
 * @param problem makes the error, with the line where it stops to be JSON
 * @param firstLine of the text in its file, when it is a part that is known to be whole
 */
export function parseJson(
  bytes: Uint8Array,
  problem: FormatInput['problem'],
  firstLine?: () => number,
): unknown {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    // The decoder says the same of text that is too long for a string.
    const isLong = bytes.length >= MAX_TEXT_LENGTH
    const words = isLong ? `is longer than ${MAX_TEXT_LENGTH} bytes` : 'is not valid UTF-8'
    throw problem(words, { line: firstLine?.(), cause })
  }
  try {
    return JSON.parse(text)
  } catch (cause) {
    const { message } = cause as Error
    // V8 tells the place of some errors, and of the others the text around it.
    const [, position] = /position (\d+)/.exec(message) ?? []
    const isCut = /end of JSON|Unterminated/.test(message)
    const isAtEnd = isCut || (position !== undefined && Number(position) >= text.trimEnd().length)
    if (firstLine === undefined && isAtEnd) {
      throw problem('the JSON ends early: is the file whole?', { line: linesIn(text), cause })
    }
    if (position === undefined) {
      throw problem(`is not JSON: ${message}`, { line: firstLine?.(), cause })
    }
    const before = text.slice(0, Number(position))
    const line = (firstLine?.() ?? 1) + linesIn(before) - 1
    throw problem('is not JSON', { line, text: lineAt(text, before.length), cause })
  }
}

function linesIn(text: string): number {
  return text.split('\n').length
}

/** V8 ends strings there. */
const MAX_TEXT_LENGTH = 2 ** 29 - 24

/** The text from a little before a position to the end of its line. */
function lineAt(text: string, at: number): string {
  const start = Math.max(text.lastIndexOf('\n', at - 1) + 1, at - 20)
  const end = text.indexOf('\n', at)
  return text.slice(start, end < 0 ? undefined : end)
}
