// Sums of f32 in 96-bit integers: WGSL lets a GPU flush subnormal numbers, round either way and
// assume that no NaN or infinity occurs, so float additions give no promise; these do. A number is
// a multiple of 2^(top - 150 - shift), in two's complement, least word first. `top` is the largest
// exponent of the terms, `shift` the bits kept below the largest term's own: 24 + shift + log2 of
// the number of terms + 1 must be at most 96.

const EXPONENT_BITS = 0x7f800000u;

/// Exponent field of a finite f32 with that of subnormal numbers made 1.
fn exponent_of(bits: u32) -> u32 {
  return max((bits >> 23u) & 0xffu, 1u);
}

/// The significand as a whole number: value = significand · 2^(exponent - 150).
fn significand_of(bits: u32) -> u32 {
  return (bits & 0x7fffffu) | select(0u, 0x800000u, (bits & EXPONENT_BITS) != 0u);
}

fn is_special(bits: u32) -> bool {
  return (bits & EXPONENT_BITS) == EXPONENT_BITS;
}

fn is_nan(bits: u32) -> bool {
  return (bits & 0x7fffffffu) > EXPONENT_BITS;
}

fn add_fixed(a: vec3u, b: vec3u) -> vec3u {
  let x = a.x + b.x;
  let half = a.y + b.y;
  let y = half + select(0u, 1u, x < a.x);
  let carry = select(0u, 1u, half < a.y) + select(0u, 1u, y < half);
  return vec3u(x, y, a.z + b.z + carry);
}

fn negate_fixed(a: vec3u) -> vec3u {
  return add_fixed(~a, vec3u(1u, 0u, 0u));
}

/// a / 2^places, rounded down.
fn shift_right(a: vec3u, places: u32) -> vec3u {
  let fill = select(0u, 0xffffffffu, (a.z >> 31u) != 0u);
  if (places >= 96u) { return vec3u(fill); }
  var words = a;
  if (places >= 64u) { words = vec3u(a.z, fill, fill); }
  if (places >= 32u && places < 64u) { words = vec3u(a.y, a.z, fill); }
  let bit = places & 31u;
  if (bit == 0u) { return words; }
  return (words >> vec3u(bit)) | (vec3u(words.yz, fill) << vec3u(32u - bit));
}

/// A finite f32, cut off (towards 0) where it is finer than the unit.
fn fixed_of(bits: u32, top: u32, shift: u32) -> vec3u {
  let significand = significand_of(bits);
  let places = i32(exponent_of(bits)) - i32(top) + i32(shift);
  var value = vec3u(0u);
  if (places >= 0) {
    let bit = u32(places) & 31u;
    let low = significand << bit;
    let high = select(significand >> ((32u - bit) & 31u), 0u, bit == 0u);
    switch (places >> 5u) {
      case 0: { value = vec3u(low, high, 0u); }
      case 1: { value = vec3u(0u, low, high); }
      default: { value = vec3u(0u, 0u, low); }
    }
  } else if (places > -24) {
    value.x = significand >> u32(-places);
  }
  if ((bits >> 31u) != 0u) { value = negate_fixed(value); }
  return value;
}

/// Number of the highest bit that is set; 0 for 0.
fn highest_bit(a: vec3u) -> u32 {
  if (a.z != 0u) { return 64u + firstLeadingBit(a.z); }
  if (a.y != 0u) { return 32u + firstLeadingBit(a.y); }
  return select(firstLeadingBit(a.x), 0u, a.x == 0u);
}

/// a / 2^places to the nearest whole number, ties to even; the result must fit, places in 1 … 95.
fn round_off(a: vec3u, places: u32) -> u32 {
  let word = places >> 5u;
  let bit = places & 31u;
  let next = select(0u, a[min(word + 1u, 2u)], word < 2u);
  let kept = select((a[word] >> bit) | (next << ((32u - bit) & 31u)), a[word], bit == 0u);
  let half_word = (places - 1u) >> 5u;
  let half = 1u << ((places - 1u) & 31u);
  var below = a[half_word] & (half - 1u);
  if (half_word > 0u) { below |= a.x; }
  if (half_word > 1u) { below |= a.y; }
  let up = (a[half_word] & half) != 0u && (below != 0u || (kept & 1u) != 0u);
  return kept + select(0u, 1u, up);
}

/// The nearest f32's bits, ties to even; 0 is +0, too large is infinite.
fn float_of(value: vec3u, top: u32, shift: u32) -> u32 {
  let sign = value.z & 0x80000000u;
  var size = value;
  if (sign != 0u) { size = negate_fixed(value); }
  if (all(size == vec3u(0u))) { return 0u; }
  let unit = i32(top) - i32(shift);
  let places = max(i32(highest_bit(size)) - 23, 1 - unit);
  let exponent = unit + places;
  var bits = EXPONENT_BITS;
  if (exponent < 255) {
    var significand = 0u;
    if (places > 0) {
      significand = round_off(size, u32(places));
    } else {
      significand = size.x << u32(-places);
    }
    // A significand of 2^24 after rounding carries into the exponent, as it should.
    bits = (u32(exponent - 1) << 23u) + significand;
  }
  return sign | bits;
}
