// Rounds rows of weights one column after another; each column makes up for the errors of those before it (GPTQ). One thread a row.
// Matrices of weights are [columns, rows]: neighbouring threads read neighbouring words.
struct Params {
  rows: u32,
  columns: u32,
  // Rows that share a factor.
  rows_of_group: u32,
  // Values of a codebook.
  size: u32,
  q_min: f32,
  q_max: f32,
}

// Levels are those of a codebook, else of a uniform grid.
override codebook: bool = false;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> weights: array<f32>;
// [groups, columns, columns]: below the diagonal what a column takes of an earlier one's error, on it the weight of its own.
@group(0) @binding(2) var<storage, read> factor: array<f32>;
// Grid: scale and zero point, [blocks, rows]. Codebook: values in ascending order, [books, size].
@group(0) @binding(3) var<storage, read> levels: array<f32>;
// Grid: the block of each column. Codebook: the book of each row.
@group(0) @binding(4) var<storage, read> lookup: array<u32>;
@group(0) @binding(5) var<storage, read_write> errors: array<f32>;
@group(0) @binding(6) var<storage, read_write> result: array<f32>;
@group(0) @binding(7) var<storage, read_write> losses: array<f32>;

fn nearest_on_grid(target_value: f32, column: u32, row: u32) -> f32 {
  let at = 2u * (lookup[column] * params.rows + row);
  let scale = levels[at];
  let zero = levels[at + 1u];
  return (clamp(round(target_value / scale) + zero, params.q_min, params.q_max) - zero) * scale;
}

fn nearest_in_book(target_value: f32, row: u32) -> f32 {
  let first = lookup[row] * params.size;
  var low = 0u;
  var high = params.size - 1u;
  // The last value that is not above the target, or the first of all.
  while (low < high) {
    let middle = (low + high + 1u) / 2u;
    if (levels[first + middle] <= target_value) { low = middle; } else { high = middle - 1u; }
  }
  let below = levels[first + low];
  let above = levels[first + min(low + 1u, params.size - 1u)];
  return select(below, above, abs(above - target_value) < abs(target_value - below));
}

@compute @workgroup_size(workgroup_size)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) local: u32) {
  let row = linear_index(workgroup, count, local);
  if (row >= params.rows) { return; }
  let rows = params.rows;
  let columns = params.columns;
  let group = (row / params.rows_of_group) * columns * columns;
  var loss = 0.0;
  for (var i = 0u; i < columns; i++) {
    let line = group + i * columns;
    var carried = 0.0;
    for (var j = 0u; j < i; j++) { carried += factor[line + j] * errors[j * rows + row]; }
    let at = i * rows + row;
    let weight = weights[at];
    let wanted = weight + carried;
    // Weights of exactly zero are pruned and stay so.
    let aim = select(wanted, 0.0, weight == 0.0);
    var rounded: f32;
    if (codebook) { rounded = nearest_in_book(aim, row); } else { rounded = nearest_on_grid(aim, i, row); }
    errors[at] = weight - rounded;
    result[at] = rounded;
    let missed = factor[line + i] * (wanted - rounded);
    loss += missed * missed;
  }
  losses[row] = loss;
}
