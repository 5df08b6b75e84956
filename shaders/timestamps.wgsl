// Conversion of timestamp columns, one thread a value, through the same stages as
// assembly/timestamps.ts: decode, correct, change of scale, encode. An instant is whole seconds
// since 1970 and ticks of 2^-32 ns within the second: nanoseconds in the upper word, the rest below
// them in the lower. All arithmetic is on whole numbers, doubles included: they are built of bits.
// Text as a target becomes pairs first, seconds and nanoseconds, which other passes write as text.
// The constants that share a name with src/kernels/timestamps/layout.ts have its values.

#include "shared/dispatch.wgsl"
#include "shared/int64.wgsl"
#include "shared/iso8601.wgsl"
#include "shared/julian-date.wgsl"
#include "shared/leap-seconds.wgsl"
#include "shared/text-column.wgsl"

/// Threads of a workgroup.
const WORKGROUP = 64u;

const SIGNED = 0u;
const HLC = 2u;
const NTP = 3u;
const PTP = 4u;
const JULIAN = 5u;
const TEXT = 6u;

const ROUND = 1u;
const CEIL = 2u;
const CLAMP = 1u;
const WRAP = 2u;
const TO_TAI = 1u;
const WITH_DRIFT = 2u;

const INVALID = 1u;
const OVERFLOW = 2u;
const LOSS = 4u;
/// Second 60 of a text, at second 59: no finding that could end a call.
const LEAP_SECOND = 8u;

const NANOS = 1000000000u;
const DAY_SECONDS = 86400u;

struct Params {
  count: u32,
  source: u32,
  target_kind: u32,
  rounding: u32,
  overflow_gives: u32,
  fatal: u32,
  leap: u32,
  leap_count: u32,
  correction: u32,
  /// Nanoseconds of a step, and steps of a second; not for ntp and julian-date.
  source_nanos: u32,
  source_per_second: u32,
  target_nanos: u32,
  target_per_second: u32,
  low_count: u32,
  high_count: u32,
  drift_negative: u32,
  source_epoch: vec2<u32>,
  target_epoch: vec2<u32>,
  low_seconds: vec2<u32>,
  high_seconds: vec2<u32>,
  /// Values that stand for the limits.
  low_words: vec4<u32>,
  high_words: vec4<u32>,
  offset_seconds: vec2<u32>,
  offset_nanos: vec2<u32>,
  reference_seconds: vec2<u32>,
  reference_nanos: vec2<u32>,
  drift_parts: vec2<u32>,
  drift_factor: vec2<u32>,
  by_per_second: Reciprocal,
  by_nanos: Reciprocal,
  by_day: Reciprocal,
  by_day_seconds: Reciprocal,
  /// Bytes of all texts, of a row of them (0: they have offsets); 1 where no zone means UTC.
  text_length: u32,
  text_width: u32,
  assume_utc: u32,
  /// Of texts to write: digits of the fraction or AUTO_DIGITS, and minutes east of UTC.
  digits: u32,
  offset_minutes: i32,
}

