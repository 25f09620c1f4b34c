/** From a run's named outputs to one vector a sample. */
import { WhittleError } from '../base/errors';
import { counted } from '../base/plural';
import { toFloat64 } from '../runtime/tensors';
import type { HostTensor } from '../runtime/types';

export type Outputs = Readonly<Record<string, HostTensor>>;

/**
 * The output that holds class scores: the first float one whose sample is a single axis of two values or more ([N, C], also
 * [N, C, 1, 1]). null where there is none: detectors, recognisers, generators.
 */
export function scoresOutput(outputs: Outputs, batch: number): string | null {
  for (const [name, { type, dims }] of Object.entries(outputs)) {
    if (!type.startsWith('float')) continue;
    const sample = dims[0] === batch ? dims.slice(1) : dims;
    const axes = sample.filter((d) => d !== 1);
    if (axes.length === 1 && sample.length > 0 && (axes[0] ?? 0) >= 2) return name;
  }
  return null;
}

/**
 * One vector a sample: the class scores, or (`scores` null) every numeric output one after another.
 * Throws `runtime-failed` where an output's first axis is not the batch, so that samples cannot be told apart.
 */
export function sampleVectors(outputs: Outputs, batch: number, scores: string | null): Float32Array[] {
  const used = Object.entries(outputs).filter(([name]) => scores === null || name === scores);
  const parts = used.flatMap(([name, tensor]) => {
    const values = toFloat64(tensor);
    if (!values) return [];
    if (batch > 1 && tensor.dims[0] !== batch) {
      throw new WhittleError(
        'runtime-failed',
        `Output "${name}" of shape [${tensor.dims.join(', ')}] does not hold ${counted(batch, 'sample')}.`,
      );
    }
    return [{ values, size: values.length / batch }];
  });
  const length = parts.reduce((n, p) => n + p.size, 0);
  return Array.from({ length: batch }, (_, i) => {
    const vector = new Float32Array(length);
    let at = 0;
    for (const { values, size } of parts) {
      vector.set(values.subarray(i * size, (i + 1) * size), at);
      at += size;
    }
    return vector;
  });
}
