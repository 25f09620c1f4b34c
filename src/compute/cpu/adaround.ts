import { createBreath } from '../../base/breath';
import { adaroundStep, DECAY_MEAN, DECAY_SQUARE, EPSILON, GAMMA, unsigmoid, ZETA, type AdaroundStep } from '../adaround';
import type { AdaroundOptions, FeedbackShape } from '../types';

/** What is being learned, all [columns, rows]. */
export interface AdaroundState {
  readonly v: Float64Array<ArrayBuffer>;
  readonly mean: Float64Array<ArrayBuffer>;
  readonly square: Float64Array<ArrayBuffer>;
  /** Errors of the values as they are: down + h(V) step. */
  readonly errors: Float32Array<ArrayBuffer>;
}

/** See `Compute.adaround`. */
export async function adaroundOf(gram: Float32Array, choices: Float32Array, shape: FeedbackShape, { iterations, signal, onIteration }: AdaroundOptions): Promise<Float32Array<ArrayBuffer>> {
  const { down, step } = planesOf(choices);
  const state = startAdaround(choices);
  const product = new Float64Array(shape.rows);
  const breath = createBreath();
  for (let iteration = 0; iteration < iterations; iteration++) {
    const numbers = adaroundStep(iteration, iterations);
    for (let column = 0; column < shape.columns; column++) {
      await breath();
      signal.throwIfAborted();
      gramTimes(gram, state.errors, shape, column, product);
      stepColumn(state, step, column, product, numbers);
    }
    for (let at = 0; at < down.length; at++) state.errors[at] = (down[at] ?? 0) + shareOf(state.v[at] ?? 0) * (step[at] ?? 0);
    onIteration(iteration + 1);
  }
  return Float32Array.from(state.v, shareOf);
}

/** The planes of `choices`. */
export function planesOf(choices: Float32Array): { readonly down: Float32Array; readonly step: Float32Array; readonly start: Float32Array } {
  const size = choices.length / 3;
  return { down: choices.subarray(0, size), step: choices.subarray(size, 2 * size), start: choices.subarray(2 * size) };
}

export function startAdaround(choices: Float32Array): AdaroundState {
  const { down, step, start } = planesOf(choices);
  const v = Float64Array.from(start, unsigmoid);
  const errors = Float32Array.from(down, (d, at) => d + shareOf(v[at] ?? 0) * (step[at] ?? 0));
  return { v, mean: new Float64Array(v.length), square: new Float64Array(v.length), errors };
}

/** The rectified sigmoid h. */
export function shareOf(v: number): number {
  return Math.min(1, Math.max(0, (ZETA - GAMMA) / (1 + Math.exp(-v)) + GAMMA));
}

/** One column of H B: line `column` of each group's Gram matrix times what the group's rows hold. @param into [rows]. */
function gramTimes(gram: Float32Array, b: Float32Array, { groups, rows, columns }: FeedbackShape, column: number, into: Float64Array): void {
  into.fill(0);
  for (let group = 0; group < groups; group++) {
    const line = (group * columns + column) * columns;
    const from = (group * rows) / groups;
    const to = ((group + 1) * rows) / groups;
    let k = 0;
    // Four lines at a time: sums are read and written a quarter as often.
    for (; k + 3 < columns; k += 4) {
      const [p, q, r, s] = [gram[line + k] ?? 0, gram[line + k + 1] ?? 0, gram[line + k + 2] ?? 0, gram[line + k + 3] ?? 0];
      const [i, j, l, m] = [k * rows, (k + 1) * rows, (k + 2) * rows, (k + 3) * rows];
      for (let row = from; row < to; row++) {
        into[row] = (into[row] ?? 0) + p * (b[i + row] ?? 0) + q * (b[j + row] ?? 0) + r * (b[l + row] ?? 0) + s * (b[m + row] ?? 0);
      }
    }
    for (; k < columns; k++) for (let row = from; row < to; row++) into[row] = (into[row] ?? 0) + (gram[line + k] ?? 0) * (b[k * rows + row] ?? 0);
  }
}

/**
 * A step of Adam for one column. Errors stay as they are: other columns still need them.
 * @param product H D of this column, [rows].
 */
function stepColumn(state: AdaroundState, step: Float32Array, column: number, product: Float64Array, { rate, root, lambda, beta }: AdaroundStep): void {
  const { v, mean, square } = state;
  const rows = product.length;
  for (let row = 0; row < rows; row++) {
    const at = column * rows + row;
    const gradient = adaroundGradient(v[at] ?? 0, 2 * (step[at] ?? 0) * (product[row] ?? 0), lambda, beta);
    const m = DECAY_MEAN * (mean[at] ?? 0) + (1 - DECAY_MEAN) * gradient;
    const s = DECAY_SQUARE * (square[at] ?? 0) + (1 - DECAY_SQUARE) * gradient * gradient;
    mean[at] = m;
    square[at] = s;
    v[at] = (v[at] ?? 0) - (rate * m) / (Math.sqrt(s) * root + EPSILON);
  }
}

/** The derivative by V of error + lambda * (1 - |2h(V) - 1|^beta). @param byShare the error's derivative by h. */
export function adaroundGradient(v: number, byShare: number, lambda: number, beta: number): number {
  const sigmoid = 1 / (1 + Math.exp(-v));
  const share = (ZETA - GAMMA) * sigmoid + GAMMA;
  // Clipped: only what Adam remembers moves V on.
  if (share <= 0 || share >= 1) return 0;
  const centred = 2 * share - 1;
  const pressed = lambda === 0 ? 0 : lambda * 2 * beta * Math.sign(centred) * Math.abs(centred) ** (beta - 1);
  return (byShare - pressed) * (ZETA - GAMMA) * sigmoid * (1 - sigmoid);
}

/** See `Compute.gramProduct`. */
export function gramProductOf(gram: Float32Array, b: Float32Array, shape: FeedbackShape): Float32Array<ArrayBuffer> {
  const product = new Float32Array(b.length);
  const line = new Float64Array(shape.rows);
  for (let column = 0; column < shape.columns; column++) {
    gramTimes(gram, b, shape, column, line);
    product.set(line, column * shape.rows);
  }
  return product;
}
