import { WhittleError } from '../base/errors';
import type { TensorColumn, TensorDataset } from '../data/types';
import type { HostTensor, ValueInfo } from '../runtime/types';
import type { Samples } from './samples-types';
import { asType } from './tensor-types';

/** Samples in one run at most; shapes, and so sizes, are only known sample by sample. */
const MAX_BATCH = 16;

/**
 * Recorded inputs as the model's, all of them; batches only where the first dimension of every input is open. A sample's values may lack
 * the batch axis. Throws `bad-data` where an input was not recorded; `feeds` throws `bad-card` where a shape does not fit.
 */
export function recordedSamples(dataset: TensorDataset, inputs: readonly ValueInfo[]): Samples {
  const columns = inputs.map((input): readonly [ValueInfo, TensorColumn] => {
    const column = dataset.tensors.get(input.name);
    if (column) return [input, column];
    const has = [...dataset.tensors.keys()].join(', ');
    throw new WhittleError(
      'bad-data',
      `The model's input "${input.name}" was not recorded; the data hold ${has}.`,
      'Record every input of the model, and name its file under "tensors" on the card.',
    );
  });
  return {
    length: dataset.length,
    labels: dataset.labels,
    batch: inputs.every(({ dims }) => typeof dims[0] === 'string') ? MAX_BATCH : 1,
    feeds: async (indices) =>
      Object.fromEntries(
        await Promise.all(
          columns.map(async ([input, column]): Promise<[string, HostTensor]> => [input.name, await tensorOf(input, column, indices)]),
        ),
      ),
  };
}

async function tensorOf(input: ValueInfo, column: TensorColumn, indices: readonly number[]): Promise<HostTensor> {
  const samples = await Promise.all(indices.map((index) => column.read(index)));
  const shapes = samples.map(({ shape }) => (shape.length === input.dims.length - 1 ? [1, ...shape] : shape));
  const [first = []] = shapes;
  for (const shape of shapes) checkShape(input, column, shape);
  // Told as the model's own refusal of a batch would be: the samples then go one by one.
  if (shapes.some((shape) => shape.some((d, axis) => d !== first[axis]))) {
    throw new WhittleError('runtime-failed', `The samples of "${input.name}" have different shapes.`);
  }
  const values = new Float64Array(samples.reduce((n, sample) => n + sample.values.length, 0));
  let at = 0;
  for (const sample of samples) {
    values.set(sample.values, at);
    at += sample.values.length;
  }
  const [rows, ...rest] = first;
  return { type: input.type, dims: rows === undefined ? [] : [rows * indices.length, ...rest], data: asType(values, input) };
}

function checkShape({ name, dims }: ValueInfo, { path }: TensorColumn, shape: readonly number[]): void {
  if (shape.length === dims.length && dims.every((d, axis) => typeof d === 'string' || d === shape[axis])) return;
  throw new WhittleError(
    'bad-card',
    `"${path}" gives samples of shape [${shape.join(', ')}], the model's input "${name}" is [${dims.join(', ')}].`,
    'The file holds samples one after another along its first axis: [n, ' +
      `${dims.join(', ')}]${typeof dims[0] === 'string' ? `, or [n, ${dims.slice(1).join(', ')}]` : ''}.`,
  );
}
