// ISO 8601 and RFC 3339 text <-> POSIX seconds and nanoseconds. Which texts, and what a position
// means, is written in src/kernels/timestamps/iso8601.ts; the host asks that file for the words of
// an error. Seconds are 64-bit two's complement, low word first. A shader that includes this file
// supplies the bytes of the texts:
//
//   fn text_byte(index: u32) -> u32
//
// Dates <-> days: Neri and Schneider, "Euclidean affine functions and their application to calendar
// algorithms", SPE 2023; years begin in March, and day 0 is -0400-03-01, so that nothing is
// negative.

/// `wrong_at` of a text that is right.
const ISO_RIGHT = 4294967295u;
/// Words that a written text takes: at most 35 bytes.
const ISO_WORDS = 9u;

// Days from -0400-03-01 to 0000-01-01, and those of the years 0000 to 9999.
const ISO_FIRST_DAY = 146037u;
const ISO_DAYS = 3652425u;
// Seconds from -0400-03-01 to 1970-01-01.
const ISO_EPOCH_LOW = 1770371968u;
const ISO_EPOCH_HIGH = 17u;

struct IsoInstant {
  /// Since 1970-01-01T00:00:00Z, rounded down.
  seconds: vec2u,
  nanos: u32,
  /// 1 for second 60, which counts as the second after it.
  is_leap_second: u32,
  /// 1 when digits below a nanosecond were dropped and one of them was not 0.
  is_truncated: u32,
  /// Position of the first wrong byte, or ISO_RIGHT.
  wrong_at: u32,
}

struct IsoDate {
  /// 400 more than the year.
  year: u32,
  month: u32,
  day: u32,
}

struct IsoReader {
  start: u32,
  at: u32,
  end: u32,
  /// The first failure stays; what is read after it doesn't count.
  wrong_at: u32,
}

fn iso_days_of(year: u32, month: u32, day: u32) -> u32 {
  let early = select(0u, 1u, month < 3u);
  let y = year + 400u - early;
  let m = month + 12u * early;
  let century = y / 100u;
  return ((1461u * y) >> 2u) - century + (century >> 2u) + ((979u * m - 2919u) >> 5u) + day - 1u;
}

fn iso_date_of(days: u32) -> IsoDate {
  let n = 4u * days + 3u;
  let century = n / 146097u;
  let in_century = (n % 146097u) | 3u;
  let day_of_year = (in_century % 1461u) / 4u;
  let early = select(0u, 1u, day_of_year > 305u);
  let m = 2141u * day_of_year + 197913u;
  let year = 100u * century + in_century / 1461u + early;
  return IsoDate(year, (m >> 16u) - 12u * early, (m & 65535u) / 2141u + 1u);
}

fn iso_days_in_month(year: u32, month: u32) -> u32 {
  if (month != 2u) { return 30u + ((month ^ (month >> 3u)) & 1u); }
  let leap = year % 4u == 0u && (year % 100u != 0u || year % 400u == 0u);
  return select(28u, 29u, leap);
}

/// A number and a 64-bit sum: a + b.
fn iso_add(a: vec2u, b: vec2u) -> vec2u {
  let low = a.x + b.x;
  return vec2u(low, a.y + b.y + select(0u, 1u, low < a.x));
}

/// A number of 32 bits as one of 64.
fn iso_wide(value: i32) -> vec2u {
  return vec2u(bitcast<u32>(value), bitcast<u32>(value >> 31u));
}

fn iso_fail(reader: ptr<function, IsoReader>, at: u32) {
  if ((*reader).wrong_at == ISO_RIGHT) { (*reader).wrong_at = at - (*reader).start; }
}

/// The next byte, or 256 at the end.
fn iso_next(reader: ptr<function, IsoReader>) -> u32 {
  if ((*reader).at >= (*reader).end) { return 256u; }
  return text_byte((*reader).at);
}

fn iso_is_digit(byte: u32) -> bool {
  return byte - 48u < 10u;
}

/// Takes the next byte when it is `byte`.
fn iso_takes(reader: ptr<function, IsoReader>, byte: u32) -> bool {
  let seen = iso_next(reader) == byte;
  if (seen) { (*reader).at += 1u; }
  return seen;
}

fn iso_needs(reader: ptr<function, IsoReader>, byte: u32) {
  if (!iso_takes(reader, byte)) { iso_fail(reader, (*reader).at); }
}

