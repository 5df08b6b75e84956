// Reductions, one dispatch: each thread reduces up to ITEMS values to four words, which the host
// decodes (src/kernels/reduce/webgpu.ts) and joins over a tree. Threads of a workgroup take
// neighbouring values, so reads are coalesced, and no barrier is needed. All arithmetic is on
// integers: the same words on every GPU.

#include "shared/dispatch.wgsl"
#include "shared/fixed.wgsl"
#include "shared/keys.wgsl"

/// Threads of a workgroup: what each of them makes is one pair of the host's.
const LANES = 64u;
/// Values of a thread: LANES apart.
const ITEMS = 256u;
/// Bits below the largest term's own: 24 + 63 + log2(ITEMS) + 1 = 96.
const SHIFT = 63u;

struct Params {
  count: u32,
  /// 0 u32, 1 i32, 2 f32.
  element_type: u32,
  /// 1: least and greatest of the finite values only.
  finite_only: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> values: array<u32>;
@group(0) @binding(2) var<storage, read_write> partials: array<vec4u>;

/// First value of a thread; the others follow LANES apart, up to `end_of`.
fn begin_of(unit: u32, thread: u32) -> u32 {
  return unit * LANES * ITEMS + thread;
}

fn end_of(unit: u32) -> u32 {
  return min((unit + 1u) * LANES * ITEMS, params.count);
}

/// 64-bit sum: low word, high word.
@compute @workgroup_size(LANES)
fn sum_integers(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let unit = flat_group(group, groups);
  let slot = unit * LANES + thread;
  if (slot >= arrayLength(&partials)) { return; }
  var low = 0u;
  var high = 0u;
  let end = end_of(unit);
  for (var i = begin_of(unit, thread); i < end; i += LANES) {
    let value = values[i];
    low += value;
    high += select(0u, 1u, low < value);
    if (params.element_type == 1u) { high += bitcast<u32>(bitcast<i32>(value) >> 31u); }
  }
  partials[slot] = vec4u(low, high, 0u, 0u);
}

/// Size of the sum (three words), then largest exponent (0 when all are 0), sign << 8, and which of
/// NaN, ∞ and -∞ occur << 9, 10, 11.
@compute @workgroup_size(LANES)
fn sum_floats(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let unit = flat_group(group, groups);
  let slot = unit * LANES + thread;
  if (slot >= arrayLength(&partials)) { return; }
  let end = end_of(unit);
  var top = 0u;
  var meta_word = 0u;
  for (var i = begin_of(unit, thread); i < end; i += LANES) {
    let bits = values[i];
    if (is_nan(bits)) {
      meta_word |= 1u << 9u;
    } else if (is_special(bits)) {
      meta_word |= 1u << (10u + (bits >> 31u));
    } else if ((bits & 0x7fffffffu) != 0u) {
      top = max(top, exponent_of(bits));
    }
  }
  var sum = vec3u(0u);
  for (var i = begin_of(unit, thread); i < end; i += LANES) {
    let bits = values[i];
    if (!is_special(bits)) { sum = add_fixed(sum, fixed_of(bits, top, SHIFT)); }
  }
  let sign = sum.z >> 31u;
  if (sign != 0u) { sum = negate_fixed(sum); }
  partials[slot] = vec4u(sum, meta_word | top | (sign << 8u));
}

@compute @workgroup_size(LANES)
fn multiply_integers(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let unit = flat_group(group, groups);
  let slot = unit * LANES + thread;
  if (slot >= arrayLength(&partials)) { return; }
  var product = 1u;
  let end = end_of(unit);
  for (var i = begin_of(unit, thread); i < end; i += LANES) { product *= values[i]; }
  partials[slot] = vec4u(product, 0u, 0u, 0u);
}

/// Low and high word of a · b, for b < 2^24.
fn multiply_wide(a: u32, b: u32) -> vec2u {
  let low = (a & 0xffffu) * (b & 0xffffu);
  let middle = (a >> 16u) * (b & 0xffffu) + (low >> 16u);
  let other = (a & 0xffffu) * (b >> 16u) + (middle & 0xffffu);
  let high = (a >> 16u) * (b >> 16u) + (middle >> 16u) + (other >> 16u);
  return vec2u(a * b, high);
}

/// A significand of 64 bits (high word, low word), exponent, and sign, whether 0, ∞ and NaN occur.
@compute @workgroup_size(LANES)
fn multiply_floats(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let unit = flat_group(group, groups);
  let slot = unit * LANES + thread;
  if (slot >= arrayLength(&partials)) { return; }
  var high = 0x80000000u;
  var low = 0u;
  var exponent = -63;
  var meta_word = 0u;
  let end = end_of(unit);
  for (var i = begin_of(unit, thread); i < end; i += LANES) {
    let bits = values[i];
    meta_word ^= bits >> 31u;
    if (is_nan(bits)) { meta_word |= 8u; }
    if ((bits & 0x7fffffffu) == 0u) { meta_word |= 2u; }
    if ((bits & 0x7fffffffu) == EXPONENT_BITS) { meta_word |= 4u; }
    if ((meta_word & 14u) != 0u) { continue; }
    let significand = significand_of(bits);
    // Subnormal numbers are brought to 24 bits, too.
    let places = 23u - firstLeadingBit(significand);
    let factor = significand << places;
    exponent += i32(exponent_of(bits)) - 150 - i32(places);
    let a = multiply_wide(low, factor);
    let b = multiply_wide(high, factor);
    let middle = a.y + b.x;
    let upper = b.y + select(0u, 1u, middle < b.x);
    // 87 or 88 bits: the upper 64 are kept.
    let drop = select(23u, 24u, upper >= 0x800000u);
    high = (upper << (32u - drop)) | (middle >> drop);
    low = (middle << (32u - drop)) | (a.x >> drop);
    exponent += i32(drop);
  }
  partials[slot] = vec4u(high, low, bitcast<u32>(exponent), meta_word);
}

/// Least and greatest key (4294967295 and 0 where there is no value), and whether a NaN occurs.
@compute @workgroup_size(LANES)
fn extent(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let unit = flat_group(group, groups);
  let slot = unit * LANES + thread;
  if (slot >= arrayLength(&partials)) { return; }
  var least = 0xffffffffu;
  var greatest = 0u;
  var found = 0u;
  var has_nan = 0u;
  let is_float = params.element_type == 2u;
  let end = end_of(unit);
  for (var i = begin_of(unit, thread); i < end; i += LANES) {
    let bits = values[i];
    if (is_float && is_nan(bits)) {
      has_nan = 1u;
    } else if (!(is_float && params.finite_only != 0u && is_special(bits))) {
      found = 1u;
      least = min(least, key_of(bits, params.element_type));
      greatest = max(greatest, key_of(bits, params.element_type));
    }
  }
  partials[slot] = vec4u(least, greatest, has_nan, found);
}
