// Equal-width histogram. Each workgroup counts its share in its own memory, then adds it once to the result.
struct Bins {
  length: u32,
  count: u32,
  low: f32,
  per_unit: f32,
  share: u32,
}

@group(0) @binding(0) var<uniform> bins: Bins;
@group(0) @binding(1) var<storage, read> weights: array<f32>;
@group(0) @binding(2) var<storage, read_write> result: array<atomic<u32>>;

var<workgroup> counts: array<atomic<u32>, 2048>;

@compute @workgroup_size(workgroup_size)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let start = (workgroup.y * groups.x + workgroup.x) * bins.share;
  let end = min(start + bins.share, bins.length);
  for (var element = start + local; element < end; element += workgroup_size) {
    // Clamped as a float: the conversion of a value outside i32 is undefined.
    let position = clamp(floor((weights[element] - bins.low) * bins.per_unit), 0.0, f32(bins.count - 1u));
    atomicAdd(&counts[u32(position)], 1u);
  }
  workgroupBarrier();
  for (var bin = local; bin < bins.count; bin += workgroup_size) {
    let found = atomicLoad(&counts[bin]);
    if (found > 0u) { atomicAdd(&result[bin], found); }
  }
}
