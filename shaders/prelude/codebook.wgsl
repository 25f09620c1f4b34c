// What kernels over a codebook share: its values, [groups, size], each group's ascending. Codes are 0 to q_max = size - 1.
@group(0) @binding(0) var<uniform> grid: Grid;
@group(0) @binding(1) var<storage, read> weights: array<f32>;
@group(0) @binding(2) var<storage, read> codebook: array<f32>;

// Place in the codebook of the value nearest to a weight, and that of its group's first; of two equally near, the higher.
fn nearest_of(element: u32) -> vec2u {
  let value = weights[element];
  let first = group_of(element, grid) * (u32(grid.q_max) + 1u);
  var low = first;
  var high = first + u32(grid.q_max);
  // The first value that is not below, or the last of all.
  while (low < high) {
    let middle = (low + high) / 2u;
    if (codebook[middle] < value) { low = middle + 1u; } else { high = middle; }
  }
  if (low > first && value - codebook[max(low, 1u) - 1u] < codebook[low] - value) { low--; }
  return vec2u(low, first);
}
