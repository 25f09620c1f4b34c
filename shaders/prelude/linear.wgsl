// Linear index over a 2-D grid of workgroups: one dimension holds at most 65,535 of them.
override workgroup_size: u32 = 64;

fn linear_index(workgroup: vec3u, count: vec3u, local: u32) -> u32 {
  return (workgroup.y * count.x + workgroup.x) * workgroup_size + local;
}
