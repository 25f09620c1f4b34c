import { createYielder } from '../../base/yielder';
import type { Device, Handle, Host, Kernel, Operation, Task } from '../types';
import { GRAM_KERNELS, gramTimes, recordGramProduct } from './gram-product';
import type { FeedbackShape } from './round-with-feedback';
import { adaroundStep, DECAY_MEAN, DECAY_SQUARE, EPSILON, GAMMA, unsigmoid, ZETA, type AdaroundStep } from './shared/adaround';
import { type Span, spansOf } from './shared/spans';

export interface AdaroundOptions {
  /** Steps of the optimization, each over all weights. */
  readonly iterations: number;
  readonly signal: AbortSignal;
  /** Told how many steps are done, now and then. */
  readonly onIteration: (done: number) => void;
}

/** Shares of the upper values, [columns, rows]. */
type Shares = Float32Array<ArrayBuffer>;

/** What is being learned, all [columns, rows]. */
interface AdaroundState {
  readonly v: Float64Array<ArrayBuffer>;
  readonly mean: Float64Array<ArrayBuffer>;
  readonly square: Float64Array<ArrayBuffer>;
  /** Errors of the values as they are: down + h(V) step. */
  readonly errors: Float32Array<ArrayBuffer>;
}

const KERNEL: Kernel = { name: 'adaround-step', source: ['prelude/linear', 'adaround-step'] };

interface Part {
  readonly gram: Float32Array;
  readonly choices: Float32Array;
  readonly shape: FeedbackShape;
  readonly iterations: number;
}

/** Rows are learned for themselves. Tells each step. */
const task: Task<Part, Shares> = {
  name: KERNEL.name,
  run: ({ gram, choices, shape, iterations }, { signal = new AbortController().signal, onProgress = () => {} }) =>
    adaroundOf(gram, choices, shape, { iterations, signal, onIteration: () => onProgress(1) }),
};

/** Work handed to a device at once: a cancel waits no longer. */
const TURN_MS = 100;

/**
 * AdaRound (Nagel et al. 2020, arXiv 2004.10568): learns for each weight which of two values it takes, so that the rows' errors D make
 * trace(D H D^T) + sum(1 - |2h - 1|^beta) least, by Adam over all weights at once; the shares h = clip(1.2 sigmoid(V) - 0.1, 0, 1) go to 0
 * or 1 as beta falls. The Gram matrix stands for all samples: none is drawn. Settings are those of shared/adaround.ts, for a Gram matrix
 * whose diagonal, and steps that, are about 1.
 *
 * gram is H, [groups, columns, columns], symmetric. choices are planes of [columns, rows]: error (value - weight) of the lower value; step
 * to the upper; share of it to start with. The result is the shares of the upper values, [columns, rows]; at 0.5 and above the upper is
 * meant. Stops within 0.2 s of the signal.
 */
export const adaround: Operation<[gram: Handle, choices: Float32Array, shape: FeedbackShape, options: AdaroundOptions], Shares> = {
  kernels: [KERNEL, ...GRAM_KERNELS],
  compiled: 'on-use',
  task,
  cpu: learnOnHost,
  gpu: learnOn,
};

/** Errors never leave the device. */
async function learnOn(
  device: Device,
  gram: Handle,
  choices: Float32Array,
  shape: FeedbackShape,
  options: AdaroundOptions,
): Promise<Shares> {
  const { iterations, signal, onIteration } = options;
  const { v, errors: first } = startAdaround(choices);
  const length = v.length;
  if (length === 0) return new Float32Array();
  const planes = new Float32Array(3 * length);
  planes.set(v);
  const [fixed, state, errors] = [device.constant(choices), device.constant(planes), device.constant(first)];
  const product = device.scratch(length * 4);
  let turn = 1;
  for (let done = 0; done < iterations;) {
    const from = performance.now();
    const until = Math.min(iterations, done + turn);
    for (; done < until; done++) {
      recordGramProduct(device, [gram, errors, product], shape);
      const { rate, root, lambda, beta } = adaroundStep(done, iterations);
      const words = Uint32Array.of(length, ...new Uint32Array(Float32Array.of(rate, root, lambda, beta).buffer));
      device.dispatch(KERNEL, words, [fixed, product, state, errors], { threads: length });
    }
    await device.done();
    signal.throwIfAborted();
    onIteration(done);
    turn = Math.max(1, Math.min(2 * turn, Math.round((turn * TURN_MS) / Math.max(1, performance.now() - from))));
  }
  return new Float32Array(await device.read(state, length * 4)).map(shareOf);
}

