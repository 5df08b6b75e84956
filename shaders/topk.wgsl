// The k first of a column's order, without sorting it: the key of the k-th is found digit by digit,
// from the top.
//
//   per digit:
//     count          each thread's chunk: digits of the keys that begin as the k-th does
//     choose         the k-th key's digit
//   mark             each thread's chunk: how many keys come before the k-th's, how many equal it
//   (sort-scan)      where each thread's positions go
//   pick             positions of the keys before it, then of its equals, as many as are wanted
//
// What was picked is sorted after that. Equals come last and by position, so that a stable sort
// gives the order of the whole column's stable sort.

#include "shared/dispatch.wgsl"
#include "shared/elements.wgsl"

/// Threads of a workgroup.
const WORKGROUP = 64u;
/// Consecutive elements that one thread looks at; below 256, as in sort-radix.
const CHUNK = 128u;
/// Bits of a digit; divides the bits of every type.
const DIGIT_BITS = 4u;
const RADIX = 16u;

struct Params {
  count: u32,
  /// Threads: count / CHUNK, rounded up.
  chunks: u32,
  /// How many are wanted, at most `count`.
  k: u32,
  /// Elements have 2^width bytes.
  width: u32,
  /// As in KeyRule: a uniform may not hold a structure at any offset.
  is_float: u32,
  sign: u32,
  flip: u32,
}

struct State {
  /// The digits of the k-th key that are known, and which bits those are.
  known: vec2u,
  mask: vec2u,
  /// Lowest bit of the next digit.
  shift: u32,
  /// The k-th of all is the rest-th of the keys that begin so.
  rest: u32,
  seen: array<atomic<u32>, RADIX>,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> state: State;
@group(0) @binding(2) var<storage, read> values: array<u32>;
/// Keys before the k-th of each chunk, then keys equal to it.
@group(0) @binding(3) var<storage, read_write> counts: array<u32>;
@group(0) @binding(4) var<storage, read_write> picked: array<u32>;

fn key_at(i: u32) -> vec2u {
  let rule = KeyRule(params.is_float, params.sign, params.flip);
  if (params.width == 3u) { return key64(vec2u(values[2u * i], values[2u * i + 1u]), rule); }
  let key = key32(element_in(values[word_index(i, params.width)], i, params.width), rule);
  if (params.width == 2u) { return vec2u(key, 0u); }
  // Descending order turns the bits above short elements, too.
  return vec2u(key & ((1u << (8u << params.width)) - 1u), 0u);
}

fn thread_of(group: vec3u, groups: vec3u, thread: u32) -> u32 {
  return flat_group(group, groups) * WORKGROUP + thread;
}

fn chunk_end(chunk: u32) -> u32 {
  return min((chunk + 1u) * CHUNK, params.count);
}

@compute @workgroup_size(WORKGROUP)
fn count(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let chunk = thread_of(group, groups, thread);
  if (chunk >= params.chunks) { return; }
  let shift = state.shift & 31u;
  var seen = vec4u(0u);
  for (var i = chunk * CHUNK; i < chunk_end(chunk); i++) {
    let key = key_at(i);
    if (any((key & state.mask) != state.known)) { continue; }
    let digit = (select(key.x, key.y, state.shift >= 32u) >> shift) & (RADIX - 1u);
    seen[digit >> 2u] += 1u << ((digit & 3u) * 8u);
  }
  for (var digit = 0u; digit < RADIX; digit++) {
    let times = (seen[digit >> 2u] >> ((digit & 3u) * 8u)) & 255u;
    if (times != 0u) { atomicAdd(&state.seen[digit], times); }
  }
}

@compute @workgroup_size(1)
fn choose() {
  var rest = state.rest;
  var chosen = RADIX;
  for (var digit = 0u; digit < RADIX; digit++) {
    let times = atomicExchange(&state.seen[digit], 0u);
    if (chosen < RADIX) { continue; }
    if (rest <= times) { chosen = digit; } else { rest -= times; }
  }
  let shift = state.shift & 31u;
  let bits = vec2u(chosen, RADIX - 1u) << vec2u(shift);
  if (state.shift >= 32u) {
    state.known.y |= bits.x;
    state.mask.y |= bits.y;
  } else {
    state.known.x |= bits.x;
    state.mask.x |= bits.y;
  }
  state.rest = rest;
  state.shift -= DIGIT_BITS;
}

@compute @workgroup_size(WORKGROUP)
fn mark(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let chunk = thread_of(group, groups, thread);
  if (chunk >= params.chunks) { return; }
  var before = 0u;
  var equal = 0u;
  for (var i = chunk * CHUNK; i < chunk_end(chunk); i++) {
    let key = key_at(i);
    before += u32(key_less(key, state.known));
    equal += u32(all(key == state.known));
  }
  counts[chunk] = before;
  counts[params.chunks + chunk] = equal;
}

@compute @workgroup_size(WORKGROUP)
fn pick(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let chunk = thread_of(group, groups, thread);
  if (chunk >= params.chunks) { return; }
  var before = counts[chunk];
  var equal = counts[params.chunks + chunk];
  for (var i = chunk * CHUNK; i < chunk_end(chunk); i++) {
    let key = key_at(i);
    if (key_less(key, state.known)) {
      picked[before] = i;
      before++;
    } else if (all(key == state.known)) {
      if (equal < params.k) { picked[equal] = i; }
      equal++;
    }
  }
}
