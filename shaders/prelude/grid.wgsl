// A tensor viewed as [outer, channels, inner] with blocks along each channel's elements (src/base/grids.ts, Groups), and its
// quantization grid.
struct Grid {
  length: u32,
  channels: u32,
  inner: u32,
  block: u32,
  blocks_per_channel: u32,
  q_min: i32,
  q_max: i32,
  // Threads that share one group in the reducing kernels; 1 elsewhere.
  splits: u32,
  // Candidate clip ratios (clip-errors); 1 elsewhere.
  ratios: u32,
}

fn group_of(element: u32, grid: Grid) -> u32 {
  let row = grid.channels * grid.inner;
  let channel = (element / grid.inner) % grid.channels;
  let reduced = (element / row) * grid.inner + element % grid.inner;
  return channel * grid.blocks_per_channel + reduced / grid.block;
}

// Element number `reduced` of a channel, in memory order.
fn element_of(channel: u32, reduced: u32, grid: Grid) -> u32 {
  return (reduced / grid.inner) * grid.channels * grid.inner + channel * grid.inner + reduced % grid.inner;
}

// One past the last reduced index of a block; the last block of a channel may be ragged.
fn block_end(first: u32, grid: Grid) -> u32 {
  return min(first + grid.block, grid.length / grid.channels);
}

// WGSL round is half to even, like ONNX QuantizeLinear.
fn code_of(value: f32, scale: f32, zero_point: i32, grid: Grid) -> i32 {
  // Clamped before the conversion, which is undefined outside i32.
  let rounded = clamp(round(value / scale), -65536.0, 65536.0);
  return clamp(i32(rounded) + zero_point, grid.q_min, grid.q_max);
}

fn value_of(code: i32, scale: f32, zero_point: i32) -> f32 {
  return f32(code - zero_point) * scale;
}
