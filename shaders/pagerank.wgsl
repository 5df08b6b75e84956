// PageRank by pull, one iteration in three or more dispatches; the end of a dispatch is the
// device-wide barrier. src/kernels/pagerank/webgpu.ts submits batches of iterations, and reads the
// state once a batch: when it says `done`, the batch's other dispatches return at once.
//
//   gather | gather_weighted   terms of each vertex → sums, by segments where rows are long
//   combine                    sums of segments → sums (only with long rows; once a level)
//   update                     ranks, contributions, and each vertex's change and dangling mass
//   reduce                     their sums, once a level, until few are left
//   finish                     state: residual, dangling mass, convergence
//
// No dispatch needs a barrier inside a workgroup: software GPUs take microseconds for each of its
// threads there (SwiftShader: 310 ms for a tree of sums over 2^15 threads, 1 ms without).
// Every sum has a fixed shape that depends on the graph alone, so the same device gives the same
// bits each time. No division runs here: WGSL allows it 2.5 units in the last place.

#include "shared/dispatch.wgsl"

/// Threads of a workgroup.
const WORKGROUP = 256u;
/// Most terms that one thread adds: longer rows are cut into segments.
const SEGMENT = 64u;

struct Params {
  vertex_count: u32,
  /// 1 when `jump` holds the jump distribution, 0 for uniform.
  personalised: u32,
  /// 1 gives the dangling mass to the jump distribution, 0 loses it.
  redistribute: u32,
  damping: f32,
  /// 1 - damping, as rounded above.
  jump_mass: f32,
  /// 1 / vertex_count.
  uniform_jump: f32,
  tolerance: f32,
}

