// Julian dates for timestamps.wgsl, whose parameters, instants and constants this reads: doubles
// taken apart and put together as whole numbers.

fn decode_julian(bits: vec2<u32>) -> Instant {
  let size = vec2<u32>(bits.x, bits.y & 0x7fffffffu);
  // Beyond 2^46 days, infinite or no number.
  if (below64(vec2<u32>(0u, 1069u << 20u), size)) {
    return Instant(vec2<u32>(0u, 0u), vec2<u32>(0u, 0u), INVALID);
  }
  let exponent = size.y >> 20u;
  let mantissa = vec2<u32>(size.x, (size.y & 0xfffffu) | select(0u, 0x100000u, exponent != 0u));
  let places = 1075u - max(1u, exponent);
  var days = vec2<u32>(0u, 0u);
  var fraction = Fraction(vec2<u32>(0u, 0u), vec2<u32>(0u, 0u), vec2<u32>(0u, 0u));
  if (places < 64u) {
    days = shr64(mantissa, places);
    fraction.upper = shl64(mantissa, 64u - places);
  } else if (places == 64u) {
    fraction.upper = mantissa;
  } else if (places < 128u) {
    // Below 2^-75 days, 8 ticks, a date counts as 0.
    fraction.upper = shr64(mantissa, places - 64u);
    fraction.lower = shl64(mantissa, 128u - places);
  }
  if (is_negative64(bits)) {
    let is_day = is_zero64(fraction.upper | fraction.lower);
    days = sub64(negate64(days), whole(select(1u, 0u, is_day)));
    let is_short = vec2<bool>(is_zero64(fraction.lower));
    fraction.upper = select(~fraction.upper, negate64(fraction.upper), is_short);
    fraction.lower = negate64(fraction.lower);
  }
  fraction = multiply_fraction(fraction, DAY_SECONDS);
  let seconds = add64(mul64(days, whole(DAY_SECONDS)), fraction.whole);
  fraction = multiply_fraction(fraction, NANOS);
  let ticks = vec2<u32>(fraction.upper.y, fraction.whole.x);
  return Instant(add64(seconds, params.source_epoch), ticks, 0u);
}

/// A part of a day or second in 2^-64 and 2^-128 of it, and what came out whole.
struct Fraction {
  whole: vec2<u32>,
  upper: vec2<u32>,
  lower: vec2<u32>,
}

fn multiply_fraction(fraction: Fraction, by: u32) -> Fraction {
  let factor = whole(by);
  let carry = mul_high64(fraction.lower, factor);
  let upper = add64(mul64(fraction.upper, factor), carry);
  let above = add64(
    mul_high64(fraction.upper, factor),
    whole(select(0u, 1u, below64(upper, carry))),
  );
  return Fraction(above, upper, mul64(fraction.lower, factor));
}

struct Double {
  bits: vec2<u32>,
  is_exact: bool,
}

/// A day's nanoseconds, and the ticks below them in the upper word of `rest`.
struct DayPart {
  nanos: vec2<u32>,
  rest: vec2<u32>,
  /// The last digit of the quotient by a day.
  digit: u32,
}

/// The next 16 bits of the quotient.
fn next_digit(part: DayPart) -> DayPart {
  let day = vec2<u32>(2437873664u, 20116u);
  let top = shl64(part.nanos, 16u) | whole(part.rest.y >> 16u);
  let digit = divide64(top, params.by_day);
  return DayPart(sub64(top, mul64(digit, day)), shl64(part.rest, 16u), digit.x);
}

/// The double for seconds and ticks since day 0, as `julianBits` in assembly/timestamps-encode.ts.
fn julian_of(seconds: vec2<u32>, ticks: vec2<u32>, is_inside: bool) -> Double {
  if (!is_inside) { return Double(vec2<u32>(0u, 0u), true); }
  let is_negative = is_negative64(seconds);
  let flip = select(0u, 0xffffffffu, is_negative);
  let mask = vec2<u32>(flip, flip);
  var days = divide64(seconds ^ mask, params.by_day_seconds) ^ mask;
  let second = sub64(seconds, mul64(days, whole(DAY_SECONDS)));
  var part = DayPart(
    add64(mul64(second, whole(NANOS)), whole(ticks.y)),
    vec2<u32>(0u, ticks.x),
    0u,
  );
  if (is_negative) {
    days = negate64(days);
    if (!is_zero64(part.nanos | part.rest)) {
      days = sub64(days, whole(1u));
      let borrow = whole(select(1u, 0u, is_zero64(part.rest)));
      let day = vec2<u32>(2437873664u, 20116u);
      part.nanos = sub64(sub64(day, part.nanos), borrow);
      part.rest = negate64(part.rest);
    }
  }
  var exponent = 1023u;
  while (is_zero64(days) && !is_zero64(part.nanos | part.rest)) {
    part = next_digit(part);
    days = whole(part.digit);
    exponent -= 16u;
  }
  if (is_zero64(days)) { return Double(vec2<u32>(0u, 0u), true); }
  var digits = array<u32, 4>();
  for (var digit = 0u; digit < 4u; digit++) {
    part = next_digit(part);
    digits[digit] = part.digit;
  }
  let fraction = vec2<u32>((digits[2] << 16u) | digits[3], (digits[0] << 16u) | digits[1]);
  let more = !is_zero64(part.nanos | part.rest);
  return rounded(days, fraction, more, exponent, is_negative);
}

/// The double for (days + fraction · 2^-64 + more) · 2^(exponent - 1023), days in [1, 2^47).
fn rounded(
  days: vec2<u32>,
  fraction: vec2<u32>,
  more: bool,
  exponent: u32,
  is_negative: bool,
) -> Double {
  let top = select(31u - countLeadingZeros(days.x), 63u - countLeadingZeros(days.y), days.y != 0u);
  let cut = 12u + top;
  var mantissa = shl64(days, 64u - cut) | shr64(fraction, cut);
  let lost = sub64(fraction, shl64(shr64(fraction, cut), cut));
  let half = shl64(whole(1u), cut - 1u);
  let is_exact = is_zero64(lost) && !more;
  let is_half = all(lost == half);
  let is_above = below64(half, lost) || (is_half && (more || (mantissa.x & 1u) != 0u));
  let up = !is_negative && !is_exact;
  if (select(up, is_above, params.rounding == ROUND)) { mantissa = add64(mantissa, whole(1u)); }
  // A mantissa of 2^53 carries into the exponent, as it must.
  let power = vec2<u32>(0u, (exponent + top - 1u) << 20u);
  let sign = vec2<u32>(0u, select(0u, 0x80000000u, is_negative));
  return Double(add64(power, mantissa) | sign, is_exact);
}
