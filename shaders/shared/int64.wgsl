// 64-bit whole numbers, which WGSL lacks, as vec2<u32>: lower half first. Addition, subtraction and
// the lower half of a product are the same for signed and unsigned numbers.

fn add64(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
  let low = a.x + b.x;
  return vec2<u32>(low, a.y + b.y + select(0u, 1u, low < a.x));
}

fn sub64(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
  return vec2<u32>(a.x - b.x, a.y - b.y - select(0u, 1u, a.x < b.x));
}

fn negate64(a: vec2<u32>) -> vec2<u32> {
  return sub64(vec2<u32>(0u, 0u), a);
}

fn is_zero64(a: vec2<u32>) -> bool {
  return (a.x | a.y) == 0u;
}

fn is_negative64(a: vec2<u32>) -> bool {
  return (a.y >> 31u) != 0u;
}

/// a < b, both unsigned.
fn below64(a: vec2<u32>, b: vec2<u32>) -> bool {
  return a.y < b.y || (a.y == b.y && a.x < b.x);
}

/// a < b, both signed.
fn less64(a: vec2<u32>, b: vec2<u32>) -> bool {
  return below64(vec2<u32>(a.x, a.y ^ 0x80000000u), vec2<u32>(b.x, b.y ^ 0x80000000u));
}

/// Shifts by 0 to 63 bits.
fn shl64(a: vec2<u32>, bits: u32) -> vec2<u32> {
  if (bits == 0u) { return a; }
  if (bits >= 32u) { return vec2<u32>(0u, a.x << (bits - 32u)); }
  return vec2<u32>(a.x << bits, (a.y << bits) | (a.x >> (32u - bits)));
}

fn shr64(a: vec2<u32>, bits: u32) -> vec2<u32> {
  if (bits == 0u) { return a; }
  if (bits >= 32u) { return vec2<u32>(a.y >> (bits - 32u), 0u); }
  return vec2<u32>((a.x >> bits) | (a.y << (32u - bits)), a.y >> bits);
}

/// The product of two words.
fn product32(a: u32, b: u32) -> vec2<u32> {
  let a_low = a & 0xffffu;
  let a_high = a >> 16u;
  let b_low = b & 0xffffu;
  let b_high = b >> 16u;
  let low = a_low * b_low;
  let middle = a_high * b_low + (low >> 16u);
  let cross = a_low * b_high + (middle & 0xffffu);
  let high = a_high * b_high + (middle >> 16u) + (cross >> 16u);
  return vec2<u32>((cross << 16u) | (low & 0xffffu), high);
}

/// Lower 64 bits of a product.
fn mul64(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
  let low = product32(a.x, b.x);
  return vec2<u32>(low.x, low.y + a.x * b.y + a.y * b.x);
}

/// Upper 64 bits of a product of unsigned numbers.
fn mul_high64(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
  let low = product32(a.x, b.x);
  let middle = add64(product32(a.y, b.x), vec2<u32>(low.y, 0u));
  let cross = add64(product32(a.x, b.y), vec2<u32>(middle.x, 0u));
  let high = add64(product32(a.y, b.y), vec2<u32>(middle.y, 0u));
  return add64(high, vec2<u32>(cross.y, 0u));
}

/// A divisor as a factor and a shift (`reciprocal` in src/kernels/timestamps/plan.ts).
struct Reciprocal {
  factor: vec2<u32>,
  shift: u32,
  spare: u32,
}

/// a / divisor, a < 2^63.
fn divide64(a: vec2<u32>, divisor: Reciprocal) -> vec2<u32> {
  return shr64(mul_high64(shl64(a, 1u), divisor.factor), divisor.shift);
}
