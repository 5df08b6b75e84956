// Binary search: for each query, its position in a sorted column. One thread a query.

#include "shared/dispatch.wgsl"
#include "shared/elements.wgsl"

/// Threads of a workgroup.
const WORKGROUP = 64u;

struct Params {
  /// Elements of the sorted column.
  count: u32,
  query_count: u32,
  /// Elements have 2^width bytes.
  width: u32,
  /// 1: behind the query's equals, 0: before them.
  is_right: u32,
  /// As in KeyRule: a uniform may not hold a structure at any offset.
  is_float: u32,
  sign: u32,
  flip: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> sorted: array<u32>;
@group(0) @binding(2) var<storage, read> queries: array<u32>;
@group(0) @binding(3) var<storage, read_write> positions: array<u32>;

fn key_rule() -> KeyRule {
  return KeyRule(params.is_float, params.sign, params.flip);
}

fn sorted_key(i: u32) -> vec2u {
  if (params.width == 3u) {
    return key64(vec2u(sorted[2u * i], sorted[2u * i + 1u]), key_rule());
  }
  let element = element_in(sorted[word_index(i, params.width)], i, params.width);
  return vec2u(key32(element, key_rule()), 0u);
}

fn query_key(i: u32) -> vec2u {
  if (params.width == 3u) {
    return key64(vec2u(queries[2u * i], queries[2u * i + 1u]), key_rule());
  }
  let element = element_in(queries[word_index(i, params.width)], i, params.width);
  return vec2u(key32(element, key_rule()), 0u);
}

@compute @workgroup_size(WORKGROUP)
fn search(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let query = flat_group(group, groups) * WORKGROUP + thread;
  if (query >= params.query_count) { return; }
  let key = query_key(query);
  var low = 0u;
  var high = params.count;
  while (low < high) {
    let middle = low + (high - low) / 2u;
    let candidate = sorted_key(middle);
    let is_before = key_less(candidate, key) || (params.is_right != 0u && all(candidate == key));
    if (is_before) { low = middle + 1u; } else { high = middle; }
  }
  positions[query] = low;
}
