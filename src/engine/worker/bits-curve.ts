import type { Job } from '../../base/job';
import { byWaves } from '../../passes/waves';
import { layerState } from '../../recipe/states';
import { withStepBits } from '../../recipe/steps';
import type { Recipe } from '../../recipe/types';
import type { BitsPoint } from '../protocol/index';
import { layerOf } from './histogram';
import type { Workbench } from './workbench';

/**
 * One layer under each of these bit widths, in their order, by sketches of it. The first finds what all of them need (inputs of the
 * layer, a cut); the others are made side by side. Throws `bad-recipe` where the model has no such layer.
 */
export async function bitsCurve(
  bench: Workbench,
  recipe: Recipe,
  layerId: string,
  widths: readonly number[],
  job: Job,
): Promise<readonly BitsPoint[]> {
  let params = 0;
  const pointAt = async (bits: number): Promise<BitsPoint> => {
    job.signal.throwIfAborted();
    const sketch = await bench.sketch(withStepBits(recipe, layerId, bits), layerId, job);
    try {
      const layer = layerOf(sketch, layerId);
      params = layer.params;
      const { sqnrDb, bytesAfter } = await layerState(sketch, bench.platform.compute, layer);
      return { bits, sqnrDb, bytes: bytesAfter };
    } finally {
      sketch.dispose();
    }
  };
  const [first, ...others] = widths;
  if (first === undefined) return [];
  const point = await pointAt(first);
  return [point, ...(await byWaves(others, () => ({ params }), pointAt))];
}
