// A byte an element, four to a word in memory order; the last word is filled up with zeros. The kernel says what `byte_of` an element is
// and binds `grid` and `result`.
@compute @workgroup_size(workgroup_size)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) local: u32) {
  let word = linear_index(workgroup, count, local);
  if (word >= (grid.length + 3u) / 4u) { return; }
  var packed = 0u;
  for (var byte = 0u; byte < 4u; byte++) {
    let element = word * 4u + byte;
    if (element >= grid.length) { break; }
    packed |= byte_of(element) << (byte * 8u);
  }
  result[word] = packed;
}
