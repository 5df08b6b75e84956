/**
 * Looks at the metadata of Arrow's messages before apache-arrow does: it takes their counts on
 * trust, and a damaged one would keep it busy for ever. Called by arrow.ts.
 * Sources: the Arrow format's Message.fbs, Schema.fbs and File.fbs; "FlatBuffer Internals".
 */

/** A message of the IPC formats, as its metadata says. */
export interface MessageInfo {
  /** One of `HEADER_TYPES`; others are told, too. */
  type: number
  bodyBytes: number
}

/** Where a message lies in a file. */
export interface BlockInfo {
  /** Of the message that must be there. */
  type: number
  offset: number
  metadataBytes: number
}

/** Which field of its table a value is, in the order of the .fbs files. */
const MESSAGE = { headerType: 1, header: 2, bodyLength: 3, custom: 4 }
const BATCH = { length: 0, nodes: 1, buffers: 2, compression: 3, counts: 4 }
const DICTIONARY_DATA = 1
const SCHEMA = { fields: 1, custom: 2, features: 3 }
const FIELD = { name: 0, children: 5, custom: 6 }
const FOOTER = { schema: 1, dictionaries: 2, batches: 3, custom: 4 }
const HEADER_TYPES = { schema: 1, dictionary: 2, batch: 3 }
/** Of structures in vectors. */
const NODE_BYTES = 16
const BUFFER_BYTES = 16
const BLOCK_BYTES = 24

/** @throws RangeError, Error in words for metadata that no message has */
export function checkMessage(metadata: Uint8Array): MessageInfo {
  const flat = new Flat(metadata)
  const message = flat.root()
  const bodyBytes = flat.long(message, MESSAGE.bodyLength)
  flat.vector(message, MESSAGE.custom, 4)
  const header = flat.table(message, MESSAGE.header)
  if (header === undefined) throw new Error('a message has no header')
  const type = flat.byte(message, MESSAGE.headerType)
  if (type === HEADER_TYPES.schema) checkSchema(flat, header)
  if (type === HEADER_TYPES.batch) checkBatch(flat, header, bodyBytes)
  if (type === HEADER_TYPES.dictionary) {
    const batch = flat.table(header, DICTIONARY_DATA)
    if (batch === undefined) throw new Error('a dictionary has no values')
    checkBatch(flat, batch, bodyBytes)
  }
  return { type, bodyBytes }
}

/** @throws RangeError, Error in words for what is no footer */
export function checkFooter(footer: Uint8Array): BlockInfo[] {
  const flat = new Flat(footer)
  const root = flat.root()
  flat.vector(root, FOOTER.custom, 4)
  const schema = flat.table(root, FOOTER.schema)
  if (schema === undefined) throw new Error('the footer has no schema')
  checkSchema(flat, schema)
  const blocksOf = (field: number, type: number) => {
    const { start, count } = flat.vector(root, field, BLOCK_BYTES)
    return Array.from({ length: count }, (_, i) => ({
      type,
      ...flat.block(start + i * BLOCK_BYTES),
    }))
  }
  return [
    ...blocksOf(FOOTER.dictionaries, HEADER_TYPES.dictionary),
    ...blocksOf(FOOTER.batches, HEADER_TYPES.batch),
  ]
}

function checkSchema(flat: Flat, schema: number): void {
  flat.vector(schema, SCHEMA.custom, 4)
  flat.vector(schema, SCHEMA.features, 8)
  for (const field of flat.tables(schema, SCHEMA.fields)) checkField(flat, field)
}

function checkField(flat: Flat, field: number): void {
  flat.vector(field, FIELD.name, 1)
  flat.vector(field, FIELD.custom, 4)
  for (const child of flat.tables(field, FIELD.children)) checkField(flat, child)
}

function checkBatch(flat: Flat, batch: number, bodyBytes: number): void {
  flat.vector(batch, BATCH.nodes, NODE_BYTES)
  flat.vector(batch, BATCH.buffers, BUFFER_BYTES)
  flat.vector(batch, BATCH.counts, 8)
  const length = flat.long(batch, BATCH.length)
  // Ids take a byte at least.
  const isPacked = flat.table(batch, BATCH.compression) !== undefined
  if (length > bodyBytes && !isPacked) {
    throw new Error(`a record batch of ${length} rows has ${bodyBytes} bytes`)
  }
}

/** Reads FlatBuffers; a place out of the buffer is a RangeError of DataView. */
class Flat {
  readonly #view: DataView
  /** Tables may be shared: no more are visited than there is room for. */
  #tablesLeft: number

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#tablesLeft = bytes.byteLength
  }

  root(): number {
    return this.#view.getUint32(0, true)
  }

  /** Where a field of a table is; undefined when it is left out. */
  #place(table: number, field: number): number | undefined {
    const fields = table - this.#view.getInt32(table, true)
    const at = 4 + 2 * field
    if (at >= this.#view.getUint16(fields, true)) return
    const offset = this.#view.getUint16(fields + at, true)
    return offset === 0 ? undefined : table + offset
  }

  byte(table: number, field: number): number {
    const place = this.#place(table, field)
    return place === undefined ? 0 : this.#view.getUint8(place)
  }

  long(table: number, field: number): number {
    const place = this.#place(table, field)
    return place === undefined ? 0 : this.#long(place)
  }

  #long(place: number): number {
    const value = Number(this.#view.getBigInt64(place, true))
    if (value >= 0 && value <= Number.MAX_SAFE_INTEGER) return value
    throw new Error(`a length or place is ${value}`)
  }

  table(table: number, field: number): number | undefined {
    const place = this.#place(table, field)
    return place === undefined ? undefined : this.#visited(place)
  }

  #visited(place: number): number {
    if (this.#tablesLeft-- <= 0) throw new Error('the metadata refers to itself')
    return place + this.#view.getUint32(place, true)
  }

  vector(table: number, field: number, itemBytes: number): { start: number; count: number } {
    const place = this.#place(table, field)
    if (place === undefined) return { start: 0, count: 0 }
    const at = place + this.#view.getUint32(place, true)
    const count = this.#view.getUint32(at, true)
    if (at + 4 + count * itemBytes <= this.#view.byteLength) return { start: at + 4, count }
    throw new Error(`a list of ${count} items lies outside of the metadata`)
  }

  tables(table: number, field: number): number[] {
    const { start, count } = this.vector(table, field, 4)
    return Array.from({ length: count }, (_, i) => this.#visited(start + 4 * i))
  }

  block(at: number): { offset: number; metadataBytes: number } {
    return { offset: this.#long(at), metadataBytes: this.#view.getInt32(at + 8, true) }
  }
}
