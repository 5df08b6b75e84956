// Rows of an edge list: bytes in, pairs of ids (and weights) out. src/graph/edge-parser.ts calls it
// with whole lines only, so a scan always ends at a line feed. Rows that are anything but plain
// (quotes, odd numbers, errors) are left to the host, which reads them one by one.

import { decimalEnd, parseDecimal } from './decimal'
import { NEEDS_SPACE } from './id-table'
import { hashText, internHashed, touchSlot } from './text-table'

// Why parsing stopped.
export const ROWS_DONE: i32 = 0
export const ROW_FOR_HOST: i32 = 1
export const ID_TOO_WIDE: i32 = 2
export const TABLE_FULL: i32 = 3

const LINE_FEED: u8 = 10
const CARRIAGE_RETURN: u8 = 13
const BLANK: u8 = 32
const TAB: u8 = 9
const QUOTE: u8 = 34

let rows: i32 = 0
let lines: i32 = 0
let stopped: usize = 0
let cursor: usize = 0
let fieldEnd: usize = 0
let value: u64 = 0

// The dialect; `separator` 0 means any run of blanks and tabs.
let separator: u8 = 0
let otherBlank: u8 = TAB
let idColumns: i32 = 2
let weightColumn: i32 = 0
let maxLineBytes: usize = 0

/** `weight` is a 1-based column, 0 for none; `ids` is 1 for a list of vertices, else 2. */
export function setRowFormat(delimiter: u32, ids: i32, weight: i32, lineBytes: u32): void {
  separator = delimiter as u8
  otherBlank = separator == TAB ? BLANK : TAB
  idColumns = ids
  weightColumn = weight
  maxLineBytes = lineBytes
}

/** Rows that the last call wrote. */
export function rowsWritten(): i32 {
  return rows
}

/** Lines that the last call took: rows, comments and empty lines. */
export function linesTaken(): i32 {
  return lines
}

/** Where the last call stopped: the start of a line. */
export function rowsEnd(): usize {
  return stopped
}

function skipBlanks(from: usize): usize {
  let p = from
  let c = load<u8>(p)
  while (c == BLANK || c == otherBlank) c = load<u8>(++p)
  return p
}

/** After a field: the start of the next one, or 0 when there is none. */
function nextField(p: usize): usize {
  // Nearly always one separator and no blanks.
  const first = load<u8>(p)
  const second = load<u8>(p + 1)
  if (second > BLANK && second != separator) {
    if (separator == 0 ? first == BLANK || first == TAB : first == separator) return p + 1
  }
  const q = skipBlanks(p)
  if (separator == 0) {
    const c = load<u8>(q)
    return q > p && c != LINE_FEED && c != CARRIAGE_RETURN ? q : 0
  }
  return load<u8>(q) == separator ? skipBlanks(q + 1) : 0
}

/** Line feed at the end of a comment or of columns that nobody asked for; 0 for quotes and NUL. */
function restOfLine(from: usize, plain: bool): usize {
  let p = from
  let c = load<u8>(p)
  while (c != LINE_FEED) {
    if (plain && (c == QUOTE || c == 0)) return 0
    c = load<u8>(++p)
  }
  return p
}

/** End of a row whose last field ends at p: its line feed, or 0 for the host. */
function endOfRow(p: usize): usize {
  const c = load<u8>(p)
  if (c == LINE_FEED) return p
  if (c == CARRIAGE_RETURN) return load<u8>(p + 1) == LINE_FEED ? p + 1 : 0
  if (c != BLANK && c != TAB && c != separator) return 0
  return restOfLine(p, true)
}

/** A line without a row: its line feed; 0 when there is a row, starting at `cursor`. */
function emptyLine(p: usize): usize {
  const q = skipBlanks(p)
  cursor = q
  const c = load<u8>(q)
  if (c == LINE_FEED) return q
  if (c == CARRIAGE_RETURN) return load<u8>(q + 1) == LINE_FEED ? q + 1 : 0
  return c == 35 || c == 37 ? restOfLine(q, false) : 0
}

/** Reads the weight, columns after `from`; NaN for the host. Leaves `cursor` behind it. */
function weightAfter(from: usize): f64 {
  let p = from
  for (let column = idColumns; column < weightColumn - 1; column++) {
    p = nextField(p)
    if (p == 0) return NaN
    for (;;) {
      const c = load<u8>(p)
      if (c == QUOTE || c == 0) return NaN
      if (c == LINE_FEED || c == CARRIAGE_RETURN) return NaN
      if (separator == 0 ? c == BLANK || c == TAB : c == separator) break
      p++
    }
  }
  p = nextField(p)
  if (p == 0) return NaN
  const weight = parseDecimal(p)
  cursor = decimalEnd()
  return weight
}

