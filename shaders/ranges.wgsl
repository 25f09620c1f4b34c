// Minimum, maximum and count of non-finite values of each group, `splits` partial results a group.
struct Partial {
  low: f32,
  high: f32,
  non_finite: u32,
}

@group(0) @binding(0) var<uniform> grid: Grid;
@group(0) @binding(1) var<storage, read> weights: array<f32>;
@group(0) @binding(2) var<storage, read_write> partials: array<Partial>;

@compute @workgroup_size(workgroup_size)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) local: u32) {
  let thread = linear_index(workgroup, count, local);
  if (thread >= grid.channels * grid.blocks_per_channel * grid.splits) { return; }
  let group = thread / grid.splits;
  let channel = group / grid.blocks_per_channel;
  let first = (group % grid.blocks_per_channel) * grid.block;
  let end = block_end(first, grid);
  // The largest finite values; a thread without elements leaves them, and the caller's reduction ignores them.
  var part = Partial(3.4028234e38, -3.4028234e38, 0u);
  // Neighbouring threads read neighbouring elements of a row.
  for (var reduced = first + thread % grid.splits; reduced < end; reduced += grid.splits) {
    let value = weights[element_of(channel, reduced, grid)];
    // By bits: a compiler may assume that floats are never NaN.
    if ((bitcast<u32>(value) & 0x7f800000u) == 0x7f800000u) {
      part.non_finite++;
    } else {
      part.low = min(part.low, value);
      part.high = max(part.high, value);
    }
  }
  partials[thread] = part;
}
