// PageRank in fixed point: pagerank.wgsl's dispatches, bindings and state, in 64-bit whole numbers.
// src/kernels/pagerank/fixed.ts defines the arithmetic. Whole numbers have the same sum in any
// order: the bits are those of every device.
//
//   gather | gather_weighted   what the in-arcs of each vertex bring, by segments of long rows
//   combine                    sums of segments → sums (only with long rows; once a level)
//   update                     ranks, contributions, and each vertex's change and dangling mass
//   reduce                     their sums, once a level, until few are left
//   finish                     state: residual, dangling mass, convergence

#include "shared/dispatch.wgsl"
#include "shared/int64.wgsl"

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
  spare: u32,
  /// A fraction.
  damping: vec2<u32>,
  /// Rank that jumps whatever is dangling: 1 - damping.
  jump_mass: vec2<u32>,
  /// A fraction: 1 / vertex_count.
  uniform_jump: vec2<u32>,
  /// The run is over at a residual below this.
  residual_limit: vec2<u32>,
}

struct State {
  /// 1 when the residual is below the limit.
  done: u32,
  iterations: u32,
  residual: vec2<u32>,
  /// Rank that the next iteration spreads by the jump distribution.
  teleport: vec2<u32>,
}

/// What a vertex adds to the sums over all.
struct Change {
  residual: vec2<u32>,
  dangling: vec2<u32>,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> state: State;
@group(0) @binding(2) var<storage, read_write> next_state: State;

// gather and combine: row r adds the terms bounds[r] … bounds[r + 1] - 1.
@group(0) @binding(3) var<storage, read> bounds: array<u32>;
@group(0) @binding(4) var<storage, read> sources: array<u32>;
@group(0) @binding(5) var<storage, read> values: array<vec2<u32>>;
@group(0) @binding(6) var<storage, read> terms: array<vec2<u32>>;
@group(0) @binding(7) var<storage, read_write> sums: array<vec2<u32>>;

// start and update.
@group(0) @binding(8) var<storage, read> links: array<vec2<u32>>;
/// What a vertex passes on of its rank along an arc, a fraction: 0 for a dangling vertex.
@group(0) @binding(9) var<storage, read> scale: array<vec2<u32>>;
@group(0) @binding(10) var<storage, read> jump: array<vec2<u32>>;
@group(0) @binding(11) var<storage, read_write> ranks: array<vec2<u32>>;
@group(0) @binding(12) var<storage, read_write> contributions: array<vec2<u32>>;
@group(0) @binding(13) var<storage, read_write> changes: array<Change>;

// reduce and finish: sums of changes.
@group(0) @binding(14) var<storage, read> parts: array<Change>;
@group(0) @binding(15) var<storage, read_write> totals: array<Change>;

fn row_of(group: vec3u, groups: vec3u, thread: u32) -> u32 {
  return flat_group(group, groups) * WORKGROUP + thread;
}

/// A rank times a fraction, to the nearest unit: bit 63 of the doubled product rounds.
fn times(rank: vec2<u32>, fraction: vec2<u32>) -> vec2<u32> {
  let twice = shl64(rank, 1u);
  let low = product32(twice.x, fraction.x);
  let middle = add64(product32(twice.y, fraction.x), vec2<u32>(low.y, 0u));
  let cross = add64(product32(twice.x, fraction.y), vec2<u32>(middle.x, 0u));
  let high = add64(product32(twice.y, fraction.y), vec2<u32>(middle.y, 0u));
  return add64(add64(high, vec2<u32>(cross.y, 0u)), vec2<u32>(cross.x >> 31u, 0u));
}

@compute @workgroup_size(WORKGROUP)
fn gather(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let row = row_of(group, groups, thread);
  if (state.done != 0u || row + 1u >= arrayLength(&bounds)) { return; }
  var sum = vec2<u32>(0u);
  for (var at = bounds[row]; at < bounds[row + 1u]; at++) {
    sum = add64(sum, terms[sources[at]]);
  }
  sums[row] = sum;
}

@compute @workgroup_size(WORKGROUP)
fn gather_weighted(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let row = row_of(group, groups, thread);
  if (state.done != 0u || row + 1u >= arrayLength(&bounds)) { return; }
  var sum = vec2<u32>(0u);
  for (var at = bounds[row]; at < bounds[row + 1u]; at++) {
    sum = add64(sum, times(terms[sources[at]], values[at]));
  }
  sums[row] = sum;
}

@compute @workgroup_size(WORKGROUP)
fn combine(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let row = row_of(group, groups, thread);
  if (state.done != 0u || row + 1u >= arrayLength(&bounds)) { return; }
  var sum = vec2<u32>(0u);
  for (var at = bounds[row]; at < bounds[row + 1u]; at++) { sum = add64(sum, terms[at]); }
  sums[row] = sum;
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
  pass_on(v, ranks[v], vec2<u32>(0u));
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
  let before = ranks[v];
  let rank = add64(times(state.teleport, share), times(links[v], params.damping));
  ranks[v] = rank;
  if (below64(rank, before)) { pass_on(v, rank, sub64(before, rank)); }
  else { pass_on(v, rank, sub64(rank, before)); }
}

fn pass_on(v: u32, rank: vec2<u32>, change: vec2<u32>) {
  let dangles = is_zero64(scale[v]);
  changes[v] = Change(change, select(vec2<u32>(0u), rank, dangles));
  contributions[v] = times(rank, scale[v]);
}

/// Sum of parts[first], parts[first + stride], …
fn sum_parts(first: u32, stride: u32) -> Change {
  var sum = Change(vec2<u32>(0u), vec2<u32>(0u));
  for (var at = first; at < arrayLength(&parts); at += stride) {
    sum.residual = add64(sum.residual, parts[at].residual);
    sum.dangling = add64(sum.dangling, parts[at].dangling);
  }
  return sum;
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

fn spread(dangling: vec2<u32>) {
  var kept = vec2<u32>(0u);
  if (params.redistribute != 0u) { kept = times(dangling, params.damping); }
  next_state.teleport = add64(params.jump_mass, kept);
}

@compute @workgroup_size(1)
fn finish_start() {
  spread(sum_parts(0u, 1u).dangling);
}

@compute @workgroup_size(1)
fn finish() {
  if (next_state.done != 0u) { return; }
  let total = sum_parts(0u, 1u);
  spread(total.dangling);
  next_state.residual = total.residual;
  next_state.iterations += 1u;
  if (below64(total.residual, params.residual_limit)) { next_state.done = 1u; }
}
