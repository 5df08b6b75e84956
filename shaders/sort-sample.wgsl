// Stable sample sort of 64-bit keys, in levels. A level cuts each of its segments into buckets:
//
//   sample           some elements of the segment, one out of each stretch of equal length
//   choose           the sample's ranks, and every OVERSAMPLING-th of it as a splitter
//   count            each thread's chunk: how many elements fall into each bucket
//   (sort-scan)      where each thread's elements of each bucket go
//   scatter          each thread moves its chunk, in order
//   settle           a thread a bucket: sorts a small one, lists a large one for the next level
//
// K - 1 splitters make 2K - 1 buckets: below the first, equal to it, between it and the second, …
// What equals a splitter is in its place at once, so that equal keys never need another level.
// Other elements of small buckets leave for their place in the result, too; only large buckets go
// on. Each level takes at least the splitters out, so the levels end whatever the input is.
//
// Elements keep their bits; keys are made from them where they are compared, so that NaN, which are
// all one key, come out as they went in. No dispatch needs a barrier inside a workgroup.

#include "shared/dispatch.wgsl"
#include "shared/elements.wgsl"

/// Threads of a workgroup.
const WORKGROUP = 64u;
/// Elements of the sample for each splitter.
const OVERSAMPLING = 2u;
/// Largest bucket that one thread sorts alone, by insertion.
const SMALL = 128u;

struct Params {
  segment_count: u32,
  /// Varies the sample from level to level.
  salt: u32,
  /// Elements of the whole column.
  count: u32,
  /// As in KeyRule: a uniform may not hold a structure at any offset.
  is_float: u32,
  sign: u32,
  flip: u32,
}

/// The bases of the one behind the last segment are the totals.
struct Segment {
  /// Where it lies in the column.
  start: u32,
  length: u32,
  /// Elements in this level's segments before.
  rank: u32,
  /// Chunks in the segments before.
  chunk_base: u32,
  /// Elements of a chunk, the last one aside.
  chunk_length: u32,
  /// Entries of `counts` for the segments before.
  count_base: u32,
  /// Sum of K over the segments before.
  splitter_base: u32,
}

struct Large {
  start: u32,
  length: u32,
}

