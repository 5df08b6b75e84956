// Columns of ISO 8601 text for timestamps.wgsl, whose parameters and instants this reads. Texts
// become instants in the first stage of its conversion. Its last stage makes pairs of seconds and
// nanoseconds (and 1 for a leap second), which become texts in three passes:
//
//   measure       how many bytes each text takes
//   (sort-scan)   where each text begins
//   write         the texts

/// As many digits as lose nothing.
const AUTO_DIGITS = 10u;

/// Bytes of all texts, four a word, and where each begins and the last one ends.
@group(0) @binding(5) var<storage, read> texts: array<u32>;
@group(0) @binding(6) var<storage, read> text_offsets: array<u32>;
@group(0) @binding(7) var<storage, read> pairs: array<vec4<u32>>;
/// Likewise, of the texts to write: zero at first, because neighbours share words.
@group(0) @binding(8) var<storage, read_write> places: array<u32>;
@group(0) @binding(9) var<storage, read_write> written: array<atomic<u32>>;

fn text_byte(index: u32) -> u32 {
  return (texts[index >> 2u] >> (8u * (index & 3u))) & 255u;
}

/// Bytes of a row before the blanks and zeros at its end.
fn unpadded(start: u32, width: u32) -> u32 {
  var length = width;
  while (length > 0u) {
    let last = text_byte(start + length - 1u);
    if (last != 0u && last != 32u) { break; }
    length--;
  }
  return length;
}

fn decode_text(index: u32) -> Instant {
  let invalid = Instant(vec2<u32>(0u, 0u), vec2<u32>(0u, 0u), INVALID);
  var start = index * params.text_width;
  var length: u32;
  if (params.text_width == 0u) {
    start = text_offsets[index];
    let end = text_offsets[index + 1u];
    if (start > end || end > params.text_length) { return invalid; }
    length = end - start;
  } else {
    length = unpadded(start, params.text_width);
  }
  let found = iso_parse(start, length, params.assume_utc != 0u);
  if (found.wrong_at != ISO_RIGHT) { return invalid; }
  let findings = (found.is_leap_second * LEAP_SECOND) | (found.is_truncated * LOSS);
  let seconds = sub64(found.seconds, whole(found.is_leap_second));
  return Instant(seconds, vec2<u32>(0u, found.nanos), findings);
}

/// Digits of the fraction of a text to write.
fn digits_of(nanos: u32) -> u32 {
  if (params.digits != AUTO_DIGITS) { return params.digits; }
  if (nanos == 0u) { return 0u; }
  var digits = 9u;
  var rest = nanos;
  while (rest % 10u == 0u) {
    rest /= 10u;
    digits--;
  }
  return digits;
}

/// Fills `places` with lengths, and a 0 behind them: scanned, it is the end of the last text.
@compute @workgroup_size(WORKGROUP)
fn measure(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let index = flat_group(group, groups) * WORKGROUP + thread;
  if (index > params.count) { return; }
  var length = 0u;
  if (index < params.count) {
    let digits = digits_of(pairs[index].z);
    let zone = select(6u, 1u, params.offset_minutes == 0);
    length = 19u + select(digits + 1u, 0u, digits == 0u) + zone;
  }
  places[index] = length;
}

@compute @workgroup_size(WORKGROUP)
fn write(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let index = flat_group(group, groups) * WORKGROUP + thread;
  if (index >= params.count) { return; }
  let pair = pairs[index];
  var text: array<u32, ISO_WORDS>;
  _ = iso_format(pair.xy, pair.z, digits_of(pair.z), params.offset_minutes, &text);
  // "60" in place of "59": every offset is whole minutes.
  if (pair.w != 0u) { text[4] = (text[4] & 0xff0000ffu) | 0x00303600u; }
  let at = places[index];
  let end = places[index + 1u];
  let shift = 8u * (at & 3u);
  var carried = 0u;
  for (var word = 0u; 4u * ((at >> 2u) + word) < end; word++) {
    let bytes = select(0u, text[min(word, ISO_WORDS - 1u)], word < ISO_WORDS);
    atomicOr(&written[(at >> 2u) + word], (bytes << shift) | carried);
    carried = select(bytes >> (32u - shift), 0u, shift == 0u);
  }
}