/**
 * Digits at p into `value`: gives the byte after them, or 0 unless there are 1 to 19. The first
 * eight are taken at once, without a branch on their number, which no predictor could guess
 * (Lemire, "Quickly parsing eight digits", 2018).
 */
function digits(p: usize): usize {
  let word = load<u64>(p) ^ 0x3030303030303030
  const others = ((word + 0x7676767676767676) | word) & 0x8080808080808080
  const bits = (ctz<u64>(others) & 0x78) as u32
  if (bits == 0) return 0
  word <<= (64 - bits) as u64
  word = word * 10 + (word >> 8)
  value =
    ((word & 0x000000ff000000ff) * 0x000f424000000064 +
      ((word >> 16) & 0x000000ff000000ff) * 0x0000271000000001) >>
    32
  return bits == 64 ? moreDigits(p) : p + ((bits >> 3) as usize)
}

/** Digits after the first eight. */
function moreDigits(from: usize): usize {
  let p = from + 8
  let number = value
  let d = (load<u8>(p) - 48) as u8
  while (d <= 9) {
    number = number * 10 + d
    d = (load<u8>(++p) - 48) as u8
  }
  value = number
  return p - from > 19 ? 0 : p
}

/**
 * Rows of integer ids between `from` and `to`. Writes pairs of u64 (`wide`) or u32 to `out` and
 * weights to `weights`; `out` must hold a row for every two bytes.
 */
export function parseIntegerRows(
  from: usize,
  to: usize,
  out: usize,
  weights: usize,
  wide: bool,
): i32 {
  let line = from
  let status = ROWS_DONE
  rows = 0
  lines = 0
  while (line < to) {
    let p = digits(line)
    let end: usize = 0
    if (p == 0) {
      end = emptyLine(line)
      if (end == 0) p = digits(cursor)
    }
    if (end == 0) {
      const source = value
      if (p != 0 && idColumns == 2) {
        p = nextField(p)
        if (p != 0) p = digits(p)
      }
      const target = value
      let weight: f64 = 0
      if (p != 0 && weightColumn != 0) {
        weight = weightAfter(p)
        p = Number.isNaN(weight) ? 0 : cursor
      }
      if (p != 0) end = endOfRow(p)
      if (end == 0) {
        status = ROW_FOR_HOST
        break
      }
      if (wide) {
        const at = out + ((rows as usize) << 4)
        store<u64>(at, source)
        store<u64>(at, target, 8)
      } else {
        if ((source | target) >> 32 != 0) {
          status = ID_TOO_WIDE
          break
        }
        const at = out + ((rows as usize) << 3)
        store<u32>(at, source as u32)
        store<u32>(at, target as u32, 4)
      }
      if (weightColumn != 0) store<f64>(weights + ((rows as usize) << 3), weight)
      if (end - line > maxLineBytes) {
        status = ROW_FOR_HOST
        break
      }
      rows++
    } else if (end - line > maxLineBytes) {
      status = ROW_FOR_HOST
      break
    }
    lines++
    line = end + 1
  }
  stopped = line
  return status
}

/**
 * The text field at `from`, quotes and blanks around it taken off: from the returned address to
 * `fieldEnd`, `cursor` behind it. 0 for the host. `value` is 0 when it holds digits only.
 */
function textField(from: usize): usize {
  let p = from
  let start = p
  let c = load<u8>(p)
  let other: u64 = 0
  if (c == QUOTE) {
    start = ++p
    c = load<u8>(p)
    while (c != QUOTE) {
      if (c == LINE_FEED || c == 0) return 0
      if (((c - 48) as u8) > 9) other = 1
      c = load<u8>(++p)
    }
    fieldEnd = p++
    c = load<u8>(p)
    if (c != separator && c != BLANK && c != TAB && c != LINE_FEED && c != CARRIAGE_RETURN) return 0
  } else {
    // Eight bytes at a time up to the first blank, control character or separator.
    const separators = (separator as u64) * 0x0101010101010101
    for (;;) {
      const word = load<u64>(p)
      const gaps = word ^ separators
      const ends =
        (((word - 0x2121212121212121) & ~word) | ((gaps - 0x0101010101010101) & ~gaps)) &
        0x8080808080808080
      const plain = word ^ 0x3030303030303030
      const others = ((plain + 0x7676767676767676) | plain) & 0x8080808080808080
      if (ends != 0) {
        other |= others & ((ends & -ends) - 1)
        p += (ctz<u64>(ends) >> 3) as usize
        break
      }
      other |= others
      p += 8
    }
    c = load<u8>(p)
    let end = p
    for (;;) {
      if (c == LINE_FEED || c == CARRIAGE_RETURN || c == 0) break
      if (c == BLANK || c == otherBlank) {
        if (separator == 0) break
      } else if (c == separator) {
        break
      } else {
        if (((c - 48) as u8) > 9) other = 1
        end = p + 1
      }
      c = load<u8>(++p)
    }
    fieldEnd = end
  }
  cursor = p
  value = other
  return fieldEnd == start ? 0 : start
}

