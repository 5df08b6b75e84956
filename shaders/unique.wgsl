// Distinct elements of a sorted column, and how often each occurs:
//
//   heads            each thread's chunk: how many elements differ from the one before
//   (sort-scan)      where each thread's distinct elements go
//   starts           where in the column each distinct one begins
//   lengths          how often it occurs: up to where the next one begins
//
// The elements themselves are gathered by `starts` (gather.wgsl). The column's end counts as one
// more head, so that `starts` has an end and the number of distinct elements is known.

#include "shared/dispatch.wgsl"
#include "shared/elements.wgsl"

/// Threads of a workgroup.
const WORKGROUP = 64u;
/// Consecutive elements that one thread looks at.
const CHUNK = 128u;

struct Params {
  count: u32,
  /// Threads: count / CHUNK, rounded up.
  chunks: u32,
  /// Elements have 2^width bytes.
  width: u32,
  /// As in KeyRule: a uniform may not hold a structure at any offset.
  is_float: u32,
  sign: u32,
  flip: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> sorted: array<u32>;
/// One a chunk, and a total behind them once they are scanned.
@group(0) @binding(2) var<storage, read_write> counts: array<u32>;
@group(0) @binding(3) var<storage, read_write> begins: array<u32>;
@group(0) @binding(4) var<storage, read_write> repeats: array<u32>;

fn key_rule() -> KeyRule {
  return KeyRule(params.is_float, params.sign, params.flip);
}

fn key_at(i: u32) -> vec2u {
  if (params.width == 3u) {
    return key64(vec2u(sorted[2u * i], sorted[2u * i + 1u]), key_rule());
  }
  let element = element_in(sorted[word_index(i, params.width)], i, params.width);
  return vec2u(key32(element, key_rule()), 0u);
}

fn is_head(i: u32) -> bool {
  return i == 0u || any(key_at(i) != key_at(i - 1u));
}

fn thread_of(group: vec3u, groups: vec3u, thread: u32) -> u32 {
  return flat_group(group, groups) * WORKGROUP + thread;
}

@compute @workgroup_size(WORKGROUP)
fn heads(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let chunk = thread_of(group, groups, thread);
  if (chunk >= params.chunks) { return; }
  var count = 0u;
  for (var i = chunk * CHUNK; i < min((chunk + 1u) * CHUNK, params.count); i++) {
    count += u32(is_head(i));
  }
  counts[chunk] = count;
}

@compute @workgroup_size(WORKGROUP)
fn starts(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let chunk = thread_of(group, groups, thread);
  if (chunk >= params.chunks) { return; }
  var to = counts[chunk];
  for (var i = chunk * CHUNK; i < min((chunk + 1u) * CHUNK, params.count); i++) {
    if (is_head(i)) {
      begins[to] = i;
      to++;
    }
  }
  if (chunk == params.chunks - 1u) { begins[to] = params.count; }
}

@compute @workgroup_size(WORKGROUP)
fn lengths(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let i = thread_of(group, groups, thread);
  if (i >= counts[params.chunks]) { return; }
  repeats[i] = begins[i + 1u] - begins[i];
}
