// The histogram: a binary search a value among the bins' thresholds, as keys, then an atomic
// addition, which is exact in any order. Workgroups count into one of several copies of the slots,
// so that few of them meet in a word; `merge` adds the copies up.

#include "shared/dispatch.wgsl"
#include "shared/keys.wgsl"

/// Threads of a workgroup.
const WORKGROUP = 64u;
/// Values of a thread: WORKGROUP apart, so reads are coalesced.
const ITEMS = 16u;

struct Params {
  count: u32,
  /// 0 u32, 1 i32, 2 f32.
  element_type: u32,
  /// Thresholds that a value of this type can reach.
  threshold_count: u32,
  /// Below, the bins, above, NaN.
  slot_count: u32,
  copies: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> values: array<u32>;
@group(0) @binding(2) var<storage, read> thresholds: array<u32>;
@group(0) @binding(3) var<storage, read_write> counts: array<atomic<u32>>;
@group(0) @binding(4) var<storage, read> counted: array<u32>;
@group(0) @binding(5) var<storage, read_write> slots: array<u32>;

/// How many thresholds are at most the value.
fn slot_of(bits: u32) -> u32 {
  // -0 and +0 are the same value, of which +0 has the threshold.
  let is_zero = params.element_type == 2u && bits == 0x80000000u;
  let key = key_of(select(bits, 0u, is_zero), params.element_type);
  var low = 0u;
  var high = params.threshold_count;
  while (low < high) {
    let middle = (low + high) >> 1u;
    if (thresholds[middle] <= key) { low = middle + 1u; } else { high = middle; }
  }
  return low;
}

@compute @workgroup_size(WORKGROUP)
fn count(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let number = flat_group(group, groups);
  let row = (number % params.copies) * params.slot_count;
  let begin = number * WORKGROUP * ITEMS;
  let end = min(begin + WORKGROUP * ITEMS, params.count);
  for (var i = begin + thread; i < end; i += WORKGROUP) {
    let bits = values[i];
    var slot = params.slot_count - 1u;
    let is_nan = params.element_type == 2u && (bits & 0x7fffffffu) > 0x7f800000u;
    if (!is_nan) { slot = slot_of(bits); }
    atomicAdd(&counts[row + slot], 1u);
  }
}

@compute @workgroup_size(WORKGROUP)
fn merge(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let slot = flat_group(group, groups) * WORKGROUP + thread;
  if (slot >= params.slot_count) { return; }
  var sum = 0u;
  for (var copy = 0u; copy < params.copies; copy++) {
    sum += counted[copy * params.slot_count + slot];
  }
  slots[slot] = sum;
}
