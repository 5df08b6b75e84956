// POSIX seconds and nanoseconds → ISO 8601 and RFC 3339 text, one text a call; twin of
// assembly/iso8601.ts. Called by the timestamp kernel, millions of times a column: no loop over
// digits, and no division that isn't by a constant of 32 bits.
import {
  DAY_SECONDS,
  dayFound,
  END_DAY,
  EPOCH_DAY,
  FIRST_DAY,
  findDate,
  monthFound,
  yearFound,
} from './calendar'

// Eight digits in a word, the first one in the lowest byte.
const ZEROS: u64 = 0x3030303030303030

// 128-bit constants, in memory: V8 makes one out of four instructions each time it is used.
// Where the digits of the eight pairs go, and what is between them.
const WRITTEN = memory.data<u8>([0, 1, 2, 3, 255, 4, 5, 255, 6, 7, 255, 8, 9, 255, 10, 11], 16)
const BETWEEN = memory.data<u8>(
  [48, 48, 48, 48, 45, 48, 48, 45, 48, 48, 84, 48, 48, 58, 48, 48],
  16,
)
const TENTHS = memory.data<u16>([103, 103, 103, 103, 103, 103, 103, 103], 16)
const TENS = memory.data<u16>([10, 10, 10, 10, 10, 10, 10, 10], 16)

/** Eight digits of a number below 10^8, the first one in the lowest byte. */
function eightDigits(value: u32): u64 {
  const high = value / 10000
  // Fours, then pairs, then digits, each split in all lanes at once.
  const fours = (high as u64) | (((value - high * 10000) as u64) << 32)
  const hundreds = ((fours * 10486) >> 20) & 0x0000007f0000007f
  const pairs = hundreds | ((fours - hundreds * 100) << 16)
  const tens = ((pairs * 103) >> 10) & 0x000f000f000f000f
  return (tens | ((pairs - tens * 10) << 8)) + ZEROS
}

/** Writes ±HH:MM or Z; returns the byte after it. */
function writeOffset(minutes: i32, p: usize): usize {
  if (minutes == 0) {
    store<u8>(p, 90)
    return p + 1
  }
  const distance = (minutes < 0 ? -minutes : minutes) as u32
  const hours = distance / 60
  const rest = distance - hours * 60
  store<u8>(p, minutes < 0 ? 45 : 43)
  store<u16>(p, 0x3030 + hours / 10 + ((hours % 10) << 8), 1)
  store<u8>(p, 58, 3)
  store<u16>(p, 0x3030 + rest / 10 + ((rest % 10) << 8), 4)
  return p + 6
}

/** Writes a point and the first `digits` (1 … 9) of nine; returns the byte after them. */
function writeFraction(nanos: u32, digits: i32, p: usize): usize {
  store<u8>(p, 46)
  p++
  const eight = nanos / 10
  let text = eightDigits(eight)
  if (digits >= 8) {
    store<u64>(p, text)
    if (digits == 9) store<u8>(p, nanos - eight * 10 + 48, 8)
    return p + digits
  }
  if (digits & 4) {
    store<u32>(p, text as u32)
    text >>= 32
    p += 4
  }
  if (digits & 2) {
    store<u16>(p, text as u16)
    text >>= 16
    p += 2
  }
  if (digits & 1) {
    store<u8>(p, text as u8)
    p++
  }
  return p
}

/**
 * Writes an instant at `address` as YYYY-MM-DDTHH:MM:SS, `digits` (0 … 9) of fraction, and Z or
 * ±HH:MM. Returns the bytes written, and touches no other; 0 when the year is not 0000 to 9999 at
 * that offset.
 */
export function formatIso8601(
  seconds: i64,
  nanos: u32,
  digits: i32,
  offsetMinutes: i32,
  address: usize,
): u32 {
  const local = (seconds + offsetMinutes * 60 + (EPOCH_DAY as i64) * DAY_SECONDS) as u64
  const first = (FIRST_DAY as u64) * DAY_SECONDS
  if (local - first >= ((END_DAY - FIRST_DAY) as u64) * DAY_SECONDS) return 0
  // 86400 = 675 × 2^7, and what is left of `local` fits 32 bits.
  const days = ((local >> 7) as u32) / 675
  const rest = (local - (days as u64) * DAY_SECONDS) as u32
  findDate(days)
  const year = yearFound - 400
  const century = year / 100
  const hour = rest / 3600
  const inHour = rest - hour * 3600
  const minute = inHour / 60
  const second = inHour - minute * 60
  const dateLanes =
    century |
    ((year - century * 100) << 16) |
    ((monthFound as u64) << 32) |
    ((dayFound as u64) << 48)
  const timeLanes = hour | (minute << 16) | ((second as u64) << 32)
  const pairs = i64x2.replace_lane(i64x2.splat(dateLanes), 1, timeLanes)
  const tens = i16x8.shr_u(i16x8.mul(pairs, v128.load(TENTHS)), 10)
  const ones = i16x8.sub(pairs, i16x8.mul(tens, v128.load(TENS)))
  const text = v128.or(tens, i16x8.shl(ones, 8))
  v128.store(address, v128.or(i8x16.swizzle(text, v128.load(WRITTEN)), v128.load(BETWEEN)))
  store<u8>(address, 58, 16)
  store<u16>(address, i16x8.extract_lane_u(text, 6) + 0x3030, 17)
  let p = address + 19
  if (digits != 0) p = writeFraction(nanos, digits, p)
  return (writeOffset(offsetMinutes, p) - address) as u32
}
