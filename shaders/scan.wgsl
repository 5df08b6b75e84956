// Prefix sums, as reduce-then-scan: each thread owns a chunk of CHUNK neighbours.
//
//   mark             f32 only: where NaN and infinities begin
//   totals_*         chunks of values → one sum a chunk
//   raise_*          the same, of sums, once a level, until one chunk is left
//   lower_*          sums of a level → what comes before each, from the level above
//   apply_*          values → prefix sums
//
// The end of a dispatch is the device-wide barrier; nothing waits inside one. f32 is added in
// 96-bit integers and rounded once, at the end: the same bits on every GPU. A sum carries the
// largest exponent among its own values, so that what comes later costs it no precision.

#include "shared/dispatch.wgsl"
#include "shared/fixed.wgsl"

/// Threads of a workgroup.
const WORKGROUP = 64u;
/// Values of a thread: a cache line.
const CHUNK = 32u;
/// Bits below the largest term's own: 24 + 40 + 31 (2^31 terms) + 1 = 96.
const SHIFT = 40u;

struct Params {
  count: u32,
  /// 1: a sum includes its own value.
  inclusive: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> values: array<u32>;
@group(0) @binding(2) var<storage, read_write> sums: array<u32>;

/// Index of the first NaN, ∞ and -∞.
@group(0) @binding(3) var<storage, read_write> marks: array<atomic<u32>, 3>;
@group(0) @binding(4) var<storage, read> marked: array<u32, 3>;

// A level, the level above it, and what comes before each chunk.
@group(0) @binding(5) var<storage, read_write> level: array<u32>;
@group(0) @binding(6) var<storage, read_write> above: array<u32>;
@group(0) @binding(7) var<storage, read> before: array<u32>;
// For f32: three words of a sum, and its exponent.
@group(0) @binding(8) var<storage, read_write> fixed_level: array<vec4u>;
@group(0) @binding(9) var<storage, read_write> fixed_above: array<vec4u>;
@group(0) @binding(10) var<storage, read> fixed_before: array<vec4u>;

fn thread_of(group: vec3u, groups: vec3u, thread: u32) -> u32 {
  return flat_group(group, groups) * WORKGROUP + thread;
}

@compute @workgroup_size(WORKGROUP)
fn mark(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let begin = thread_of(group, groups, thread) * CHUNK;
  if (begin >= params.count) { return; }
  for (var i = begin; i < min(begin + CHUNK, params.count); i++) {
    let bits = values[i];
    if (is_nan(bits)) {
      atomicMin(&marks[0], i);
    } else if (is_special(bits)) {
      atomicMin(&marks[1u + (bits >> 31u)], i);
    }
  }
}

/// Value i as a sum: what is not finite counts 0 here, and `bits_of` knows of it.
fn term_of(i: u32) -> vec4u {
  let bits = values[i];
  if (is_special(bits)) { return vec4u(0u); }
  let top = exponent_of(bits);
  return vec4u(fixed_of(bits, top, SHIFT), top);
}

/// The sum of two sums, in units of the larger exponent: cut off by less than two of them.
fn join(a: vec4u, b: vec4u) -> vec4u {
  let top = max(a.w, b.w);
  let sum = add_fixed(shift_right(a.xyz, top - a.w), shift_right(b.xyz, top - b.w));
  return vec4u(sum, top);
}

@compute @workgroup_size(WORKGROUP)
fn totals_floats(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let chunk = thread_of(group, groups, thread);
  let begin = chunk * CHUNK;
  if (begin >= params.count) { return; }
  var sum = vec4u(0u);
  for (var i = begin; i < min(begin + CHUNK, params.count); i++) {
    sum = join(sum, term_of(i));
  }
  fixed_above[chunk] = sum;
}

@compute @workgroup_size(WORKGROUP)
fn raise_floats(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let chunk = thread_of(group, groups, thread);
  if (chunk >= arrayLength(&fixed_above)) { return; }
  let begin = chunk * CHUNK;
  var sum = vec4u(0u);
  for (var i = begin; i < min(begin + CHUNK, arrayLength(&fixed_level)); i++) {
    sum = join(sum, fixed_level[i]);
  }
  fixed_above[chunk] = sum;
}

@compute @workgroup_size(WORKGROUP)
fn lower_floats(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let chunk = thread_of(group, groups, thread);
  if (chunk >= arrayLength(&fixed_before)) { return; }
  let begin = chunk * CHUNK;
  var sum = fixed_before[chunk];
  for (var i = begin; i < min(begin + CHUNK, arrayLength(&fixed_level)); i++) {
    let own = fixed_level[i];
    fixed_level[i] = sum;
    sum = join(sum, own);
  }
}

/// A sum of the first `end` values: its bits, unless NaN or infinities are among them.
fn bits_of(sum: vec4u, end: u32) -> u32 {
  let has_plus = end > marked[1];
  let has_minus = end > marked[2];
  if (end > marked[0] || (has_plus && has_minus)) { return 0x7fc00000u; }
  if (has_plus) { return EXPONENT_BITS; }
  if (has_minus) { return EXPONENT_BITS | 0x80000000u; }
  return float_of(sum.xyz, max(sum.w, 1u), SHIFT);
}

@compute @workgroup_size(WORKGROUP)
fn apply_floats(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let chunk = thread_of(group, groups, thread);
  let begin = chunk * CHUNK;
  if (begin >= params.count) { return; }
  let end = min(begin + CHUNK, params.count);
  var sum = fixed_before[chunk];
  for (var i = begin; i < end; i++) {
    if (params.inclusive == 0u) { sums[i] = bits_of(sum, i); }
    sum = join(sum, term_of(i));
    // The last sum is what the next chunk starts from: exclusive sums are these, moved by one.
    if (i + 1u == end && end < params.count) { sum = fixed_before[chunk + 1u]; }
    if (params.inclusive != 0u) { sums[i] = bits_of(sum, i + 1u); }
  }
}

@compute @workgroup_size(WORKGROUP)
fn totals_integers(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let chunk = thread_of(group, groups, thread);
  let begin = chunk * CHUNK;
  if (begin >= params.count) { return; }
  var sum = 0u;
  for (var i = begin; i < min(begin + CHUNK, params.count); i++) { sum += values[i]; }
  above[chunk] = sum;
}

@compute @workgroup_size(WORKGROUP)
fn raise_integers(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let chunk = thread_of(group, groups, thread);
  if (chunk >= arrayLength(&above)) { return; }
  let begin = chunk * CHUNK;
  var sum = 0u;
  for (var i = begin; i < min(begin + CHUNK, arrayLength(&level)); i++) { sum += level[i]; }
  above[chunk] = sum;
}

@compute @workgroup_size(WORKGROUP)
fn lower_integers(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let chunk = thread_of(group, groups, thread);
  if (chunk >= arrayLength(&before)) { return; }
  let begin = chunk * CHUNK;
  var sum = before[chunk];
  for (var i = begin; i < min(begin + CHUNK, arrayLength(&level)); i++) {
    let own = level[i];
    level[i] = sum;
    sum += own;
  }
}

@compute @workgroup_size(WORKGROUP)
fn apply_integers(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let chunk = thread_of(group, groups, thread);
  let begin = chunk * CHUNK;
  if (begin >= params.count) { return; }
  var sum = before[chunk];
  for (var i = begin; i < min(begin + CHUNK, params.count); i++) {
    let next = sum + values[i];
    sums[i] = select(sum, next, params.inclusive != 0u);
    sum = next;
  }
}
