// Elements of any width in buffers of words, and their order as keys: sorting, searching and
// counting equals read arrays through these. Bits are moved and compared, never computed with, so
// that NaN keep theirs and no float arithmetic is asked for.

/// Word that holds element `index`, where elements have 2^width <= 4 bytes.
fn word_index(index: u32, width: u32) -> u32 {
  return index >> (2u - width);
}

/// The element in its word, zero-extended.
fn element_in(word: u32, index: u32, width: u32) -> u32 {
  if (width == 2u) { return word; }
  let bits = 8u << width;
  let lane = index & ((4u >> width) - 1u);
  return (word >> (lane * bits)) & ((1u << bits) - 1u);
}

/// Puts a zero-extended element in its place in a word of zeros.
fn word_part(element: u32, index: u32, width: u32) -> u32 {
  if (width == 2u) { return element; }
  let lane = index & ((4u >> width) - 1u);
  return element << (lane * (8u << width));
}

/// How bits become keys that compare as unsigned numbers.
struct KeyRule {
  /// 1 for f32 and f64.
  is_float: u32,
  /// The sign bit, in the upper word where there are two; 0 for unsigned types.
  sign: u32,
  /// All ones for descending order, else 0.
  flip: u32,
}

/// -0 before +0, every NaN the same and last: the order of TypedArray.prototype.sort.
fn key32(bits: u32, rule: KeyRule) -> u32 {
  var key = bits ^ rule.sign;
  if (rule.is_float != 0u) {
    if ((bits >> 31u) != 0u) { key = ~bits; }
    if ((bits & 0x7fffffffu) > 0x7f800000u) { key = 0xffffffffu; }
  }
  return key ^ rule.flip;
}

/// The same for two words, the lower one first.
fn key64(bits: vec2u, rule: KeyRule) -> vec2u {
  var key = vec2u(bits.x, bits.y ^ rule.sign);
  if (rule.is_float != 0u) {
    if ((bits.y >> 31u) != 0u) { key = ~bits; }
    let high = bits.y & 0x7fffffffu;
    if (high > 0x7ff00000u || (high == 0x7ff00000u && bits.x != 0u)) {
      key = vec2u(0xffffffffu);
    }
  }
  return key ^ vec2u(rule.flip);
}

fn key_less(a: vec2u, b: vec2u) -> bool {
  return a.y < b.y || (a.y == b.y && a.x < b.x);
}
