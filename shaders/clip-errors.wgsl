// Sum of squared quantization errors of each group for each candidate clip ratio, `splits` partial sums each.
@group(0) @binding(0) var<uniform> grid: Grid;
@group(0) @binding(1) var<storage, read> weights: array<f32>;
@group(0) @binding(2) var<storage, read> scales: array<f32>;
@group(0) @binding(3) var<storage, read> zero_points: array<i32>;
@group(0) @binding(4) var<storage, read> ratios: array<f32>;
@group(0) @binding(5) var<storage, read_write> partials: array<f32>;

@compute @workgroup_size(workgroup_size)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) local: u32) {
  let thread = linear_index(workgroup, count, local);
  if (thread >= grid.channels * grid.blocks_per_channel * grid.ratios * grid.splits) { return; }
  let ratio = (thread / grid.splits) % grid.ratios;
  let group = thread / (grid.splits * grid.ratios);
  let channel = group / grid.blocks_per_channel;
  let first = (group % grid.blocks_per_channel) * grid.block;
  let end = block_end(first, grid);
  let scale = scales[group] * ratios[ratio];
  let zero_point = zero_points[group];
  var sum = 0.0;
  for (var reduced = first + thread % grid.splits; reduced < end; reduced += grid.splits) {
    let value = weights[element_of(channel, reduced, grid)];
    let error = value - value_of(code_of(value, scale, zero_point, grid), scale, zero_point);
    sum += error * error;
  }
  partials[thread] = sum;
}