fn iso_digit(reader: ptr<function, IsoReader>) -> u32 {
  let byte = iso_next(reader);
  if (!iso_is_digit(byte)) {
    iso_fail(reader, (*reader).at);
    return 0u;
  }
  (*reader).at += 1u;
  return byte - 48u;
}

/// Two digits that make a number from `low` to `high`.
fn iso_pair(reader: ptr<function, IsoReader>, low: u32, high: u32) -> u32 {
  let start = (*reader).at;
  let tens = iso_digit(reader);
  let value = 10u * tens + iso_digit(reader);
  if (value < low || value > high) { iso_fail(reader, start); }
  return value;
}

/// Nanoseconds and whether digits that count were dropped; only zeros after hour 24.
fn iso_fraction(reader: ptr<function, IsoReader>, midnight: bool) -> vec2u {
  var unit = 100000000u;
  var nanos = 0u;
  var dropped = 0u;
  loop {
    let at = (*reader).at;
    let digit = iso_digit(reader);
    if (midnight && digit != 0u) { iso_fail(reader, at); }
    nanos += digit * unit;
    if (unit == 0u && digit != 0u) { dropped = 1u; }
    unit /= 10u;
    if (!iso_is_digit(iso_next(reader))) { break; }
  }
  return vec2u(nanos, dropped);
}

/// Minutes east of UTC; the text ends here.
fn iso_zone(reader: ptr<function, IsoReader>, assume_utc: bool) -> i32 {
  let byte = iso_next(reader);
  if (byte == 256u && assume_utc) { return 0; }
  var minutes = 0u;
  if (byte == 43u || byte == 45u) {
    (*reader).at += 1u;
    minutes = 60u * iso_pair(reader, 0u, 23u);
    let after = iso_next(reader);
    if (after != 256u) {
      if (!iso_is_digit(after)) { iso_needs(reader, 58u); }
      minutes += iso_pair(reader, 0u, 59u);
    }
  } else if ((byte | 32u) == 122u) {
    (*reader).at += 1u;
  } else {
    iso_fail(reader, (*reader).at);
  }
  if ((*reader).at != (*reader).end) { iso_fail(reader, (*reader).at); }
  return select(i32(minutes), -i32(minutes), byte == 45u);
}

/// The instant that `length` bytes from `start` name. `assume_utc`: a time without Z or offset is
/// UTC. Only `wrong_at` counts when the text is wrong.
fn iso_parse(start: u32, length: u32, assume_utc: bool) -> IsoInstant {
  var reader = IsoReader(start, start, start + length, ISO_RIGHT);
  var instant = IsoInstant(vec2u(0u), 0u, 0u, 0u, ISO_RIGHT);
  let hundreds = iso_pair(&reader, 0u, 99u);
  let year = 100u * hundreds + iso_pair(&reader, 0u, 99u);
  let extended = !iso_is_digit(iso_next(&reader));
  if (extended) { iso_needs(&reader, 45u); }
  let month = iso_pair(&reader, 1u, 12u);
  if (extended) { iso_needs(&reader, 45u); }
  let day = iso_pair(&reader, 1u, iso_days_in_month(year, month));
  let days = iso_days_of(year, month, day);

  var time = 0u;
  var second = 0u;
  var second_at = 0u;
  var offset = 0;
  let separator = iso_next(&reader);
  if (separator != 256u) {
    if ((separator | 32u) != 116u && separator != 32u) { iso_fail(&reader, reader.at); }
    reader.at += 1u;
    let hour = iso_pair(&reader, 0u, 24u);
    let midnight = hour == 24u;
    if (extended) { iso_needs(&reader, 58u); }
    time = 3600u * hour + 60u * iso_pair(&reader, 0u, select(59u, 0u, midnight));
    let after = iso_next(&reader);
    if (select(iso_is_digit(after), after == 58u, extended)) {
      if (extended) { reader.at += 1u; }
      second_at = reader.at;
      second = iso_pair(&reader, 0u, select(60u, 0u, midnight));
      if (iso_takes(&reader, 46u) || iso_takes(&reader, 44u)) {
        let fraction = iso_fraction(&reader, midnight);
        instant.nanos = fraction.x;
        instant.is_truncated = fraction.y;
      }
    }
    offset = iso_zone(&reader, assume_utc);
  }

  // In that day or one beside it. 86400 = 675 << 7, and 675 × days fits 32 bits.
  let in_day = i32(time + second) - 60 * offset;
  if (second == 60u && reader.wrong_at == ISO_RIGHT) {
    let shift = select(0, 1, in_day >= 86400);
    let date = iso_date_of(days + u32(shift));
    let is_new_day = in_day == 86400 * shift && date.day == 1u;
    if (!is_new_day || (date.month != 1u && date.month != 7u)) { iso_fail(&reader, second_at); }
    instant.is_leap_second = 1u;
  }
  let scaled = 675u * days;
  let total = iso_add(vec2u(scaled << 7u, scaled >> 25u), iso_wide(in_day));
  // Minus the epoch: plus its complement.
  instant.seconds = iso_add(total, iso_add(vec2u(~ISO_EPOCH_LOW, ~ISO_EPOCH_HIGH), vec2u(1u, 0u)));
  instant.wrong_at = reader.wrong_at;
  return instant;
}

