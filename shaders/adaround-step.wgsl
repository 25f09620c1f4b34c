// One step of AdaRound: each weight's V goes down the gradient of its layer's output error and of the regularizer, by Adam.
struct Params {
  length: u32,
  // Learning rate, with Adam's correction of its mean.
  rate: f32,
  // Adam's correction of the root of its mean square.
  root: f32,
  lambda: f32,
  beta: f32,
}

// src/compute/operations/shared/adaround.ts
const zeta = 1.1;
const gamma = -0.1;
const decay_mean = 0.9;
const decay_square = 0.999;
const epsilon = 1e-4;

@group(0) @binding(0) var<uniform> params: Params;
// Planes of [columns, rows]: error of the lower value, step to the upper.
@group(0) @binding(1) var<storage, read> choices: array<f32>;
// Gram matrix times errors.
@group(0) @binding(2) var<storage, read> product: array<f32>;
// Planes: V, Adam's mean, its mean square.
@group(0) @binding(3) var<storage, read_write> state: array<f32>;
@group(0) @binding(4) var<storage, read_write> errors: array<f32>;

fn gradient_of(v: f32, by_share: f32) -> f32 {
  let sigmoid = 1.0 / (1.0 + exp(-v));
  let share = (zeta - gamma) * sigmoid + gamma;
  if (share <= 0.0 || share >= 1.0) { return 0.0; }
  let centred = 2.0 * share - 1.0;
  // A power of 0 may be anything.
  let pressed = params.lambda * 2.0 * params.beta * sign(centred) * pow(max(abs(centred), 1e-30), params.beta - 1.0);
  return (by_share - pressed) * (zeta - gamma) * sigmoid * (1.0 - sigmoid);
}

@compute @workgroup_size(workgroup_size)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) local: u32) {
  let at = linear_index(workgroup, count, local);
  if (at >= params.length) { return; }
  let mean_at = params.length + at;
  let square_at = 2u * params.length + at;
  let step = choices[params.length + at];
  let gradient = gradient_of(state[at], 2.0 * step * product[at]);
  let mean = decay_mean * state[mean_at] + (1.0 - decay_mean) * gradient;
  let square = decay_square * state[square_at] + (1.0 - decay_square) * gradient * gradient;
  let v = state[at] - params.rate * mean / (sqrt(square) * params.root + epsilon);
  state[at] = v;
  state[mean_at] = mean;
  state[square_at] = square;
  errors[at] = choices[at] + clamp((zeta - gamma) / (1.0 + exp(-v)) + gamma, 0.0, 1.0) * step;
}
