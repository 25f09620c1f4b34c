// Counts values about zero in bins of one width, a side of zero at a time. Each workgroup counts its share in its own memory, then adds
// it once to the result: the bins above zero, those below, and how many values are exactly zero.
struct Bins {
  length: u32,
  per_width: f32,
  share: u32,
  below: u32,
}

const half = 4096u;

@group(0) @binding(0) var<uniform> bins: Bins;
@group(0) @binding(1) var<storage, read> values: array<f32>;
@group(0) @binding(2) var<storage, read_write> result: array<atomic<u32>>;

// 16 KiB: all that every device has.
var<workgroup> counts: array<atomic<u32>, 4096>;

@compute @workgroup_size(workgroup_size)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let start = (workgroup.y * groups.x + workgroup.x) * bins.share;
  let end = min(start + bins.share, bins.length);
  var zeros = 0u;
  for (var element = start + local; element < end; element += workgroup_size) {
    let value = values[element];
    if (value == 0.0) {
      zeros += 1u;
    } else if ((value < 0.0) == (bins.below == 1u)) {
      // Clamped as a float: the conversion of a value outside i32 is undefined.
      let bin = clamp(floor(value * bins.per_width), -4096.0, 4095.0);
      atomicAdd(&counts[u32(select(bin, bin + 4096.0, bins.below == 1u))], 1u);
    }
  }
  if (zeros > 0u && bins.below == 0u) { atomicAdd(&result[2u * half], zeros); }
  workgroupBarrier();
  for (var bin = local; bin < half; bin += workgroup_size) {
    let found = atomicLoad(&counts[bin]);
    if (found > 0u) { atomicAdd(&result[bins.below * half + bin], found); }
  }
}
