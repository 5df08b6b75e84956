/**
 * CRC-32C (Castagnoli's polynomial, as RFC 3720 uses it), over eight tables at once ("slicing by
 * 8": Kounavis and Berry, "A systematic approach to building high performance software-based CRC
 * generators", ISCC 2005).
 */

/** The polynomial, bits reversed. */
const POLYNOMIAL = 0x82f6_3b78

const TABLES = Array.from({ length: 8 }, () => new Uint32Array(256))
const [T0, T1, T2, T3, T4, T5, T6, T7] = TABLES

for (let byte = 0; byte < 256; byte++) {
  let rest = byte
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ POLYNOMIAL : rest >>> 1
  T0[byte] = rest
}
for (let table = 1; table < 8; table++) {
  for (let byte = 0; byte < 256; byte++) {
    const before = TABLES[table - 1][byte]
    TABLES[table][byte] = (before >>> 8) ^ T0[before & 0xff]
  }
}

/**
 * The checksum of bytes.
 *
 * @param before checksum of what comes before them; default: nothing does
 */
export function checksum(bytes: Uint8Array, before = 0): number {
  const { length } = bytes
  let crc = ~before
  let at = 0
  for (; at + 8 <= length; at += 8) {
    const low =
      crc ^ (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24))
    crc =
      T7[low & 0xff] ^
      T6[(low >>> 8) & 0xff] ^
      T5[(low >>> 16) & 0xff] ^
      T4[low >>> 24] ^
      T3[bytes[at + 4]] ^
      T2[bytes[at + 5]] ^
      T1[bytes[at + 6]] ^
      T0[bytes[at + 7]]
  }
  for (; at < length; at++) crc = T0[(crc ^ bytes[at]) & 0xff] ^ (crc >>> 8)
  return ~crc >>> 0
}
