/**
 * Errors about files of columns: which file, where in it, what is wrong there and the text found.
 * Thrown by the readers of this folder; the command line prints them as one line, exit code 1.
 */

import { printable } from '../json.js'

/** A file whose contents are not what its format or the command asks for. */
export class ColumnFileError extends Error {}

/** Where a problem lies. Lines and rows count from 1. */
export interface Place {
  file: string
  line?: number
  row?: number
  column?: string
}

/**
 * The error for a problem: `file:line: column "x": problem ("text")`.
 *
 * @param text what was found there
 */
export function problemIn(
  { file, line, row, column }: Place,
  problem: string,
  text?: string,
  cause?: unknown,
): ColumnFileError {
  const place = [line === undefined ? file : `${file}:${line}`]
  if (column !== undefined) place.push(column)
  if (row !== undefined) place.push(`row ${row}`)
  const quoted = text === undefined ? '' : ` ("${printable(text)}")`
  return new ColumnFileError(`${place.join(': ')}: ${problem}${quoted}`, { cause })
}
