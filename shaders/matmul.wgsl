// C[M,N] = A[M,K] x B, row-major. What is multiplied, how B lies and what sums are made of stand in the preludes. A workgroup of 16 x 16
// threads makes a 64 x 64 tile of C, each thread 4 x 4 of it, from 64 x 16 and 16 x 64 tiles in workgroup memory.
struct Shape {
  m: u32,
  k: u32,
  n: u32,
}

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> a: array<scalar>;
@group(0) @binding(2) var<storage, read> b: array<scalar>;
@group(0) @binding(3) var<storage, read_write> c: array<total>;

const tile = 64u;
const depth = 16u;
var<workgroup> a_tile: array<scalar, 1024>;
var<workgroup> b_tile: array<scalar, 1024>;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) local: u32) {
  let index = workgroup.y * count.x + workgroup.x;
  let across = (shape.n + tile - 1u) / tile;
  let row = (index / across) * tile;
  let column = (index % across) * tile;
  let thread_row = (local / 16u) * 4u;
  let thread_column = (local % 16u) * 4u;
  var sums: array<vec4<total>, 4>;
  for (var start = 0u; start < shape.k; start += depth) {
    for (var i = local; i < tile * depth; i += 256u) {
      // A is kept transposed, so that a thread reads its four rows side by side.
      let a_row = row + i / depth;
      let a_k = start + i % depth;
      var a_value = scalar(0);
      if (a_row < shape.m && a_k < shape.k) { a_value = a[a_row * shape.k + a_k]; }
      a_tile[(i % depth) * tile + i / depth] = a_value;
      let place = place_in_b(i);
      let b_k = start + place.x;
      let b_column = column + place.y;
      var b_value = scalar(0);
      if (b_k < shape.k && b_column < shape.n) { b_value = b[index_in_b(b_k, b_column, shape)]; }
      b_tile[place.x * tile + place.y] = b_value;
    }
    workgroupBarrier();
    for (var k = 0u; k < depth; k++) {
      let at = k * tile + thread_column;
      let b_values = vec4(b_tile[at], b_tile[at + 1u], b_tile[at + 2u], b_tile[at + 3u]);
      for (var r = 0u; r < 4u; r++) {
        sums[r] += products(a_tile[k * tile + thread_row + r], b_values);
      }
    }
    workgroupBarrier();
  }
  for (var r = 0u; r < 4u; r++) {
    for (var s = 0u; s < 4u; s++) {
      let c_row = row + thread_row + r;
      let c_column = column + thread_column + s;
      if (c_row < shape.m && c_column < shape.n) { c[c_row * shape.n + c_column] = sums[r][s]; }
    }
  }
}
