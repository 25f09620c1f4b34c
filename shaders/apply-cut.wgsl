// Zeroes the elements below a magnitude cut; ties before `tie_index` are cut too.
struct Cut {
  length: u32,
  bits: u32,
  tie_index: u32,
}

@group(0) @binding(0) var<uniform> cut: Cut;
@group(0) @binding(1) var<storage, read> weights: array<u32>;
@group(0) @binding(2) var<storage, read_write> result: array<u32>;

@compute @workgroup_size(workgroup_size)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) local: u32) {
  let element = linear_index(workgroup, count, local);
  if (element >= cut.length) { return; }
  // Words, not floats: denormals must pass unchanged, and a GPU may flush a float's.
  let word = weights[element];
  let magnitude = word & 0x7fffffffu;
  let is_cut = magnitude < cut.bits || (magnitude == cut.bits && element < cut.tie_index);
  result[element] = select(word, 0u, is_cut);
}
