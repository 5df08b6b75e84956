// Dispatches of more than 65,535 workgroups are folded into two dimensions (gpu.ts, dispatchSize).

/// Number of this workgroup in a dispatch of one or two dimensions.
fn flat_group(group: vec3u, groups: vec3u) -> u32 {
  return group.y * groups.x + group.x;
}
