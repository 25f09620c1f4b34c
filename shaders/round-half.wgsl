// The nearest float16 value of each weight (ties to even), kept as float32. By bits: WGSL's own conversion may round to either neighbour.
struct Span {
  length: u32,
}

@group(0) @binding(0) var<uniform> span: Span;
@group(0) @binding(1) var<storage, read> weights: array<u32>;
@group(0) @binding(2) var<storage, read_write> result: array<u32>;

fn rounded(magnitude: u32) -> u32 {
  // Below the normal float16 values: multiples of 2^-24.
  if (magnitude < 0x38800000u) { return bitcast<u32>(round(bitcast<f32>(magnitude) * 16777216.0) * 5.9604644775390625e-8); }
  let nearest = (magnitude + 0xfffu + ((magnitude >> 13u) & 1u)) & 0xffffe000u;
  // From 65,520 on it is infinite.
  return select(nearest, 0x7f800000u, nearest >= 0x47800000u);
}

@compute @workgroup_size(workgroup_size)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) local: u32) {
  let element = linear_index(workgroup, count, local);
  if (element >= span.length) { return; }
  let word = weights[element];
  result[element] = (word & 0x80000000u) | rounded(word & 0x7fffffffu);
}
