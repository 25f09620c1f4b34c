// Each weight becomes the nearest value of its group's codebook.
@group(0) @binding(3) var<storage, read_write> result: array<f32>;

@compute @workgroup_size(workgroup_size)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) local: u32) {
  let element = linear_index(workgroup, count, local);
  if (element >= grid.length) { return; }
  result[element] = codebook[nearest_of(element).x];
}
