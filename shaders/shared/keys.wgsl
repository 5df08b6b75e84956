// Numbers of any 32-bit type as u32 in the same order. No float is compared: WGSL promises nothing
// about NaN, and lets a GPU take subnormal numbers for 0.

/// -0 is below +0; NaN of either sign lies outside of the infinities. 0 u32, 1 i32, 2 f32.
fn key_of(bits: u32, element_type: u32) -> u32 {
  if (element_type == 0u) { return bits; }
  let is_negative = (bits >> 31u) != 0u;
  return bits ^ select(0x80000000u, 0xffffffffu, is_negative && element_type == 2u);
}
