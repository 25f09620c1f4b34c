// float32 to float16, two to a word, rounded by the device.
struct Span {
  length: u32,
}

@group(0) @binding(0) var<uniform> span: Span;
@group(0) @binding(1) var<storage, read> weights: array<f32>;
@group(0) @binding(2) var<storage, read_write> result: array<u32>;

@compute @workgroup_size(workgroup_size)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) local: u32) {
  let word = linear_index(workgroup, count, local);
  if (word >= (span.length + 1u) / 2u) { return; }
  let first = weights[word * 2u];
  var second = 0.0;
  if (word * 2u + 1u < span.length) { second = weights[word * 2u + 1u]; }
  result[word] = pack2x16float(vec2f(first, second));
}
