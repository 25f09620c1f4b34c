import { eachKernel, inputsOf, outputsOf, scaleChannels, type Geometry } from '../../onnx/operators/geometry';

/** The largest |w| of each kernel of a layer, in the order of `eachKernel`: all that ranges depend on. */
export interface Magnitudes {
  readonly geometry: Geometry;
  readonly values: Float32Array;
}

/** Channels of one layer's output that others read: channel c as their inputs offset + c * spread and the `spread - 1` after it. */
export interface Reading {
  readonly layer: number;
  readonly offset: number;
  /** Inputs that a channel became, by flattening its positions. */
  readonly spread: number;
}

/** Layers (by index) whose common channels can be rescaled. */
export interface Tie {
  readonly producer: number;
  readonly readers: readonly Reading[];
}

/** Channels smaller than the rounding of the largest, 2^-24 of it, carry nothing that a scale could save. */
const EMPTY = 2 ** -24;

/** No factor moves further than this in a sweep: the ranges agree to a tenth of a percent. */
const CONVERGED = 1e-3;

/**
 * @param weights in the order of the file's tensor. Rescaling channels rescales these too, so that factors are solved without the weights.
 */
export function magnitudesOf(geometry: Geometry, weights: Float32Array): Magnitudes {
  const values = new Float32Array(geometry.groups * geometry.outputs * geometry.inputs);
  let at = 0;
  eachKernel(geometry, (_output, _input, start) => {
    let largest = 0;
    for (let e = start; e < start + geometry.places; e++) largest = Math.max(largest, Math.abs(weights[e] ?? 0));
    values[at++] = largest;
  });
  return { geometry, values };
}

/**
 * The factor of each channel of each tie: dividing the producer's output channel by it and multiplying what reads it leaves the network as
 * it is and gives both the same range. Ties are visited in turn, r_i = sqrt(range1_i / range2_i), until they settle or after `sweeps`.
 * A channel that is empty on one side (its output is constant, or not read) is free: where the other side exceeds all equalized channels it
 * is brought down to the largest of them, else the factor is 1. `layers` are rescaled in place.
 * Source: Nagel et al. 2019 (arXiv 1906.04721, 4.1).
 */
export function solveFactors(
  layers: readonly Magnitudes[],
  ties: readonly Tie[],
  sweeps: number,
): { factors: Float64Array[]; sweeps: number } {
  const factors = ties.map(({ producer }) => new Float64Array(outputsOf(layerAt(layers, producer).geometry)).fill(1));
  let done = 0;
  for (let moved = Number.POSITIVE_INFINITY; done < sweeps && moved > CONVERGED; done++) {
    moved = 0;
    for (const [t, tie] of ties.entries()) {
      const step = stepOf(layers, tie);
      applyStep(layers, tie, step);
      for (const [c, s] of step.entries()) {
        moved = Math.max(moved, Math.abs(Math.log(s)));
        const total = factors[t];
        if (total) total[c] = (total[c] ?? 1) * s;
      }
    }
  }
  return { factors, sweeps: done };
}

function layerAt(layers: readonly Magnitudes[], index: number): Magnitudes {
  const layer = layers[index];
  if (!layer) throw new RangeError(`no layer ${index}`);
  return layer;
}

function stepOf(layers: readonly Magnitudes[], { producer, readers }: Tie): Float64Array {
  const own = rangesOf(layerAt(layers, producer), 'output');
  const read = new Float64Array(own.length);
  for (const { layer, offset, spread } of readers) {
    const ranges = rangesOf(layerAt(layers, layer), 'input');
    for (let at = 0; at < own.length * spread; at++) {
      const c = Math.floor(at / spread);
      read[c] = Math.max(read[c] ?? 0, ranges[offset + at] ?? 0);
    }
  }
  const [ownFloor, readFloor] = [most(own) * EMPTY, most(read) * EMPTY];
  const isEmpty = (c: number): boolean => (own[c] ?? 0) <= ownFloor || (read[c] ?? 0) <= readFloor;
  const shared = own.map((range, c) => (isEmpty(c) ? 0 : Math.sqrt(range * (read[c] ?? 0))));
  const largest = most(shared);
  return own.map((range, c) => {
    const other = read[c] ?? 0;
    if (!isEmpty(c)) return Math.sqrt(range / other);
    if (largest === 0 || (range <= ownFloor && other <= readFloor)) return 1;
    return range <= ownFloor ? Math.min(1, largest / other) : Math.max(1, range / largest);
  });
}

/** Not by spreading: layers may have more channels than a call takes arguments. */
function most(values: Float64Array): number {
  return values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
}

/** The largest magnitude of each output or input channel. */
function rangesOf({ geometry, values }: Magnitudes, side: 'output' | 'input'): Float64Array {
  const ranges = new Float64Array(side === 'output' ? outputsOf(geometry) : inputsOf(geometry));
  let at = 0;
  eachKernel(geometry, (output, input) => {
    const channel = side === 'output' ? output : input;
    ranges[channel] = Math.max(ranges[channel] ?? 0, values[at++] ?? 0);
  });
  return ranges;
}

function applyStep(layers: readonly Magnitudes[], { producer, readers }: Tie, step: Float64Array): void {
  const own = layerAt(layers, producer);
  scaleChannels(
    own.geometry,
    own.values,
    step.map((s) => 1 / s),
    null,
  );
  for (const reading of readers) {
    const { geometry, values } = layerAt(layers, reading.layer);
    scaleChannels(geometry, values, null, onInputs(reading, step, new Float64Array(inputsOf(geometry)).fill(1)));
  }
}

/** Puts what belongs to each channel at the inputs that read it, in place. */
export function onInputs(
  { offset, spread }: Pick<Reading, 'offset' | 'spread'>,
  channels: Float64Array,
  inputs: Float64Array,
): Float64Array {
  for (let at = 0; at < channels.length * spread; at++) inputs[offset + at] = channels[Math.floor(at / spread)] ?? 0;
  return inputs;
}
