// For devices whose WGSL lacks packed_4x8_integer_dot_product.
fn dot4(a: u32, b: u32) -> i32 {
  let x = vec4i(extractBits(i32(a), 0u, 8u), extractBits(i32(a), 8u, 8u), extractBits(i32(a), 16u, 8u), extractBits(i32(a), 24u, 8u));
  let y = vec4i(extractBits(i32(b), 0u, 8u), extractBits(i32(b), 8u, 8u), extractBits(i32(b), 16u, 8u), extractBits(i32(b), 24u, 8u));
  return dot(x, y);
}
