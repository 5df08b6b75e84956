// The way between TAI and UTC for timestamps.wgsl, whose parameters, instants and table this reads.

/// Second 60 becomes the start of the next second.
fn end_leap_second(instant: Instant) -> Instant {
  let seconds = add64(instant.seconds, whole(1u));
  return Instant(seconds, vec2<u32>(0u, 0u), (instant.findings & ~LEAP_SECOND) | LOSS);
}

fn change_scale(instant: Instant) -> Instant {
  let to_tai = params.leap == TO_TAI;
  var entry = params.leap_count - 1u;
  loop {
    let found = leap_seconds[entry];
    let start = select(add64(found.xy, found.zw), found.xy, vec2<bool>(to_tai));
    if (entry == 0u || !less64(instant.seconds, start)) { break; }
    entry--;
  }
  if (to_tai) { return enter_tai(instant, entry); }
  return leave_tai(instant, entry);
}

fn enter_tai(instant: Instant, entry: u32) -> Instant {
  let offset = leap_seconds[entry].zw;
  if ((instant.findings & LEAP_SECOND) == 0u) { return add_seconds(instant, offset); }
  let next_second = add64(instant.seconds, whole(1u));
  var next_offset = offset;
  if (entry + 1u < params.leap_count) {
    let next = leap_seconds[entry + 1u];
    if (all(next.xy == next_second)) { next_offset = next.zw; }
  }
  if (less64(offset, next_offset)) { return add_seconds(instant, add64(offset, whole(1u))); }
  // A leap second that the table doesn't have is as long as it is without leap seconds.
  return add_seconds(end_leap_second(instant), next_offset);
}

/// A leap second ends in the start of the next second, which POSIX counts for both. In text it is
/// second 60, where it follows a second 59.
fn leave_tai(instant: Instant, entry: u32) -> Instant {
  let offset = leap_seconds[entry].zw;
  if (entry + 1u < params.leap_count) {
    let next = leap_seconds[entry + 1u].xy;
    let end = add64(next, offset);
    if (!less64(instant.seconds, end)) {
      if (params.target_kind == TEXT && all(instant.seconds == end) && is_minute(next)) {
        let before = sub64(next, whole(1u));
        return Instant(before, instant.ticks, instant.findings | LEAP_SECOND);
      }
      return Instant(next, vec2<u32>(0u, 0u), instant.findings | LOSS);
    }
  }
  return add_seconds(instant, negate64(offset));
}

/// A multiple of 60 = 4 · 15, signed: 2^32 is 1 more than a multiple of 15.
fn is_minute(seconds: vec2<u32>) -> bool {
  let fifteenths = bitcast<i32>(seconds.y) % 15 + i32(seconds.x % 15u);
  return (seconds.x & 3u) == 0u && fifteenths % 15 == 0;
}
