// Codes of weights, each the low byte of its two's complement.
@group(0) @binding(0) var<uniform> grid: Grid;
@group(0) @binding(1) var<storage, read> weights: array<f32>;
@group(0) @binding(2) var<storage, read> scales: array<f32>;
@group(0) @binding(3) var<storage, read> zero_points: array<i32>;
@group(0) @binding(4) var<storage, read_write> result: array<u32>;

fn byte_of(element: u32) -> u32 {
  let group = group_of(element, grid);
  return bitcast<u32>(code_of(weights[element], scales[group], zero_points[group], grid)) & 0xffu;
}