/** Rows whose ids are looked up together, so that their cache misses overlap. */
const BATCH_ROWS: i32 = 32
// Static, so for one thread a memory: a parser has a memory of its own (src/graph/edge-parser.ts).
/** By row, u32: line, lines before it, source, its length and hash, target, its length and hash. */
const batch = memory.data(1024)
let batchStatus: i32 = 0
let touched: u32 = 0

/** Rows of string ids, as u32 indices of the id table. `strict`: a row of digits is an error. */
export function parseStringRows(
  from: usize,
  to: usize,
  out: usize,
  weights: usize,
  strict: bool,
): i32 {
  let line = from
  let status = ROWS_DONE
  let waiting: i32 = 0
  rows = 0
  lines = 0
  while (line < to) {
    const row = batch + ((waiting as usize) << 5)
    let end = emptyLine(line)
    const isRow = end == 0
    if (isRow) {
      status = stringRow(cursor, row, weights + (((rows + waiting) as usize) << 3), strict)
      if (status != ROWS_DONE) break
      end = cursor
    }
    if (end - line > maxLineBytes) {
      status = ROW_FOR_HOST
      break
    }
    if (isRow) {
      store<u32>(row, line as u32)
      store<u32>(row, lines, 4)
      waiting++
    }
    lines++
    line = end + 1
    if (waiting == BATCH_ROWS) {
      if (!internBatch(waiting, out)) return batchStatus
      waiting = 0
    }
  }
  if (!internBatch(waiting, out)) return batchStatus
  stopped = line
  return status
}

/** One row at p: its fields and weight. On ROWS_DONE `cursor` is its line feed. */
function stringRow(p: usize, row: usize, weightAt: usize, strict: bool): i32 {
  const source = textField(p)
  if (source == 0) return ROW_FOR_HOST
  const sourceEnd = fieldEnd
  let onlyDigits = value == 0
  let target = source
  let targetEnd = sourceEnd
  if (idColumns == 2) {
    const next = nextField(cursor)
    target = next == 0 ? 0 : textField(next)
    if (target == 0) return ROW_FOR_HOST
    targetEnd = fieldEnd
    onlyDigits = onlyDigits && value == 0
  }
  if (strict && onlyDigits) return ROW_FOR_HOST
  if (weightColumn != 0) {
    const weight = weightAfter(cursor)
    if (Number.isNaN(weight)) return ROW_FOR_HOST
    store<f64>(weightAt, weight)
  }
  const end = endOfRow(cursor)
  if (end == 0) return ROW_FOR_HOST
  store<u32>(row, source as u32, 8)
  store<u32>(row, (sourceEnd - source) as u32, 12)
  store<u32>(row, target as u32, 20)
  store<u32>(row, (targetEnd - target) as u32, 24)
  cursor = end
  return ROWS_DONE
}

/** Looks up a batch. False when it ends at a row that the host must see, said by `batchStatus`. */
function internBatch(count: i32, out: usize): bool {
  const end = batch + ((count as usize) << 5)
  let sum: u32 = 0
  for (let row = batch; row < end; row += 32) {
    const source = hashText(load<u32>(row, 8) as usize, load<u32>(row, 12))
    const target = hashText(load<u32>(row, 20) as usize, load<u32>(row, 24))
    store<u32>(row, source, 16)
    store<u32>(row, target, 28)
    sum += touchSlot(source) + touchSlot(target)
  }
  touched = sum
  for (let row = batch; row < end; row += 32) {
    const a = internHashed(
      load<u32>(row, 8) as usize,
      load<u32>(row, 12),
      load<u32>(row, 16),
      false,
    )
    const b =
      a < 0
        ? a
        : internHashed(load<u32>(row, 20) as usize, load<u32>(row, 24), load<u32>(row, 28), false)
    if (b < 0) {
      batchStatus = b == NEEDS_SPACE ? TABLE_FULL : ROW_FOR_HOST
      stopped = load<u32>(row) as usize
      lines = load<u32>(row, 4)
      return false
    }
    const pair = out + ((rows as usize) << 3)
    store<u32>(pair, a)
    store<u32>(pair, b, 4)
    rows++
  }
  return true
}

/** Keeps the reads of `touchSlot` from being left out. */
export function touchedSlots(): u32 {
  return touched
}
