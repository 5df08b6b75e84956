/**
 * Text in the memory of codec-writer.ts and codec-reader.ts: ASCII, a byte a character, else
 * UTF-16. Short text by loops; long ASCII by TextEncoder and TextDecoder, which are several times
 * as fast.
 */

/** Shorter text is written, and read, faster by a loop (measured on V8). */
const ENCODER_LENGTH = 48
const DECODER_LENGTH = 16
/** Code units for one call of String.fromCharCode: its arguments lie on the stack. */
const UNITS_PER_CALL = 4096

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * True for memory that TextDecoder and TextEncoder refuse in browsers. Not by SharedArrayBuffer:
 * pages without isolation can have shared memory, but not that name.
 */
export function isShared(memory: Uint8Array): boolean {
  return !(memory.buffer instanceof ArrayBuffer)
}

/** @returns false for text that isn't ASCII; the bytes at `at` are rubbish then */
export function putAscii(text: string, memory: Uint8Array, at: number, shared: boolean): boolean {
  const { length } = text
  if (length < ENCODER_LENGTH) {
    let bits = 0
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i)
      bits |= unit
      memory[at + i] = unit
    }
    return bits < 0x80
  }
  if (shared) {
    const bytes = encoder.encode(text)
    if (bytes.length !== length) return false
    memory.set(bytes, at)
    return true
  }
  const { read, written } = encoder.encodeInto(text, memory.subarray(at, at + length))
  return read === length && written === length
}

/** @returns undefined when the bytes are no ASCII */
export function asciiOf(
  memory: Uint8Array,
  at: number,
  length: number,
  shared: boolean,
): string | undefined {
  if (length >= DECODER_LENGTH) {
    const bytes = shared ? memory.slice(at, at + length) : memory.subarray(at, at + length)
    return decodeAscii(bytes)
  }
  let text = ''
  let bits = 0
  let i = at
  const end = at + length
  // Four a call take 0.6 of the time of one a call.
  for (; i + 4 <= end; i += 4) {
    const a = memory[i]
    const b = memory[i + 1]
    const c = memory[i + 2]
    const d = memory[i + 3]
    bits |= a | b | c | d
    text += String.fromCharCode(a, b, c, d)
  }
  for (; i < end; i++) {
    bits |= memory[i]
    text += String.fromCharCode(memory[i])
  }
  return bits < 0x80 ? text : undefined
}

function decodeAscii(bytes: Uint8Array): string | undefined {
  try {
    const text = decoder.decode(bytes)
    return text.length === bytes.length ? text : undefined
  } catch {
    return undefined
  }
}

export function utf16Of(view: DataView, at: number, length: number): string {
  let text = ''
  for (let from = 0; from < length; from += UNITS_PER_CALL) {
    const units = new Array<number>(Math.min(length - from, UNITS_PER_CALL))
    for (let i = 0; i < units.length; i++) units[i] = view.getUint16(at + 2 * (from + i), true)
    text += String.fromCharCode(...units)
  }
  return text
}