struct Larges {
  count: atomic<u32>,
  list: array<Large>,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> segments: array<Segment>;
@group(0) @binding(2) var<storage, read> keys: array<vec2u>;
@group(0) @binding(3) var<storage, read_write> moved_keys: array<vec2u>;
@group(0) @binding(4) var<storage, read_write> order: array<u32>;
@group(0) @binding(5) var<storage, read_write> moved_order: array<u32>;
/// Keys, OVERSAMPLING for each of a segment's K.
@group(0) @binding(6) var<storage, read_write> samples: array<vec2u>;
/// Keys, K - 1 of a segment's K places used.
@group(0) @binding(7) var<storage, read_write> splitters: array<vec2u>;
/// Of a segment, bucket-major: counts[count_base + bucket * chunks + chunk].
@group(0) @binding(8) var<storage, read_write> counts: array<u32>;
@group(0) @binding(9) var<storage, read_write> sorted_keys: array<vec2u>;
@group(0) @binding(10) var<storage, read_write> sorted_order: array<u32>;
@group(0) @binding(11) var<storage, read_write> larges: Larges;

fn key_rule() -> KeyRule {
  return KeyRule(params.is_float, params.sign, params.flip);
}

fn thread_of(group: vec3u, groups: vec3u, thread: u32) -> u32 {
  return flat_group(group, groups) * WORKGROUP + thread;
}

/// The segment that has this place among all segments' splitters.
fn segment_of_splitter(splitter: u32) -> u32 {
  var low = 0u;
  var high = params.segment_count - 1u;
  while (low < high) {
    let middle = (low + high + 1u) / 2u;
    if (segments[middle].splitter_base <= splitter) { low = middle; } else { high = middle - 1u; }
  }
  return low;
}

fn segment_of_chunk(chunk: u32) -> u32 {
  var low = 0u;
  var high = params.segment_count - 1u;
  while (low < high) {
    let middle = (low + high + 1u) / 2u;
    if (segments[middle].chunk_base <= chunk) { low = middle; } else { high = middle - 1u; }
  }
  return low;
}

/// A number without pattern, so that no regular input meets the sample's positions.
fn scrambled(value: u32) -> u32 {
  var x = (value + params.salt) * 0x9e3779b1u;
  x = (x ^ (x >> 15u)) * 0x85ebca77u;
  x = (x ^ (x >> 13u)) * 0xc2b2ae3du;
  return x ^ (x >> 16u);
}

@compute @workgroup_size(WORKGROUP)
fn identity(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let i = thread_of(group, groups, thread);
  if (i < params.count) { order[i] = i; }
}

@compute @workgroup_size(WORKGROUP)
fn sample(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let place = thread_of(group, groups, thread);
  if (place >= OVERSAMPLING * segments[params.segment_count].splitter_base) { return; }
  let s = segment_of_splitter(place / OVERSAMPLING);
  let segment = segments[s];
  let size = OVERSAMPLING * (segments[s + 1u].splitter_base - segment.splitter_base);
  let j = place - OVERSAMPLING * segment.splitter_base;
  // Stretch j of `size`: the first `rest` of them are one element longer.
  let stretch = segment.length / size;
  let rest = segment.length - stretch * size;
  let begin = j * stretch + min(j, rest);
  let length = max(1u, stretch + u32(j < rest));
  let at = min(begin + scrambled(place) % length, segment.length - 1u);
  samples[place] = key64(keys[segment.start + at], key_rule());
}

@compute @workgroup_size(WORKGROUP)
fn choose(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let place = thread_of(group, groups, thread);
  if (place >= OVERSAMPLING * segments[params.segment_count].splitter_base) { return; }
  let s = segment_of_splitter(place / OVERSAMPLING);
  let base = segments[s].splitter_base;
  let splitter_count = segments[s + 1u].splitter_base - base - 1u;
  let key = samples[place];
  var rank = 0u;
  for (var i = OVERSAMPLING * base; i < place; i++) {
    rank += u32(!key_less(key, samples[i]));
  }
  for (var i = place + 1u; i < OVERSAMPLING * segments[s + 1u].splitter_base; i++) {
    rank += u32(key_less(samples[i], key));
  }
  let splitter = (rank + 1u) / OVERSAMPLING;
  if ((rank + 1u) % OVERSAMPLING != 0u || splitter > splitter_count) { return; }
  splitters[base + splitter - 1u] = key;
}

/// 2i for keys between splitters i - 1 and i, 2i + 1 for those equal to splitter i.
fn bucket_of(key: vec2u, base: u32, splitter_count: u32) -> u32 {
  var low = 0u;
  var high = splitter_count;
  while (low < high) {
    let middle = (low + high) / 2u;
    if (key_less(splitters[base + middle], key)) { low = middle + 1u; } else { high = middle; }
  }
  let is_equal = low < splitter_count && all(splitters[base + low] == key);
  return 2u * low + u32(is_equal);
}

/// `counts` is zero before.
@compute @workgroup_size(WORKGROUP)
fn count(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let place = thread_of(group, groups, thread);
  if (place >= segments[params.segment_count].chunk_base) { return; }
  let s = segment_of_chunk(place);
  let segment = segments[s];
  let following = segments[s + 1u];
  let chunks = following.chunk_base - segment.chunk_base;
  let splitter_count = following.splitter_base - segment.splitter_base - 1u;
  let chunk = place - segment.chunk_base;
  let begin = chunk * segment.chunk_length;
  let end = min(begin + segment.chunk_length, segment.length);
  for (var i = begin; i < end; i++) {
    let key = key64(keys[segment.start + i], key_rule());
    let bucket = bucket_of(key, segment.splitter_base, splitter_count);
    counts[segment.count_base + bucket * chunks + chunk] += 1u;
  }
}

@compute @workgroup_size(WORKGROUP)
fn scatter(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let place = thread_of(group, groups, thread);
  if (place >= segments[params.segment_count].chunk_base) { return; }
  let s = segment_of_chunk(place);
  let segment = segments[s];
  let following = segments[s + 1u];
  let chunks = following.chunk_base - segment.chunk_base;
  let splitter_count = following.splitter_base - segment.splitter_base - 1u;
  let chunk = place - segment.chunk_base;
  let begin = chunk * segment.chunk_length;
  let end = min(begin + segment.chunk_length, segment.length);
  for (var i = begin; i < end; i++) {
    let element = keys[segment.start + i];
    let key = key64(element, key_rule());
    let bucket = bucket_of(key, segment.splitter_base, splitter_count);
    let slot = segment.count_base + bucket * chunks + chunk;
    let to = counts[slot] - segment.rank + segment.start;
    counts[slot] += 1u;
    if ((bucket & 1u) != 0u) { sorted_keys[to] = element; } else { moved_keys[to] = element; }
  }
}

@compute @workgroup_size(WORKGROUP)
fn scatter_order(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let place = thread_of(group, groups, thread);
  if (place >= segments[params.segment_count].chunk_base) { return; }
  let s = segment_of_chunk(place);
  let segment = segments[s];
  let following = segments[s + 1u];
  let chunks = following.chunk_base - segment.chunk_base;
  let splitter_count = following.splitter_base - segment.splitter_base - 1u;
  let chunk = place - segment.chunk_base;
  let begin = chunk * segment.chunk_length;
  let end = min(begin + segment.chunk_length, segment.length);
  for (var i = begin; i < end; i++) {
    let element = keys[segment.start + i];
    let key = key64(element, key_rule());
    let bucket = bucket_of(key, segment.splitter_base, splitter_count);
    let slot = segment.count_base + bucket * chunks + chunk;
    let to = counts[slot] - segment.rank + segment.start;
    counts[slot] += 1u;
    if ((bucket & 1u) != 0u) {
      sorted_order[to] = order[segment.start + i];
    } else {
      moved_keys[to] = element;
      moved_order[to] = order[segment.start + i];
    }
  }
}

/// The bucket that a thread of `settle` looks after; of length 0 when there is nothing to do.
fn bucket_range(place: u32) -> Large {
  if (place >= 2u * segments[params.segment_count].splitter_base) { return Large(0u, 0u); }
  let s = segment_of_splitter(place / 2u);
  let segment = segments[s];
  let following = segments[s + 1u];
  let bucket = place - 2u * segment.splitter_base;
  // Odd buckets equal their splitter: they are in the result already.
  if ((bucket & 1u) != 0u) { return Large(0u, 0u); }
  // After `scatter`, the last chunk's count is where its bucket ends.
  let chunks = following.chunk_base - segment.chunk_base;
  let last = segment.count_base + (bucket + 1u) * chunks - 1u;
  var begin = segment.rank;
  if (bucket > 0u) { begin = counts[last - chunks]; }
  return Large(begin - segment.rank + segment.start, counts[last] - begin);
}

/// Lists a bucket that is too large for one thread.
fn set_aside(bucket: Large) {
  larges.list[atomicAdd(&larges.count, 1u)] = bucket;
}

@compute @workgroup_size(WORKGROUP)
fn settle(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let bucket = bucket_range(thread_of(group, groups, thread));
  if (bucket.length > SMALL) {
    set_aside(bucket);
    return;
  }
  let end = bucket.start + bucket.length;
  for (var i = bucket.start; i < end; i++) {
    let element = moved_keys[i];
    let key = key64(element, key_rule());
    var to = i;
    while (to > bucket.start) {
      let before = sorted_keys[to - 1u];
      if (!key_less(key, key64(before, key_rule()))) { break; }
      sorted_keys[to] = before;
      to--;
    }
    sorted_keys[to] = element;
  }
}

@compute @workgroup_size(WORKGROUP)
fn settle_order(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let bucket = bucket_range(thread_of(group, groups, thread));
  if (bucket.length > SMALL) {
    set_aside(bucket);
    return;
  }
  let end = bucket.start + bucket.length;
  for (var i = bucket.start; i < end; i++) {
    let element = moved_keys[i];
    let position = moved_order[i];
    let key = key64(element, key_rule());
    var to = i;
    while (to > bucket.start) {
      let before = moved_keys[to - 1u];
      if (!key_less(key, key64(before, key_rule()))) { break; }
      moved_keys[to] = before;
      sorted_order[to] = sorted_order[to - 1u];
      to--;
    }
    moved_keys[to] = element;
    sorted_order[to] = position;
  }
}
