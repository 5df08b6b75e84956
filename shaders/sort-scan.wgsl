// Exclusive prefix sums over a table of counts: sums of blocks, level by level, until few are left;
// one thread scans those, and the levels are filled on the way back. A thread owns a block, so no
// barrier is needed inside a workgroup (SwiftShader takes microseconds a thread for one).
//
// The lengths are those of the bindings. Totals stay below 2^32: they count elements of a buffer.

#include "shared/dispatch.wgsl"

/// Threads of a workgroup.
const WORKGROUP = 64u;
/// Entries that one thread sums.
const BLOCK = 64u;
/// As many entries as one thread scans alone.
const LAST = 256u;

@group(0) @binding(0) var<storage, read_write> entries: array<u32>;
/// One a block.
@group(0) @binding(1) var<storage, read_write> sums: array<u32>;
/// 0 in its first word turns all of this into nothing.
@group(0) @binding(2) var<storage, read> gate: array<u32>;

@compute @workgroup_size(WORKGROUP)
fn sum_blocks(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let block = flat_group(group, groups) * WORKGROUP + thread;
  if (gate[0] == 0u || block >= arrayLength(&sums)) { return; }
  let end = min((block + 1u) * BLOCK, arrayLength(&entries));
  var sum = 0u;
  for (var i = block * BLOCK; i < end; i++) { sum += entries[i]; }
  sums[block] = sum;
}

@compute @workgroup_size(1)
fn scan_last() {
  if (gate[0] == 0u) { return; }
  var sum = 0u;
  for (var i = 0u; i < arrayLength(&entries); i++) {
    let entry = entries[i];
    entries[i] = sum;
    sum += entry;
  }
}

/// Sums are scanned already: a block begins at its own.
@compute @workgroup_size(WORKGROUP)
fn scan_blocks(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let block = flat_group(group, groups) * WORKGROUP + thread;
  if (gate[0] == 0u || block >= arrayLength(&sums)) { return; }
  let end = min((block + 1u) * BLOCK, arrayLength(&entries));
  var sum = sums[block];
  for (var i = block * BLOCK; i < end; i++) {
    let entry = entries[i];
    entries[i] = sum;
    sum += entry;
  }
}
