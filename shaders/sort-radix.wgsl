// Stable radix sort of keys of up to 32 bits, least significant digit first. One dispatch after
// another, all in one submission:
//
//   survey           elements widened to words; which key bits vary, and whether anything must move
//   per round:
//     next           the lowest four key bits that still vary, or nothing to do
//     count          each thread's chunk: how often each digit occurs
//     (sort-scan)    where each thread's elements of each digit go
//     scatter        each thread moves its chunk, in order
//   next, finish     the elements, narrowed again, and their positions
//
// Words keep the elements' bits; keys are made from them where they are compared. So NaN, which are
// all one key, come out as they went in. Rounds after the last varying bit return at once: a sorted
// column costs the survey, one of a 20-bit range five rounds of eight.
//
// No dispatch needs a barrier inside a workgroup. A thread's sixteen counters are bytes of four
// words in registers, so CHUNK is below 256.

#include "shared/dispatch.wgsl"
#include "shared/elements.wgsl"

/// Threads of a workgroup.
const WORKGROUP = 64u;
/// Consecutive elements that one thread counts and moves.
const CHUNK = 128u;
/// Bits of a digit.
const DIGIT_BITS = 4u;
/// Digits.
const RADIX = 16u;

struct Params {
  count: u32,
  /// Threads: count / CHUNK, rounded up.
  chunks: u32,
  /// Elements have 2^width bytes: 0, 1 or 2.
  width: u32,
  /// As in KeyRule: a uniform may not hold a structure at any offset.
  is_float: u32,
  sign: u32,
  flip: u32,
}