struct State {
  /// 1 when the residual reached the tolerance.
  done: u32,
  iterations: u32,
  residual: f32,
  /// Mass that the next iteration spreads by the jump distribution.
  teleport: f32,
  /// Dangling mass inside `teleport`.
  dangling: f32,
  /// Dangling mass that the last iteration spread.
  dangling_before: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> state: State;
@group(0) @binding(2) var<storage, read_write> next_state: State;

// gather and combine: row r adds the terms bounds[r] … bounds[r + 1] - 1.
@group(0) @binding(3) var<storage, read> bounds: array<u32>;
@group(0) @binding(4) var<storage, read> sources: array<u32>;
@group(0) @binding(5) var<storage, read> values: array<f32>;
@group(0) @binding(6) var<storage, read> terms: array<f32>;
@group(0) @binding(7) var<storage, read_write> sums: array<f32>;

// start and update.
@group(0) @binding(8) var<storage, read> links: array<f32>;
/// What a vertex passes on of its rank along an arc: 0 for a dangling vertex.
@group(0) @binding(9) var<storage, read> scale: array<f32>;
@group(0) @binding(10) var<storage, read> jump: array<f32>;
@group(0) @binding(11) var<storage, read_write> ranks: array<f32>;
@group(0) @binding(12) var<storage, read_write> contributions: array<f32>;
/// Change and dangling mass of each vertex.
@group(0) @binding(13) var<storage, read_write> changes: array<vec2f>;

// reduce and finish: sums of changes.
@group(0) @binding(14) var<storage, read> parts: array<vec2f>;
@group(0) @binding(15) var<storage, read_write> totals: array<vec2f>;

fn row_of(group: vec3u, groups: vec3u, thread: u32) -> u32 {
  return flat_group(group, groups) * WORKGROUP + thread;
}

// All loops below add in the same shape: four running sums, then a pairwise end. Its depth is
// `depthOf` in src/kernels/pagerank/webgpu-bound.ts.

@compute @workgroup_size(WORKGROUP)
fn gather(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let row = row_of(group, groups, thread);
  if (state.done != 0u || row + 1u >= arrayLength(&bounds)) { return; }
  var at = bounds[row];
  let end = bounds[row + 1u];
  var four = vec4f(0.0);
  for (; at + 4u <= end; at += 4u) {
    four += vec4f(
      terms[sources[at]],
      terms[sources[at + 1u]],
      terms[sources[at + 2u]],
      terms[sources[at + 3u]],
    );
  }
  var rest = 0.0;
  for (; at < end; at++) { rest += terms[sources[at]]; }
  sums[row] = ((four.x + four.y) + (four.z + four.w)) + rest;
}

@compute @workgroup_size(WORKGROUP)
fn gather_weighted(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let row = row_of(group, groups, thread);
  if (state.done != 0u || row + 1u >= arrayLength(&bounds)) { return; }
  var at = bounds[row];
  let end = bounds[row + 1u];
  var four = vec4f(0.0);
  for (; at + 4u <= end; at += 4u) {
    four += vec4f(
      values[at] * terms[sources[at]],
      values[at + 1u] * terms[sources[at + 1u]],
      values[at + 2u] * terms[sources[at + 2u]],
      values[at + 3u] * terms[sources[at + 3u]],
    );
  }
  var rest = 0.0;
  for (; at < end; at++) { rest += values[at] * terms[sources[at]]; }
  sums[row] = ((four.x + four.y) + (four.z + four.w)) + rest;
}

@compute @workgroup_size(WORKGROUP)
fn combine(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let row = row_of(group, groups, thread);
  if (state.done != 0u || row + 1u >= arrayLength(&bounds)) { return; }
  var at = bounds[row];
  let end = bounds[row + 1u];
  var four = vec4f(0.0);
  for (; at + 4u <= end; at += 4u) {
    four += vec4f(terms[at], terms[at + 1u], terms[at + 2u], terms[at + 3u]);
  }
  var rest = 0.0;
  for (; at < end; at++) { rest += terms[at]; }
  sums[row] = ((four.x + four.y) + (four.z + four.w)) + rest;
}

/// Contributions and dangling mass of the ranks that an iteration starts from.
@compute @workgroup_size(WORKGROUP)
fn start(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let v = row_of(group, groups, thread);
  if (v >= params.vertex_count) { return; }
  let rank = ranks[v];
  contributions[v] = rank * scale[v];
  changes[v] = vec2f(0.0, select(0.0, rank, scale[v] == 0.0));
}

@compute @workgroup_size(WORKGROUP)
fn update(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let v = row_of(group, groups, thread);
  if (state.done != 0u || v >= params.vertex_count) { return; }
  var share = params.uniform_jump;
  if (params.personalised != 0u) { share = jump[v]; }
  let rank = state.teleport * share + params.damping * links[v];
  changes[v] = vec2f(abs(rank - ranks[v]), select(0.0, rank, scale[v] == 0.0));
  ranks[v] = rank;
  contributions[v] = rank * scale[v];
}

/// Sum of parts[first], parts[first + stride], …
fn sum_parts(first: u32, stride: u32) -> vec2f {
  let count = arrayLength(&parts);
  var a = vec2f(0.0);
  var b = vec2f(0.0);
  var c = vec2f(0.0);
  var d = vec2f(0.0);
  var at = first;
  for (; at + 3u * stride < count; at += 4u * stride) {
    a += parts[at];
    b += parts[at + stride];
    c += parts[at + 2u * stride];
    d += parts[at + 3u * stride];
  }
  var rest = vec2f(0.0);
  for (; at < count; at += stride) { rest += parts[at]; }
  return ((a + b) + (c + d)) + rest;
}

@compute @workgroup_size(WORKGROUP)
fn reduce(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let row = row_of(group, groups, thread);
  if (state.done != 0u || row >= arrayLength(&totals)) { return; }
  totals[row] = sum_parts(row, arrayLength(&totals));
}

fn spread(dangling: f32) {
  var kept = 0.0;
  if (params.redistribute != 0u) { kept = dangling; }
  next_state.dangling_before = next_state.dangling;
  next_state.dangling = kept;
  next_state.teleport = params.jump_mass + params.damping * kept;
}

@compute @workgroup_size(1)
fn finish_start() {
  spread(sum_parts(0u, 1u).y);
}

@compute @workgroup_size(1)
fn finish() {
  if (next_state.done != 0u) { return; }
  let total = sum_parts(0u, 1u);
  spread(total.y);
  next_state.residual = total.x;
  next_state.iterations += 1u;
  if (total.x <= params.tolerance) { next_state.done = 1u; }
}
