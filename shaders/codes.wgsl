// Codes of weights, four to a word in memory order, each the low byte of its two's complement.
@group(0) @binding(0) var<uniform> grid: Grid;
@group(0) @binding(1) var<storage, read> weights: array<f32>;
@group(0) @binding(2) var<storage, read> scales: array<f32>;
@group(0) @binding(3) var<storage, read> zero_points: array<i32>;
@group(0) @binding(4) var<storage, read_write> result: array<u32>;

@compute @workgroup_size(workgroup_size)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) local: u32) {
  let word = linear_index(workgroup, count, local);
  if (word >= (grid.length + 3u) / 4u) { return; }
  var packed = 0u;
  for (var byte = 0u; byte < 4u; byte++) {
    let element = word * 4u + byte;
    if (element >= grid.length) { break; }
    let group = group_of(element, grid);
    let code = code_of(weights[element], scales[group], zero_points[group], grid);
    packed |= (bitcast<u32>(code) & 0xffu) << (byte * 8u);
  }
  result[word] = packed;
}
