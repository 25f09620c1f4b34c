// Number of elements whose magnitude bits are below a bound (bound 1 counts exact zeros), added to one counter.
struct Bound {
  length: u32,
  threads: u32,
  bits: u32,
}

@group(0) @binding(0) var<uniform> bound: Bound;
@group(0) @binding(1) var<storage, read> weights: array<u32>;
@group(0) @binding(2) var<storage, read_write> counter: atomic<u32>;

@compute @workgroup_size(workgroup_size)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) local: u32) {
  let thread = linear_index(workgroup, count, local);
  if (thread >= bound.threads) { return; }
  var below = 0u;
  for (var element = thread; element < bound.length; element += bound.threads) {
    below += select(0u, 1u, (weights[element] & 0x7fffffffu) < bound.bits);
  }
  if (below > 0u) { atomicAdd(&counter, below); }
}
