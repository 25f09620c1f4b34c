// Products of floats, summed in float32. B is [K, N].
alias total = f32;

// Where the loader's thread number `i` reads in a tile of B: k, column. Neighbouring threads read neighbouring words.
fn place_in_b(i: u32) -> vec2u {
  return vec2u(i / tile, i % tile);
}

fn index_in_b(k: u32, column: u32, shape: Shape) -> u32 {
  return k * shape.n + column;
}

fn products(a: scalar, b: vec4<scalar>) -> vec4f {
  return f32(a) * vec4f(b);
}
