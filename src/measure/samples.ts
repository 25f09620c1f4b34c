/** What is fed to a model in an evaluation: the user's data, or made-up inputs where there is none. */
import { WhittleError } from '../base/errors';
import type { Dataset } from '../data/types';
import { randomFeeds, type FeedChoice } from '../runtime/feeds';
import type { Feeds, TensorData, ValueInfo } from '../runtime/types';
import { VectorCache } from './cache';

export interface Samples {
  readonly length: number;
  /** Class index of each sample, or null. */
  readonly labels: Int32Array | null;
  /** Largest number of samples one run may take. */
  readonly batch: number;
  /** The inputs for these samples, one batch. */
  feeds(indices: readonly number[]): Promise<Feeds>;
}

/** Preprocessed samples kept so that the second slider move decodes nothing. */
const CACHE_BYTES = 128 * 2 ** 20;
/** Floats of one batch's input: enough to keep a GPU busy, little enough for a phone. */
const BATCH_FLOATS = 2 ** 21;
const MAX_BATCH = 64;

/**
 * The data set as the model's one input; batches only where the input's first dimension is open.
 * Throws `bad-card` where the card's shape is not the model's, `bad-data` where the model has other inputs too.
 */
export function datasetSamples(dataset: Dataset, inputs: readonly ValueInfo[]): Samples {
  const [input, ...others] = inputs;
  if (!input || others.length > 0) {
    const names = inputs.map((i) => i.name).join(', ');
    throw new WhittleError('bad-data', `The model has ${inputs.length} inputs (${names}); a data set can feed one.`, 'Compare on made-up inputs instead: remove the data.');
  }
  checkShape(input, dataset.batchShape(1));
  const cache = new VectorCache(CACHE_BYTES);
  const size = dataset.sampleSize;
  return {
    length: dataset.length,
    labels: dataset.labels,
    batch: typeof input.dims[0] === 'number' ? 1 : Math.max(1, Math.min(MAX_BATCH, Math.floor(BATCH_FLOATS / size))),
    async feeds(indices) {
      const data = new Float32Array(indices.length * size);
      for (const [k, index] of indices.entries()) {
        const known = cache.get(index);
        if (known) {
          data.set(known, k * size);
        } else {
          await dataset.read(index, data, k * size);
          cache.add(index, data.subarray(k * size, (k + 1) * size));
        }
      }
      return { [input.name]: { type: input.type, dims: dataset.batchShape(indices.length), data: asType(data, input) } };
    },
  };
}

/** `count` seeded made-up inputs; `choice` is what the model was seen to run with. */
export function randomSamples(inputs: readonly ValueInfo[], count: number, choice: Partial<FeedChoice>, seed = 1): Samples {
  return {
    length: count,
    labels: null,
    batch: 1,
    feeds: (indices) => Promise.resolve(randomFeeds(inputs, { ...choice, seed: seed + (indices[0] ?? 0) })),
  };
}

function checkShape(input: ValueInfo, shape: readonly number[]): void {
  const fits = input.dims.length === shape.length && input.dims.every((d, axis) => typeof d === 'string' || d === shape[axis]);
  if (fits) return;
  throw new WhittleError(
    'bad-card',
    `The card gives samples of shape [${shape.join(', ')}], the model's input "${input.name}" is [${input.dims.join(', ')}].`,
    'Change layout, size or channels on the card.',
  );
}

function asType(data: Float32Array, input: ValueInfo): TensorData {
  switch (input.type) {
    case 'float32': return data;
    case 'float64': return Float64Array.from(data);
    case 'uint8': return Uint8Array.from(data, clampTo(0, 255));
    case 'int8': return Int8Array.from(data, clampTo(-128, 127));
    case 'int32': return Int32Array.from(data, Math.round);
    case 'int64': return BigInt64Array.from(Array.from(data, (v) => BigInt(Math.round(v))));
    default: throw new WhittleError('bad-data', `The model's input "${input.name}" has the type ${input.type}, which samples cannot be turned into.`, 'Export the model with float32 inputs.');
  }
}

function clampTo(low: number, high: number): (value: number) => number {
  return (value) => Math.min(high, Math.max(low, Math.round(value)));
}
