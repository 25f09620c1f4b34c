// One pass of a radix select: counts the next digit of the keys that share the digits known so far. The key is the magnitude's
// bits, which order like the magnitudes, or, among elements of equal magnitude, the element's index.
override by_index: bool = false;

struct Digit {
  length: u32,
  // Keys take part when (key >> known_shift) == known; 32 stands for "all".
  known_shift: u32,
  known: u32,
  shift: u32,
  mask: u32,
  // Magnitude bits of the ties that are ranked by index.
  tie_bits: u32,
  share: u32,
}

@group(0) @binding(0) var<uniform> digit: Digit;
@group(0) @binding(1) var<storage, read> weights: array<u32>;
@group(0) @binding(2) var<storage, read_write> result: array<atomic<u32>>;

var<workgroup> counts: array<atomic<u32>, 2048>;

@compute @workgroup_size(workgroup_size)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let start = (workgroup.y * groups.x + workgroup.x) * digit.share;
  let end = min(start + digit.share, digit.length);
  for (var element = start + local; element < end; element += workgroup_size) {
    let magnitude = weights[element] & 0x7fffffffu;
    let key = select(magnitude, element, by_index);
    let tied = !by_index || magnitude == digit.tie_bits;
    // A shift by 32 is an error in WGSL, so "all" is told apart.
    if (tied && (digit.known_shift == 32u || (key >> min(digit.known_shift, 31u)) == digit.known)) {
      atomicAdd(&counts[(key >> digit.shift) & digit.mask], 1u);
    }
  }
  workgroupBarrier();
  for (var bin = local; bin <= digit.mask; bin += workgroup_size) {
    let found = atomicLoad(&counts[bin]);
    if (found > 0u) { atomicAdd(&result[bin], found); }
  }
}
