// Codes of the nearest values of each group's codebook.
@group(0) @binding(3) var<storage, read_write> result: array<u32>;

fn byte_of(element: u32) -> u32 {
  let nearest = nearest_of(element);
  return nearest.x - nearest.y;
}
