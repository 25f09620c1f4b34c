import type { Job } from '../../base/job';
import type { Dataset } from '../../data/types';
import { LATENCY } from '../../measure/latency';
import type { Recipe } from '../../recipe/types';
import type { Provider } from '../../runtime/types';
import type { Measurement } from '../protocol/index';
import { chooseSides, oneSample, timePair, usesHalf, withPair } from './pair';
import type { Workbench } from './workbench';

/**
 * Runs the opened and the written file in turns on `ep` (WASM where WebGPU is missing or wrong on either), and compares the written file's
 * backends.
 */
export async function measure(
  bench: Workbench,
  data: Dataset | null,
  recipe: Recipe,
  exported: Blob,
  ep: Provider,
  job: Job,
): Promise<Measurement> {
  const feeds = await oneSample(bench, data, job);
  const sides = await chooseSides(bench, exported, usesHalf(recipe), feeds, ep, job);
  return withPair(bench, exported, sides, feeds, job, async (before, after) => ({
    recipe,
    ep: sides.ep,
    ...(await timePair(before, after, LATENCY, job)),
    startup: { before: before.startup, after: after.startup },
    check: sides.check,
  }));
}