/** In runs of rows, or of whole groups where there are several. */
async function learnOnHost(
  host: Host,
  handle: Handle,
  choices: Float32Array,
  { groups, rows, columns }: FeedbackShape,
  { iterations, signal, onIteration }: AdaroundOptions,
): Promise<Shares> {
  const gram = host.valuesOf(handle);
  const unit = groups === 1 ? 1 : rows / groups;
  const spans = spansOf(rows / unit, unit * columns ** 2 * iterations).map(({ from, to }) => ({ from: from * unit, to: to * unit }));
  const parts = spans.map((span): Part => {
    const own = groups === 1 ? 1 : (span.to - span.from) / unit;
    const first = groups === 1 ? 0 : span.from / unit;
    return {
      gram: gram.subarray(first * columns ** 2, (first + own) * columns ** 2),
      choices: rowsOf(choices, 3 * columns, rows, span),
      shape: { groups: own, rows: span.to - span.from, columns },
      iterations,
    };
  });
  let steps = 0;
  const onProgress = (): void => onIteration(Math.floor(++steps / parts.length));
  const learned = await host.each(task, parts, { signal, onProgress });
  const shares = new Float32Array(rows * columns);
  for (const [k, { from, to }] of spans.entries()) {
    for (let column = 0; column < columns; column++) {
      shares.set(learned[k]?.subarray(column * (to - from), (column + 1) * (to - from)) ?? [], column * rows + from);
    }
  }
  return shares;
}

/** The rows of a span of [lines, rows]. */
function rowsOf(values: Float32Array, lines: number, rows: number, { from, to }: Span): Float32Array<ArrayBuffer> {
  const own = new Float32Array(lines * (to - from));
  for (let line = 0; line < lines; line++) own.set(values.subarray(line * rows + from, line * rows + to), line * (to - from));
  return own;
}

/** The reference of `adaround`, its steps on the CPU in the same order; yields between columns, so that a signal is heard. */
export async function adaroundOf(
  gram: Float32Array,
  choices: Float32Array,
  shape: FeedbackShape,
  options: AdaroundOptions,
): Promise<Shares> {
  const { iterations, signal, onIteration } = options;
  const { down, step } = planesOf(choices);
  const state = startAdaround(choices);
  const product = new Float64Array(shape.rows);
  const yieldTurn = createYielder();
  for (let iteration = 0; iteration < iterations; iteration++) {
    const numbers = adaroundStep(iteration, iterations);
    for (let column = 0; column < shape.columns; column++) {
      await yieldTurn();
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
function planesOf(choices: Float32Array): { readonly down: Float32Array; readonly step: Float32Array; readonly start: Float32Array } {
  const size = choices.length / 3;
  return { down: choices.subarray(0, size), step: choices.subarray(size, 2 * size), start: choices.subarray(2 * size) };
}

function startAdaround(choices: Float32Array): AdaroundState {
  const { down, step, start } = planesOf(choices);
  const v = Float64Array.from(start, unsigmoid);
  const errors = Float32Array.from(down, (d, at) => d + shareOf(v[at] ?? 0) * (step[at] ?? 0));
  return { v, mean: new Float64Array(v.length), square: new Float64Array(v.length), errors };
}

/** The rectified sigmoid h. */
export function shareOf(v: number): number {
  return Math.min(1, Math.max(0, (ZETA - GAMMA) / (1 + Math.exp(-v)) + GAMMA));
}

/**
 * A step of Adam for one column. Errors stay as they are: other columns still need them.
 * @param product H D of this column, [rows].
 */
function stepColumn(state: AdaroundState, step: Float32Array, column: number, product: Float64Array, numbers: AdaroundStep): void {
  const { rate, root, lambda, beta } = numbers;
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