/// Two digits, the first one in the lower byte.
fn iso_digits(value: u32) -> u32 {
  let tens = value / 10u;
  return 12336u + tens + ((value - 10u * tens) << 8u);
}

fn iso_put(text: ptr<function, array<u32, ISO_WORDS>>, at: u32, byte: u32) {
  (*text)[at >> 2u] |= byte << (8u * (at & 3u));
}

fn iso_put_digits(text: ptr<function, array<u32, ISO_WORDS>>, at: u32, value: u32) {
  let pair = iso_digits(value);
  iso_put(text, at, pair & 255u);
  iso_put(text, at + 1u, pair >> 8u);
}

/// Writes YYYY-MM-DDTHH:MM:SS, `digits` (0 … 9) of fraction and Z or ±HH:MM from the lowest byte of
/// text[0] on, 0 after them. Returns the bytes written: 0 when the year is not 0000 to 9999 at that
/// offset (-1439 … 1439).
fn iso_format(
  seconds: vec2u,
  nanos: u32,
  digits: u32,
  offset_minutes: i32,
  text: ptr<function, array<u32, ISO_WORDS>>,
) -> u32 {
  let epoch = vec2u(ISO_EPOCH_LOW, ISO_EPOCH_HIGH);
  let local = iso_add(iso_add(seconds, iso_wide(60 * offset_minutes)), epoch);
  let shifted = (local.y << 25u) | (local.x >> 7u);
  let days = shifted / 675u;
  if (local.y > 127u || days - ISO_FIRST_DAY >= ISO_DAYS) { return 0u; }
  let rest = ((shifted - 675u * days) << 7u) | (local.x & 127u);
  let date = iso_date_of(days);
  let year = date.year - 400u;
  let month = iso_digits(date.month);
  let minute = iso_digits((rest / 60u) % 60u);
  let second = iso_digits(rest % 60u);
  (*text)[0] = iso_digits(year / 100u) | (iso_digits(year % 100u) << 16u);
  (*text)[1] = 45u | (month << 8u) | (45u << 24u);
  (*text)[2] = iso_digits(date.day) | (84u << 16u) | ((iso_digits(rest / 3600u) & 255u) << 24u);
  (*text)[3] = (iso_digits(rest / 3600u) >> 8u) | (58u << 8u) | (minute << 16u);
  (*text)[4] = 58u | (second << 8u);
  for (var word = 5u; word < ISO_WORDS; word++) { (*text)[word] = 0u; }

  var at = 19u;
  if (digits > 0u) {
    iso_put(text, at, 46u);
    at += 1u;
    var unit = 100000000u;
    var left = nanos;
    for (var i = 0u; i < digits; i++) {
      let digit = left / unit;
      left -= digit * unit;
      unit /= 10u;
      iso_put(text, at, 48u + digit);
      at += 1u;
    }
  }
  if (offset_minutes == 0) {
    iso_put(text, at, 90u);
    return at + 1u;
  }
  let distance = u32(abs(offset_minutes));
  iso_put(text, at, select(43u, 45u, offset_minutes < 0));
  iso_put_digits(text, at + 1u, distance / 60u);
  iso_put(text, at + 3u, 58u);
  iso_put_digits(text, at + 4u, distance % 60u);
  return at + 6u;
}
