// Partial sums of signal (squared reference) and noise (squared difference), one pair a thread.
struct Span {
  length: u32,
  threads: u32,
}

@group(0) @binding(0) var<uniform> span: Span;
@group(0) @binding(1) var<storage, read> original: array<f32>;
@group(0) @binding(2) var<storage, read> weights: array<f32>;
@group(0) @binding(3) var<storage, read_write> partials: array<vec2f>;

@compute @workgroup_size(workgroup_size)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) local: u32) {
  let thread = linear_index(workgroup, count, local);
  if (thread >= span.threads) { return; }
  var sums = vec2f();
  for (var element = thread; element < span.length; element += span.threads) {
    let value = original[element];
    let error = value - weights[element];
    sums += vec2f(value * value, error * error);
  }
  partials[thread] = sums;
}
