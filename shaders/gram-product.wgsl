// Gram matrices of input groups times what their rows hold: C[column, row] = sum over k of G[group of row, column, k] * B[k, row].
// For the many small groups of depthwise and grouped convolutions; one group is a plain product (matmul.wgsl).
struct Params {
  rows: u32,
  columns: u32,
  rows_of_group: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
// [groups, columns, columns]
@group(0) @binding(1) var<storage, read> gram: array<f32>;
// [columns, rows]
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> c: array<f32>;

@compute @workgroup_size(workgroup_size)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) local: u32) {
  let at = linear_index(workgroup, count, local);
  if (at >= params.rows * params.columns) { return; }
  let row = at % params.rows;
  let line = ((row / params.rows_of_group) * params.columns + at / params.rows) * params.columns;
  var sum = 0.0;
  for (var k = 0u; k < params.columns; k++) { sum += gram[line + k] * b[k * params.rows + row]; }
  c[at] = sum;
}
