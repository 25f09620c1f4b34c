// Fake-quantize: each weight becomes the nearest value of its group's grid.
@group(0) @binding(0) var<uniform> grid: Grid;
@group(0) @binding(1) var<storage, read> weights: array<f32>;
@group(0) @binding(2) var<storage, read> scales: array<f32>;
@group(0) @binding(3) var<storage, read> zero_points: array<i32>;
@group(0) @binding(4) var<storage, read_write> result: array<f32>;

@compute @workgroup_size(workgroup_size)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) local: u32) {
  let element = linear_index(workgroup, count, local);
  if (element >= grid.length) { return; }
  let group = group_of(element, grid);
  let scale = scales[group];
  let zero_point = zero_points[group];
  result[element] = value_of(code_of(weights[element], scale, zero_point, grid), scale, zero_point);
}
