// Takes elements by their positions: result[i] = source[positions[i]], elements of 1, 2, 4 or 8
// bytes. A thread makes one word of the result. Sorting pairs and the k best values end with it.

#include "shared/dispatch.wgsl"
#include "shared/elements.wgsl"

/// Threads of a workgroup.
const WORKGROUP = 64u;

struct Params {
  /// Elements of the result.
  count: u32,
  /// Elements have 2^width bytes.
  width: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> source: array<u32>;
@group(0) @binding(2) var<storage, read> positions: array<u32>;
@group(0) @binding(3) var<storage, read_write> result: array<u32>;

@compute @workgroup_size(WORKGROUP)
fn gather(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let word = flat_group(group, groups) * WORKGROUP + thread;
  let width = params.width;
  if (width == 3u) {
    let element = word >> 1u;
    if (element < params.count) { result[word] = source[2u * positions[element] + (word & 1u)]; }
    return;
  }
  let lanes = 4u >> width;
  if (word > (params.count - 1u) / lanes) { return; }
  var bits = 0u;
  for (var i = word * lanes; i < min((word + 1u) * lanes, params.count); i++) {
    let taken = positions[i];
    bits |= word_part(element_in(source[word_index(taken, width)], taken, width), i, width);
  }
  result[word] = bits;
}
