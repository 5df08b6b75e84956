/**
 * Looks at the headers of a column's pages before they are decoded: hyparquet takes them on trust,
 * and a damaged count could keep it busy for ever. Called by parquet-file.ts.
 */

import type { ColumnMetaData, PageHeader } from 'hyparquet'

/** A reader of page headers: `parquetHeader` of hyparquet. */
type HeaderReader = (reader: { view: DataView; offset: number }) => PageHeader

/** The largest page that the format's 32-bit sizes allow. */
const MAX_PAGE_BYTES = 2 ** 31 - 1

/**
 * @param bytes of a column in a group of rows, from its first page to its last
 * @param rowCount of the group
 * @throws Error in words for pages that can't be what the footer says
 */
export function checkPages(
  bytes: ArrayBuffer,
  chunk: ColumnMetaData,
  rowCount: number,
  readHeader: HeaderReader,
): void {
  const view = new DataView(bytes)
  const valueCount = countValues(view, Number(chunk.total_uncompressed_size), readHeader)
  if (valueCount !== rowCount) {
    throw new Error(`the pages of a row group have ${valueCount} of ${rowCount} values`)
  }
}

/** Where a column of a group lies in a file. */
export function placeOf(chunk: ColumnMetaData, fileBytes: number): { start: number; end: number } {
  const { data_page_offset: data, dictionary_page_offset: dictionary } = chunk
  const start = Number(dictionary && dictionary < data ? dictionary : data)
  const length = Number(chunk.total_compressed_size)
  if (!(start >= 4 && length >= 0 && start + length <= fileBytes)) {
    throw new Error('the pages of a column lie outside of the file')
  }
  return { start, end: start + length }
}

/** Values of the data pages; all headers checked. */
function countValues(view: DataView, mostBytes: number, readHeader: HeaderReader): number {
  const reader = { view, offset: 0 }
  let plainBytes = 0
  let valueCount = 0
  while (reader.offset < view.byteLength - 1) {
    const header = readHeader(reader)
    const left = view.byteLength - reader.offset
    check(header.compressed_page_size, left, 'size')
    plainBytes += check(header.uncompressed_page_size, mostBytes - plainBytes, 'size')
    valueCount += valuesOf(header)
    reader.offset += header.compressed_page_size
  }
  return valueCount
}

function valuesOf(header: PageHeader): number {
  const first = header.data_page_header
  const second = header.data_page_header_v2
  const dictionary = header.dictionary_page_header
  if (header.type === 'DICTIONARY_PAGE' && dictionary !== undefined) {
    check(dictionary.num_values, 8 * header.uncompressed_page_size, 'dictionary')
    return 0
  }
  if (header.type === 'DATA_PAGE' && first !== undefined && first.encoding !== undefined) {
    return check(first.num_values, MAX_PAGE_BYTES, 'count')
  }
  if (header.type !== 'DATA_PAGE_V2' || second === undefined || second.encoding === undefined) {
    throw new Error('a page is of an unknown kind')
  }
  const { definition_levels_byte_length: definition, repetition_levels_byte_length: repetition } =
    second
  check(definition, header.compressed_page_size, 'size')
  check(repetition, header.compressed_page_size - definition, 'size')
  check(second.num_nulls, second.num_values, 'count')
  if (second.num_rows !== second.num_values) throw new Error('a page has a wrong count')
  return check(second.num_values, MAX_PAGE_BYTES, 'count')
}

function check(value: number, most: number, what: string): number {
  if (Number.isInteger(value) && value >= 0 && value <= most) return value
  throw new Error(`a page has a wrong ${what}`)
}
