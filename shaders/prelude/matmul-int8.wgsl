// Products of int8, four to a word, summed exactly in int32. K counts words; B is given transposed, [N, K].
alias scalar = u32;
alias total = i32;

// Where the loader's thread number `i` reads in a tile of B: k, column. Neighbouring threads read neighbouring words.
fn place_in_b(i: u32) -> vec2u {
  return vec2u(i % depth, i / depth);
}

fn index_in_b(k: u32, column: u32, shape: Shape) -> u32 {
  return column * shape.k + k;
}

fn products(a: u32, b: vec4u) -> vec4i {
  return vec4i(dot4(a, b.x), dot4(a, b.y), dot4(a, b.z), dot4(a, b.w));
}
