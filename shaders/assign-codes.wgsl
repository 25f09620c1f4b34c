// Codes of the nearest values of each group's codebook, four to a word in memory order.
@group(0) @binding(3) var<storage, read_write> result: array<u32>;

@compute @workgroup_size(workgroup_size)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) local: u32) {
  let word = linear_index(workgroup, count, local);
  if (word >= (grid.length + 3u) / 4u) { return; }
  var packed = 0u;
  for (var byte = 0u; byte < 4u; byte++) {
    let element = word * 4u + byte;
    if (element >= grid.length) { break; }
    let nearest = nearest_of(element);
    packed |= (nearest.x - nearest.y) << (byte * 8u);
  }
  result[word] = packed;
}