struct Instant {
  seconds: vec2<u32>,
  ticks: vec2<u32>,
  findings: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> values: array<vec2<u32>>;
@group(0) @binding(2) var<storage, read_write> results: array<vec2<u32>>;
/// Start and offset of each entry.
@group(0) @binding(3) var<storage, read> leap_seconds: array<vec4<u32>>;
/// The first value with a fatal finding.
@group(0) @binding(4) var<storage, read_write> failed_at: atomic<u32>;

fn whole(value: u32) -> vec2<u32> {
  return vec2<u32>(value, 0u);
}

// --- decode

fn decode(index: u32) -> Instant {
  switch (params.source) {
    case PTP: { return decode_ptp(values[2u * index], values[2u * index + 1u]); }
    case NTP: { return decode_ntp(values[index]); }
    case JULIAN: { return decode_julian(values[index]); }
    default: { return decode_count(values[index]); }
  }
}

fn decode_count(word: vec2<u32>) -> Instant {
  var value = word;
  var findings = 0u;
  if (params.source == HLC) {
    findings = select(0u, LOSS, (word.x & 0xffffu) != 0u);
    value = shr64(word, 16u);
  }
  let per_second = whole(params.source_per_second);
  var seconds: vec2<u32>;
  var part: vec2<u32>;
  if (params.source == SIGNED) {
    // The division takes 63 bits without a sign: below 0, ⌊x / d⌋ = -1 - ⌊(-1 - x) / d⌋.
    let flip = select(0u, 0xffffffffu, is_negative64(value));
    let mask = vec2<u32>(flip, flip);
    seconds = divide64(value ^ mask, params.by_per_second) ^ mask;
    part = sub64(value, mul64(seconds, per_second));
  } else {
    seconds = shl64(divide64(shr64(value, 1u), params.by_per_second), 1u);
    part = sub64(value, mul64(seconds, per_second));
    for (var step = 0u; step < 2u; step++) {
      if (!below64(part, per_second)) {
        part = sub64(part, per_second);
        seconds = add64(seconds, whole(1u));
      }
    }
  }
  let nanos = part.x * params.source_nanos;
  return Instant(add64(seconds, params.source_epoch), vec2<u32>(0u, nanos), findings);
}

fn decode_ntp(word: vec2<u32>) -> Instant {
  // NTP counts from 2,208,988,800 s before 1970; source_epoch is where the window begins.
  let since_window = word.y - (params.source_epoch.x + 2208988800u);
  let seconds = add64(params.source_epoch, whole(since_window));
  return Instant(seconds, product32(word.x, NANOS), 0u);
}

fn decode_ptp(seconds: vec2<u32>, nanos: vec2<u32>) -> Instant {
  let is_valid = seconds.y < 65536u && nanos.y == 0u && nanos.x < NANOS;
  return Instant(seconds, vec2<u32>(0u, nanos.x), select(INVALID, 0u, is_valid));
}

// --- correct

/// Adds whole seconds; beyond 64 bits they overflow as the plan says.
fn add_seconds(instant: Instant, added: vec2<u32>) -> Instant {
  let sum = add64(instant.seconds, added);
  let down = is_negative64(added);
  if (down == less64(sum, instant.seconds)) {
    return Instant(sum, instant.ticks, instant.findings);
  }
  let findings = instant.findings | OVERFLOW;
  if (params.overflow_gives == WRAP) { return Instant(sum, instant.ticks, findings); }
  if (down) { return Instant(vec2<u32>(0u, 0x80000000u), vec2<u32>(0u, 0u), findings); }
  let last = vec2<u32>(0xffffffffu, NANOS - 1u);
  return Instant(vec2<u32>(0xffffffffu, 0x7fffffffu), last, findings);
}

fn correct(before: Instant) -> Instant {
  var instant = before;
  var seconds = params.offset_seconds;
  var nanos = params.offset_nanos.x;
  if (params.correction == WITH_DRIFT) {
    let drift = drift_of(instant);
    instant.findings = drift.findings;
    seconds = add64(seconds, drift.seconds);
    nanos += drift.ticks.y;
    if (nanos >= NANOS) {
      nanos -= NANOS;
      seconds = add64(seconds, whole(1u));
    }
  }
  nanos += instant.ticks.y;
  if (nanos >= NANOS) {
    nanos -= NANOS;
    seconds = add64(seconds, whole(1u));
  }
  instant.ticks.y = nanos;
  return add_seconds(instant, seconds);
}

/// What drift adds, as seconds and nanoseconds, and the instant's findings.
fn drift_of(instant: Instant) -> Instant {
  // 9,223,372,035 s, and as many nanoseconds times 10^9.
  let span_seconds = vec2<u32>(633437443u, 2u);
  let span = mul64(span_seconds, whole(NANOS));
  let is_before = less64(instant.seconds, params.reference_seconds);
  let seconds = sub64(instant.seconds, params.reference_seconds);
  var since = sub64(
    add64(mul64(seconds, whole(NANOS)), whole(instant.ticks.y)),
    params.reference_nanos,
  );
  let is_far = is_negative64(seconds) != is_before || less64(span_seconds, seconds) ||
    less64(seconds, negate64(span_seconds));
  var findings = instant.findings;
  if (is_far || less64(span, since) || less64(since, negate64(span))) {
    findings |= OVERFLOW;
    let is_early = select(is_negative64(since), is_before, is_far);
    since = select(span, negate64(span), vec2<bool>(is_early));
  }
  let is_early = is_negative64(since);
  let size = select(since, negate64(since), vec2<bool>(is_early));
  // Parts of 10^15. The factor is too small by less than 2^-64: the quotient is right or one less.
  let all = vec2<u32>(2764472320u, 232830u);
  let half = vec2<u32>(1382236160u, 116415u);
  var quotient = mul_high64(size, params.drift_factor);
  var rest = sub64(mul64(size, params.drift_parts), mul64(quotient, all));
  if (!below64(rest, all)) {
    rest = sub64(rest, all);
    quotient = add64(quotient, whole(1u));
  }
  if (!below64(rest, half)) { quotient = add64(quotient, whole(1u)); }
  var whole_seconds = divide64(quotient, params.by_nanos);
  var nanos = sub64(quotient, mul64(whole_seconds, whole(NANOS))).x;
  if (is_early != (params.drift_negative != 0u)) {
    whole_seconds = negate64(whole_seconds);
    if (nanos != 0u) {
      whole_seconds = sub64(whole_seconds, whole(1u));
      nanos = NANOS - nanos;
    }
  }
  return Instant(whole_seconds, vec2<u32>(0u, nanos), findings);
}

// --- encode

/// -1 below the target's range, 1 above it, 0 inside.
fn side(seconds: vec2<u32>, count: u32) -> i32 {
  let low = params.low_seconds;
  if (less64(seconds, low) || (all(seconds == low) && count < params.low_count)) { return -1; }
  let high = params.high_seconds;
  if (less64(high, seconds) || (all(seconds == high) && count > params.high_count)) { return 1; }
  return 0;
}

fn encode_count(instant: Instant, index: u32) -> u32 {
  var seconds = instant.seconds;
  var findings = instant.findings;
  // 33 bits: ntp's count may round up to a whole second.
  var part: vec2<u32>;
  let is_ntp = params.target_kind == NTP;
  var rounds_up: bool;
  if (is_ntp) {
    part = divide64(instant.ticks, params.by_nanos);
    let rest = sub64(instant.ticks, mul64(part, whole(NANOS))).x;
    if (rest != 0u && instant.ticks.x != 0u) { findings |= LOSS; }
    rounds_up = select(rest >= NANOS / 2u, rest != 0u, params.rounding == CEIL);
  } else {
    part = whole(instant.ticks.y / params.target_nanos);
    let rest = instant.ticks.y % params.target_nanos;
    if ((rest | instant.ticks.x) != 0u) { findings |= LOSS; }
    let half = select(
      rest >= params.target_nanos / 2u,
      instant.ticks.x >= 0x80000000u,
      params.target_nanos == 1u,
    );
    rounds_up = params.rounding == ROUND && half;
  }
  if (rounds_up) { part = add64(part, whole(1u)); }
  var outside = 0;
  let is_second = select(part.x == params.target_per_second, part.y != 0u, is_ntp);
  if (is_second) {
    part = vec2<u32>(0u, 0u);
    findings &= ~LEAP_SECOND;
    outside = select(0, 1, all(seconds == vec2<u32>(0xffffffffu, 0x7fffffffu)));
    seconds = add64(seconds, whole(1u));
  }
  if (outside == 0) { outside = side(seconds, part.x); }
  if (outside != 0) { findings |= OVERFLOW; }
  if ((findings & params.fatal) != 0u) { return findings; }
  if (outside != 0 && params.overflow_gives == CLAMP) {
    write_limit(index, outside);
  } else if (params.target_kind == PTP) {
    results[2u * index] = vec2<u32>(seconds.x, seconds.y & 0xffffu);
    results[2u * index + 1u] = part;
  } else if (params.target_kind == TEXT) {
    results[2u * index] = seconds;
    let leap = (findings & LEAP_SECOND) / LEAP_SECOND;
    results[2u * index + 1u] = vec2<u32>(part.x * params.target_nanos, leap);
  } else {
    let since = sub64(seconds, params.target_epoch);
    let scaled = mul64(since, whole(params.target_per_second));
    let word = add64(select(scaled, vec2<u32>(0u, since.x), vec2<bool>(is_ntp)), part);
    results[index] = select(word, shl64(word, 16u), vec2<bool>(params.target_kind == HLC));
  }
  return findings;
}

fn write_limit(index: u32, outside: i32) {
  let words = select(params.high_words, params.low_words, vec4<bool>(outside < 0));
  if (params.target_kind == PTP || params.target_kind == TEXT) {
    results[2u * index] = words.xy;
    results[2u * index + 1u] = words.zw;
  } else {
    results[index] = words.xy;
  }
}

fn encode_julian(instant: Instant, index: u32) -> u32 {
  var findings = instant.findings;
  let outside = side(instant.seconds, 0u);
  let days = julian_of(sub64(instant.seconds, params.target_epoch), instant.ticks, outside == 0);
  if (outside != 0) {
    findings |= OVERFLOW;
  } else if (!days.is_exact) {
    findings |= LOSS;
  }
  if ((findings & params.fatal) != 0u) { return findings; }
  if (outside != 0) {
    write_limit(index, outside);
  } else {
    results[index] = days.bits;
  }
  return findings;
}

/// The stages behind decoding.
fn finish(decoded: Instant, index: u32) {
  var instant = decoded;
  let keeps_leap_seconds = params.target_kind == TEXT || params.leap == TO_TAI;
  if ((instant.findings & LEAP_SECOND) != 0u && (params.correction != 0u || !keeps_leap_seconds)) {
    instant = end_leap_second(instant);
  }
  if (params.correction != 0u) { instant = correct(instant); }
  if (params.leap != 0u) { instant = change_scale(instant); }
  var findings: u32;
  if (params.target_kind == JULIAN) {
    findings = encode_julian(instant, index);
  } else {
    findings = encode_count(instant, index);
  }
  if ((findings & params.fatal) != 0u) { atomicMin(&failed_at, index); }
}

@compute @workgroup_size(WORKGROUP)
fn convert(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let index = flat_group(group, groups) * WORKGROUP + thread;
  if (index < params.count) { finish(decode(index), index); }
}

@compute @workgroup_size(WORKGROUP)
fn convert_texts(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let index = flat_group(group, groups) * WORKGROUP + thread;
  if (index < params.count) { finish(decode_text(index), index); }
}
