// C[M,N] = A[M,K] x B, int8 by int8 with exact int32 sums. A is [M, K/4] and B transposed [N, K/4], four values to a word. Tiles as in
// matmul.wgsl, 16 words (64 values) deep.
struct Shape {
  m: u32,
  words: u32,
  n: u32,
}

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> a: array<u32>;
@group(0) @binding(2) var<storage, read> b: array<u32>;
@group(0) @binding(3) var<storage, read_write> c: array<i32>;

const tile = 64u;
const depth = 16u;
var<workgroup> a_tile: array<u32, 1024>;
var<workgroup> b_tile: array<u32, 1024>;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) local: u32) {
  let index = workgroup.y * count.x + workgroup.x;
  let across = (shape.n + tile - 1u) / tile;
  let row = (index / across) * tile;
  let column = (index % across) * tile;
  let thread_row = (local / 16u) * 4u;
  let thread_column = (local % 16u) * 4u;
  var sums: array<vec4i, 4>;
  for (var start = 0u; start < shape.words; start += depth) {
    for (var i = local; i < tile * depth; i += 256u) {
      let word = start + i % depth;
      let at = (i % depth) * tile + i / depth;
      let a_row = row + i / depth;
      let b_row = column + i / depth;
      var a_word = 0u;
      var b_word = 0u;
      if (word < shape.words && a_row < shape.m) { a_word = a[a_row * shape.words + word]; }
      if (word < shape.words && b_row < shape.n) { b_word = b[b_row * shape.words + word]; }
      a_tile[at] = a_word;
      b_tile[at] = b_word;
    }
    workgroupBarrier();
    for (var k = 0u; k < depth; k++) {
      let at = k * tile + thread_column;
      for (var r = 0u; r < 4u; r++) {
        let a_word = a_tile[k * tile + thread_row + r];
        sums[r] += vec4i(dot4(a_word, b_tile[at]), dot4(a_word, b_tile[at + 1u]), dot4(a_word, b_tile[at + 2u]), dot4(a_word, b_tile[at + 3u]));
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
