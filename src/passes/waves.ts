import { inWaves } from '../base/waves';
import type { Layer } from '../onnx/types';

/** Weights that are worked on side by side at most (32 MB): enough small layers for one submission, and a large one still alone. */
const WAVE_WEIGHTS = 8 * 1024 * 1024;

/** Works on layers side by side, in waves of a bounded number of weights. */
export function byWaves<T, R>(
  items: readonly T[],
  layerOf: (item: T) => Pick<Layer, 'params'>,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  return inWaves(items, (item) => layerOf(item).params, WAVE_WEIGHTS, work);
}
