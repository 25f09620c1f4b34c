/** What kernel and reference of `adaround` share: the schedule of its steps and its constants (Nagel et al. 2020, arXiv 2004.10568). */

/** The rectified sigmoid h(V) = clip(sigmoid(V) (ZETA - GAMMA) + GAMMA, 0, 1): it reaches 0 and 1. */
export const ZETA = 1.1;
export const GAMMA = -0.1;
/** Decay of Adam's mean and of its mean square (Kingma & Ba 2014, arXiv 1412.6980). */
export const DECAY_MEAN = 0.9;
export const DECAY_SQUARE = 0.999;
/** Beside Adam's divisor: where the gradient is but rounding noise, which differs from device to device, nothing moves. */
export const EPSILON = 1e-4;

/** A share of V's range in a step: the paper takes 10,000 steps of 0.001, each on a batch of samples; here each sees all of them. */
const RATE = 0.2;
/** Steps without regularizer: values may first go where the output wants them. */
const WARM_UP = 0.2;
const FIRST_BETA = 20;
const LAST_BETA = 2;
/** Weight of the regularizer beside a loss in which a step is about 1. */
const LAMBDA = 1;

/** One step's numbers. */
export interface AdaroundStep {
  /** Of the learning rate and Adam's start from zero: V changes by rate * mean / (sqrt(square) * root + EPSILON). */
  readonly rate: number;
  readonly root: number;
  /** 0 while the regularizer rests. */
  readonly lambda: number;
  readonly beta: number;
}

/** @param iteration from 0. */
export function adaroundStep(iteration: number, iterations: number): AdaroundStep {
  const past = (iteration / iterations - WARM_UP) / (1 - WARM_UP);
  return {
    rate: RATE / (1 - DECAY_MEAN ** (iteration + 1)),
    root: 1 / Math.sqrt(1 - DECAY_SQUARE ** (iteration + 1)),
    lambda: past < 0 ? 0 : LAMBDA,
    // From where only values near 0 or 1 are pressed on, to where all are.
    beta: LAST_BETA + (FIRST_BETA - LAST_BETA) * 0.5 * (1 + Math.cos(Math.PI * Math.max(0, past))),
  };
}

/** V of a share h in [0, 1], kept off the ends, where the sigmoid is flat. */
export function unsigmoid(share: number): number {
  const inner = (Math.min(0.99, Math.max(0.01, share)) - GAMMA) / (ZETA - GAMMA);
  return Math.log(inner / (1 - inner));
}
