/**
 * Looks at the headers of a column's pages before they are decoded: hyparquet takes them on trust,
 * and a damaged count could keep it busy for ever. Called by parquet.ts.
 */

import type { ColumnMetaData, FileMetaData, PageHeader } from 'hyparquet'

/** A reader of page headers: `parquetHeader` of hyparquet. */
type HeaderReader = (reader: { view: DataView; offset: number }) => PageHeader

/** The largest page that the format's 32-bit sizes allow. */
const MAX_PAGE_BYTES = 2 ** 31 - 1

/**
 * @param name of a flat column
 * @throws Error in words for pages that can't be what the footer says
 */
export function checkPages(
  bytes: Uint8Array,
  { row_groups: groups }: FileMetaData,
  name: string,
  readHeader: HeaderReader,
): void {
  for (const { columns, num_rows: rowCount } of groups) {
    const chunk = columns.find(({ meta_data }) => meta_data?.path_in_schema[0] === name)?.meta_data
    if (chunk === undefined) throw new Error('a row group lacks the column')
    const mostBytes = Number(chunk.total_uncompressed_size)
    const valueCount = countValues(viewOf(bytes, chunk), mostBytes, readHeader)
    if (valueCount !== Number(rowCount)) {
      throw new Error(`the pages of a row group have ${valueCount} of ${rowCount} values`)
    }
  }
}

function viewOf(bytes: Uint8Array, chunk: ColumnMetaData): DataView {
  const { data_page_offset: data, dictionary_page_offset: dictionary } = chunk
  const start = Number(dictionary && dictionary < data ? dictionary : data)
  const length = Number(chunk.total_compressed_size)
  if (!(start >= 4 && length >= 0 && start + length <= bytes.length)) {
    throw new Error('the pages of a column lie outside of the file')
  }
  return new DataView(bytes.buffer, bytes.byteOffset + start, length)
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
