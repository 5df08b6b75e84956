/** Finds the column that a command works on, by its name or its number. */

import { problemIn } from './problem.js'

/**
 * Index of the column asked for.
 *
 * @param names the first row, or the names of the schema
 * @param column a name, or a number counted from 1; undefined where there is but one
 * @throws ColumnFileError when it is not there
 */
export function pickColumn(
  names: readonly string[],
  column: string | number | undefined,
  file: string,
): number {
  const shown = names.slice(0, 12).join(', ') + (names.length > 12 ? ', …' : '')
  if (column === undefined) {
    if (names.length === 1) return 0
    const problem = `has ${names.length} columns: name one with --column (${shown})`
    throw problemIn({ file }, problem)
  }
  if (typeof column === 'number') {
    if (column <= names.length) return column - 1
    throw problemIn({ file }, `has ${names.length} columns, so none is number ${column}`)
  }
  const index = names.indexOf(column)
  if (index < 0) {
    throw problemIn({ file }, `no column is called "${column}"; the first row is ${shown}`)
  }
  if (names.includes(column, index + 1)) {
    throw problemIn({ file }, `two columns are called "${column}": give the number of one`)
  }
  return index
}
