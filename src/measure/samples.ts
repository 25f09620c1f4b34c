/** What is fed to a model in an evaluation: the user's data, or made-up inputs where there is none. */
import { WhittleError } from '../base/errors';
import { counted } from '../base/plural';
import type { Dataset, ImageDataset } from '../data/types';
import { randomFeeds, type FeedChoice } from '../runtime/feeds';
import type { ValueInfo } from '../runtime/types';
import { recordedSamples } from './recorded';
import type { Samples } from './samples-types';
import { asType } from './tensor-types';

export type { Samples };

/** Floats of one batch's input: enough to keep a GPU busy, little enough for a phone. */
const BATCH_FLOATS = 2 ** 21;
const MAX_BATCH = 64;

/**
 * The data set as the model's inputs; batches only where their first dimension is open.
 * Throws `bad-card` where the card's shape is not the model's, `bad-data` where the model has inputs that the data do not hold.
 */
export function datasetSamples(dataset: Dataset, inputs: readonly ValueInfo[]): Samples {
  return dataset.kind === 'images' ? imageSamples(dataset, inputs) : recordedSamples(dataset, inputs);
}

function imageSamples(dataset: ImageDataset, inputs: readonly ValueInfo[]): Samples {
  const [input, ...others] = inputs;
  if (!input || others.length > 0) {
    const names = inputs.map((i) => i.name).join(', ');
    throw new WhittleError(
      'bad-data',
      `The model has ${counted(inputs.length, 'input')} (${names}); images can feed one.`,
      'Give recorded inputs (npy files), or compare on made-up ones: remove the data.',
    );
  }
  const shape = shapeFor(input, dataset);
  const size = dataset.sampleSize;
  return {
    length: dataset.length,
    labels: dataset.labels,
    batch: typeof input.dims[0] === 'number' ? 1 : Math.max(1, Math.min(MAX_BATCH, Math.floor(BATCH_FLOATS / size))),
    async feeds(indices) {
      const data = new Float32Array(indices.length * size);
      for (const [k, index] of indices.entries()) await dataset.read(index, data, k * size);
      return { [input.name]: { type: input.type, dims: [indices.length, ...shape], data: asType(data, input) } };
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

/** The shape of one sample: the card's, without an axis of one channel, or flat, whichever the input takes. */
function shapeFor(input: ValueInfo, dataset: ImageDataset): readonly number[] {
  const [, ...shape] = dataset.batchShape(1);
  const forms = [shape, shape.filter((d) => d !== 1 || dataset.card.input.channels !== 'L'), [dataset.sampleSize]];
  const fitting = forms.find((form) => form.length === input.dims.length - 1 && fits(input, [1, ...form]));
  if (fitting) return fitting;
  throw new WhittleError(
    'bad-card',
    `The card gives samples of shape [1, ${shape.join(', ')}], the model's input "${input.name}" is [${input.dims.join(', ')}].`,
    'Change layout, size or channels on the card.',
  );
}

function fits({ dims }: ValueInfo, shape: readonly number[]): boolean {
  return dims.every((d, axis) => typeof d === 'string' || d === shape[axis]);
}