struct State {
  /// 1 while a round has something to do. First, as the gate of sort-scan.
  busy: u32,
  /// 1 when the first round has begun.
  started: u32,
  /// Lowest bit of this round's digit.
  shift: u32,
  /// 0 when the elements lie in `keys_a`, 1 in `keys_b`.
  side: u32,
  /// Bits that later rounds have to sort by.
  remaining: u32,
  /// Bits that are 1 in some key.
  ones: atomic<u32>,
  /// Bits that are 0 in some key.
  zeros: atomic<u32>,
  /// 1 when some key is smaller than the one before.
  unsorted: atomic<u32>,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> state: State;
@group(0) @binding(2) var<storage, read_write> keys_a: array<u32>;
@group(0) @binding(3) var<storage, read_write> keys_b: array<u32>;
@group(0) @binding(4) var<storage, read_write> order_a: array<u32>;
@group(0) @binding(5) var<storage, read_write> order_b: array<u32>;
/// Digit-major: counts[digit * chunks + chunk].
@group(0) @binding(6) var<storage, read_write> counts: array<u32>;
@group(0) @binding(7) var<storage, read> source: array<u32>;
@group(0) @binding(8) var<storage, read_write> result: array<u32>;

fn key_rule() -> KeyRule {
  return KeyRule(params.is_float, params.sign, params.flip);
}

fn thread_of(group: vec3u, groups: vec3u, thread: u32) -> u32 {
  return flat_group(group, groups) * WORKGROUP + thread;
}

fn chunk_end(chunk: u32) -> u32 {
  return min((chunk + 1u) * CHUNK, params.count);
}

fn source_element(index: u32) -> u32 {
  return element_in(source[word_index(index, params.width)], index, params.width);
}

fn survey_chunk(chunk: u32) {
  let begin = chunk * CHUNK;
  var ones = 0u;
  var zeros = 0u;
  var unsorted = 0u;
  // The first key of a chunk is compared with the last of the chunk before.
  var before = key32(source_element(max(begin, 1u) - 1u), key_rule());
  for (var i = begin; i < chunk_end(chunk); i++) {
    let element = source_element(i);
    let key = key32(element, key_rule());
    keys_a[i] = element;
    ones |= key;
    zeros |= ~key;
    unsorted |= u32(key < before);
    before = key;
  }
  atomicOr(&state.ones, ones);
  atomicOr(&state.zeros, zeros);
  atomicOr(&state.unsorted, unsorted);
}

@compute @workgroup_size(WORKGROUP)
fn survey(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let chunk = thread_of(group, groups, thread);
  if (chunk >= params.chunks) { return; }
  survey_chunk(chunk);
}

@compute @workgroup_size(WORKGROUP)
fn survey_order(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let chunk = thread_of(group, groups, thread);
  if (chunk >= params.chunks) { return; }
  survey_chunk(chunk);
  for (var i = chunk * CHUNK; i < chunk_end(chunk); i++) { order_a[i] = i; }
}

@compute @workgroup_size(1)
fn next() {
  if (state.busy != 0u) { state.side ^= 1u; }
  if (state.started == 0u) {
    state.started = 1u;
    if (atomicLoad(&state.unsorted) != 0u) {
      state.remaining = atomicLoad(&state.ones) & atomicLoad(&state.zeros);
    }
  }
  state.busy = u32(state.remaining != 0u);
  if (state.remaining == 0u) { return; }
  state.shift = firstTrailingBit(state.remaining);
  state.remaining &= ~((RADIX - 1u) << state.shift);
}

fn digit_of(element: u32) -> u32 {
  return (key32(element, key_rule()) >> state.shift) & (RADIX - 1u);
}

fn element_at(index: u32) -> u32 {
  if (state.side == 0u) { return keys_a[index]; }
  return keys_b[index];
}

@compute @workgroup_size(WORKGROUP)
fn count(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let chunk = thread_of(group, groups, thread);
  if (state.busy == 0u || chunk >= params.chunks) { return; }
  var seen = vec4u(0u);
  for (var i = chunk * CHUNK; i < chunk_end(chunk); i++) {
    let digit = digit_of(element_at(i));
    seen[digit >> 2u] += 1u << ((digit & 3u) * 8u);
  }
  for (var digit = 0u; digit < RADIX; digit++) {
    counts[digit * params.chunks + chunk] = (seen[digit >> 2u] >> ((digit & 3u) * 8u)) & 255u;
  }
}

@compute @workgroup_size(WORKGROUP)
fn scatter(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let chunk = thread_of(group, groups, thread);
  if (state.busy == 0u || chunk >= params.chunks) { return; }
  var seen = vec4u(0u);
  for (var i = chunk * CHUNK; i < chunk_end(chunk); i++) {
    let element = element_at(i);
    let digit = digit_of(element);
    let lane = (digit & 3u) * 8u;
    let to = counts[digit * params.chunks + chunk] + ((seen[digit >> 2u] >> lane) & 255u);
    seen[digit >> 2u] += 1u << lane;
    if (state.side == 0u) { keys_b[to] = element; } else { keys_a[to] = element; }
  }
}

@compute @workgroup_size(WORKGROUP)
fn scatter_order(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let chunk = thread_of(group, groups, thread);
  if (state.busy == 0u || chunk >= params.chunks) { return; }
  var seen = vec4u(0u);
  for (var i = chunk * CHUNK; i < chunk_end(chunk); i++) {
    let element = element_at(i);
    let digit = digit_of(element);
    let lane = (digit & 3u) * 8u;
    let to = counts[digit * params.chunks + chunk] + ((seen[digit >> 2u] >> lane) & 255u);
    seen[digit >> 2u] += 1u << lane;
    if (state.side == 0u) {
      keys_b[to] = element;
      order_b[to] = order_a[i];
    } else {
      keys_a[to] = element;
      order_a[to] = order_b[i];
    }
  }
}

/// A thread makes one word of the result: up to four elements.
@compute @workgroup_size(WORKGROUP)
fn finish_keys(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let lanes = 4u >> params.width;
  let word = thread_of(group, groups, thread);
  if (word > (params.count - 1u) / lanes) { return; }
  var bits = 0u;
  for (var i = word * lanes; i < min((word + 1u) * lanes, params.count); i++) {
    bits |= word_part(element_at(i), i, params.width);
  }
  result[word] = bits;
}

@compute @workgroup_size(WORKGROUP)
fn finish_order(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let i = thread_of(group, groups, thread);
  if (i >= params.count) { return; }
  if (state.side == 0u) { result[i] = order_a[i]; } else { result[i] = order_b[i]; }
}
